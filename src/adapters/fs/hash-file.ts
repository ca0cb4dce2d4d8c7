import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { Algorithm } from '#core/digest.ts'

export const rehashPiece = 4 * 1024 * 1024

/** The digest of a file's first `size` bytes without those before `from`, in lower-case hex; gives way between pieces. */
export async function hashFile(descriptor: number, size: number, algorithm: Algorithm, from = 0): Promise<string> {
  const hash = createHash(algorithm)
  const piece = Buffer.allocUnsafe(rehashPiece)
  for (let at = from; at < size; ) {
    const read = readSync(descriptor, piece, 0, Math.min(piece.length, size - at), at)
    if (read === 0) break
    hash.update(piece.subarray(0, read))
    at += read
    await new Promise(setImmediate)
  }
  return hash.digest('hex')
}
