import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Refusal } from '#core/refusal.ts'

export const keyLength = 32

/** The deployment's secret key, in a file of mode 0400 that is made when it is not there. Refuses what is no key. */
export function readKeyFile(keyFile: string): Buffer {
  const key = existsSync(keyFile) ? readFileSync(keyFile) : makeKey(keyFile)
  if (key.length !== keyLength) throw new Refusal('key-foreign', { path: keyFile })
  return key
}

function makeKey(keyFile: string): Buffer {
  const key = randomBytes(keyLength)
  // Under another name first, and durable before anything is sealed with it: half a key would lock everything away.
  const unfinished = `${keyFile}.new`
  rmSync(unfinished, { force: true })
  writeDurably(openSync(unfinished, 'wx', 0o400), key)
  renameSync(unfinished, keyFile)
  writeDurably(openSync(dirname(keyFile), 'r'))
  return key
}

function writeDurably(descriptor: number, bytes?: Uint8Array): void {
  try {
    if (bytes) writeSync(descriptor, bytes)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
