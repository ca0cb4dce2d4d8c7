import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { looksLikeSecret, makeSecret } from './secret.ts'

test('each 256 bits make their own secret of 52 characters that is recognised as ours', () => {
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
      const secret = makeSecret(random)
      assert.match(secret, /^lshr[0-9A-Za-z]{48}$/)
      assert.equal(looksLikeSecret(secret), true)
      const source = Buffer.from(random).toString('hex')
      assert.equal(seen.get(secret) ?? source, source)
      seen.set(secret, source)
    }),
  )
})

test('a secret with one character changed is not recognised', () => {
  const secret = makeSecret(new Uint8Array(32).fill(7))
  for (let at = 0; at < secret.length; at++) {
    const other = secret.slice(0, at) + (secret[at] === 'x' ? 'y' : 'x') + secret.slice(at + 1)
    assert.equal(looksLikeSecret(other), false, other)
  }
  for (const text of ['', 'lshr', secret.slice(1), `${secret}0`]) assert.equal(looksLikeSecret(text), false)
})
