import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SecretBox } from '#ports/secret-box.ts'
import { readKeyFile } from './key-file.ts'

const cipher = 'aes-256-gcm'

/** Secrets under AES-256-GCM with the key of a file (key-file.ts). Text: base64url of nonce, tag and ciphertext. */
export function openSecretBox(keyFile: string): SecretBox {
  const key = readKeyFile(keyFile)
  return {
    seal(secret, context) {
      const nonce = randomBytes(12)
      const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([sealing.update(secret, 'utf8'), sealing.final()])
      return Buffer.concat([nonce, sealing.getAuthTag(), body]).toString('base64url')
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url')
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, 12), { authTagLength: 16 })
      opening.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]).toString('utf8')
    },
  }
}
