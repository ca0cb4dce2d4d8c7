import { constants, fstatSync } from 'node:fs'

/** Of bytes that are there. Whoever opens a pipe otherwise waits for somebody to write into it. */
export const toRead = constants.O_RDONLY | constants.O_NONBLOCK

/** Something else lies where a file was written. */
class NoFile extends Error {
  readonly code = 'ENXIO'
}

/** No file, a link that leads nowhere, a socket or what is none of these: the bytes are lost. */
const lostBytes: ReadonlySet<unknown> = new Set(['ENOENT', 'ELOOP', 'ENXIO'])

export const areLost = (error: unknown): boolean => lostBytes.has((error as NodeJS.ErrnoException).code)

/** Fails, as `areLost` knows it, where it is no file. */
export function statOfFile(descriptor: number) {
  const found = fstatSync(descriptor, { bigint: true })
  if (!found.isFile()) throw new NoFile('what lies there is no file')
  return found
}
