import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { PasswordHasher } from '#ports/password-hasher.ts'

// RFC 9106 §4, second recommendation, with OWASP's smaller memory: 19 MiB, two passes.
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: 32 }
const derive = promisify(argon2)
const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

export const argon2Hasher: PasswordHasher = {
  async hash(password) {
    const nonce = randomBytes(16)
    const tag = await derive('argon2id', { message: password, nonce, ...cost })
    return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
  },
  async verify(password, hash) {
    const [, memory, passes, parallelism, nonce = '', tag = ''] = form.exec(hash) ?? []
    if (memory === undefined) return false
    const again = await derive('argon2id', {
      message: password,
      nonce: Buffer.from(nonce, 'base64'),
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      tagLength: cost.tagLength,
    })
    return timingSafeEqual(again, Buffer.from(tag, 'base64'))
  },
}
