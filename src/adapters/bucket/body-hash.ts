import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'

const step = 1024 * 1024

/** Slow beside a CRC: other requests have their turn meanwhile. */
export async function hashOf(body: Uint8Array, algorithm: 'md5' | 'sha256'): Promise<Buffer> {
  const hash = createHash(algorithm)
  for (let at = 0; at < body.length; at += step) {
    hash.update(body.subarray(at, at + step))
    if (at + step < body.length) await turn()
  }
  return hash.digest()
}
