import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { algorithms, type Digest, digestOf } from '#core/digest.ts'
import { readDigest, storedDigest, storedPlace } from './stored-digest.ts'

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const digests: fc.Arbitrary<Digest> = fc
  .constantFrom(...algorithms)
  .chain((algorithm) => hex(algorithm === 'sha256' ? 64 : 128).map((text) => digestOf(algorithm, text)))
/** A digest and a text that goes with it for a while, often to its very end. */
const neighbours = fc
  .tuple(digests, fc.oneof(fc.nat(140), fc.integer({ min: 65, max: 75 }), fc.integer({ min: 130, max: 137 })))
  .chain(([digest, length]) => fc.string({ maxLength: 2 }).map((more) => ({ digest, text: digest.slice(0, length) + more })))
const lowest = fc
  .constantFrom('0', 'f')
  .chain((end) => neighbours.map(({ digest, text }) => ({ text, digest: (digest.slice(0, -2) + end + end) as Digest })))
const pairs = fc.oneof(neighbours, lowest, fc.record({ digest: digests, text: fc.string() }), fc.record({ digest: digests, text: digests }))
const compareTexts = (one: string, other: string) => Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)))

test('a digest is stored and read as itself', () => {
  fc.assert(fc.property(digests, (digest) => assert.equal(readDigest(storedDigest(digest)), digest)))
})

test('digests lie in the order of their texts', () => {
  fc.assert(
    fc.property(digests, digests, (one, other) =>
      assert.equal(Math.sign(Buffer.compare(storedDigest(one), storedDigest(other))), compareTexts(one, other)),
    ),
  )
})

test('a digest comes before or after any text exactly when its bytes do so of the text’s place', () => {
  fc.assert(
    fc.property(pairs, ({ digest, text }) =>
      assert.equal(Math.sign(Buffer.compare(storedDigest(digest), storedPlace(text))), compareTexts(digest, text), text),
    ),
    { numRuns: 3000 },
  )
  const zeros = digestOf('sha256', '0'.repeat(64))
  for (let length = 0; length < zeros.length; length++)
    for (const text of [zeros.slice(0, length), `${zeros.slice(0, length)}0`, `${zeros.slice(0, length)} `, `${zeros.slice(0, length)}z`])
      assert.equal(Math.sign(Buffer.compare(storedDigest(zeros), storedPlace(text))), compareTexts(zeros, text), text)
})

test('what the disk has made of a digest is none that can be asked for', () => {
  assert.equal(readDigest(Uint8Array.of(3, 0xab)), 'damaged:ab')
  assert.equal(readDigest(new Uint8Array()), 'damaged:')
})
