import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { makeSecret } from './secret.ts'

test('each 256 bits make their own secret of 52 characters', () => {
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
      const secret = makeSecret(random)
      assert.match(secret, /^lshr[0-9A-Za-z]{48}$/)
      const source = Buffer.from(random).toString('hex')
      assert.equal(seen.get(secret) ?? source, source)
      seen.set(secret, source)
    }),
  )
})

// Scanners of source code know secrets by this form.
for (const [byte, secret] of [
  [0, 'lshr0000000000000000000000000000000000000000000ryZ9u'],
  [7, 'lshr1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF1VKUdE'],
  [255, 'lshryhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1n4s2V'],
] as const)
  test(`the secret of 32 times ${byte}, with the check at its end`, () => {
    assert.equal(makeSecret(new Uint8Array(32).fill(byte)), secret)
  })
