import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { LinkSigner } from '#ports/link-signer.ts'
import { keyLength, readKeyFile } from './key-file.ts'

/** HMAC-SHA-256 under a key of its own, derived (RFC 5869) from that of the file: one key never serves two ends. */
export function openLinkSigner(keyFile: string): LinkSigner {
  const key = new Uint8Array(hkdfSync('sha256', readKeyFile(keyFile), '', 'longshore links', keyLength))
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    sign,
    verify(text, signature) {
      // As texts: what decodes to the same bytes in another form is no second signature.
      const [right, given] = [Buffer.from(sign(text)), Buffer.from(signature)]
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}
