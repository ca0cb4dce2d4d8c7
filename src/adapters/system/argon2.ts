import { argon2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

// RFC 9106 §4, second recommendation, with OWASP's smaller memory: 19 MiB, two passes.
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: 32 }
const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

/** PHC string of a password. In the calling thread, for some 25 ms. */
export function hashPassword(password: string): string {
  const nonce = randomBytes(16)
  const tag = argon2Sync('argon2id', { message: password, nonce, ...cost })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

/** In constant time; as long as the string says. */
export function isPassword(password: string, hash: string): boolean {
  const [, memory, passes, parallelism, nonce = '', tag = ''] = form.exec(hash) ?? []
  if (memory === undefined) return false
  const again = argon2Sync('argon2id', {
    message: password,
    nonce: Buffer.from(nonce, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: cost.tagLength,
  })
  return timingSafeEqual(again, Buffer.from(tag, 'base64'))
}
