import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SecretBox } from '#ports/secret-box.ts'

const cipher = 'aes-256-gcm'
const keyLength = 32

/** Secrets under AES-256-GCM with a key file of mode 0400, made when it is not there. Text: base64url of nonce, tag and ciphertext. */
export function openSecretBox(keyFile: string): SecretBox {
  const key = existsSync(keyFile) ? readFileSync(keyFile) : makeKey(keyFile)
  if (key.length !== keyLength) throw new Error(`the key file must have ${keyLength} bytes; it has ${key.length}`)
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
