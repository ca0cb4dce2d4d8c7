import { closeSync, constants, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { Refusal } from '#core/refusal.ts'

/** sockaddr_un has 108 bytes on Linux and 104 on macOS, one of them for the zero at the end. */
const longest = process.platform === 'linux' ? 107 : 103

/**
 * A path that the system takes for a unix socket: a path that is too long goes through an open descriptor of its folder
 * (Linux; elsewhere `socket-path-too-long`). It is good until `release`.
 */
export function socketPath(path: string): { path: string; release: () => void } {
  if (Buffer.byteLength(path) <= longest) return { path, release: () => {} }
  if (process.platform !== 'linux') throw new Refusal('socket-path-too-long', { path, longest })
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) }
}
