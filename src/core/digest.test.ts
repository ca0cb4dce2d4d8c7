import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { algorithmOf, digestOf, isDigest, parseAlgorithm, parseDigest } from './digest.ts'

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const good64 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

test('what an algorithm and its hex make is read back as the same digest', () => {
  fc.assert(
    fc.property(fc.constantFrom('sha256' as const, 'sha512' as const), hex(128), (algorithm, digits) => {
      const digest = digestOf(algorithm, algorithm === 'sha256' ? digits.slice(64) : digits)
      assert.equal(parseDigest(digest), digest)
      assert.equal(algorithmOf(digest), algorithm)
    }),
  )
})

const wrong: Readonly<Record<string, string>> = {
  'a path behind the algorithm': 'sha256:../../x',
  'an escaped path': 'sha256:%2e%2e',
  'an upper-case algorithm': `SHA256:${good64}`,
  'upper-case hex': `sha256:${good64.toUpperCase()}`,
  '63 digits': `sha256:${good64.slice(1)}`,
  '65 digits': `sha256:${good64}0`,
  'an algorithm that nobody should use': `md5:${good64.slice(32)}`,
  'a length of the other algorithm': `sha512:${good64}`,
  'an algorithm with an encoding': `sha256+b64:${good64}`,
  'a newline behind it': `sha256:${good64}\n`,
  'a space before it': ` sha256:${good64}`,
  'a NUL inside': `sha256:${good64.slice(1)}\0`,
  'ten kilobytes': `sha256:${'a'.repeat(10_240)}`,
  'no algorithm': good64,
  nothing: '',
}
for (const [what, text] of Object.entries(wrong))
  test(`D10 a digest with ${what} is refused`, () => {
    assert.equal(isDigest(text), false)
    assert.throws(() => parseDigest(text), { name: 'RegistryError', failure: 'digest-invalid' })
  })

test('D10 no text but the two forms is a digest', () => {
  const nearly = fc.stringMatching(/^(sha256|sha512|SHA256|sha384|)[:+]?[0-9a-fA-F]{60,130}$/)
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string()), (text) => {
      const [algorithm, rest = '', ...more] = text.split(':')
      const length = algorithm === 'sha256' ? 64 : algorithm === 'sha512' ? 128 : -1
      const expected = more.length === 0 && rest.length === length && [...rest].every((each) => '0123456789abcdef'.includes(each))
      assert.equal(isDigest(text), expected)
    }),
  )
})

test('the refusal of a digest repeats at most 200 characters of it', () => {
  assert.throws(
    () => parseDigest('x'.repeat(10_000)),
    (error: { detail?: { digest?: string } }) => error.detail?.digest?.length === 200,
  )
})

test('only sha256 and sha512 can be asked for', () => {
  assert.equal(parseAlgorithm('sha256'), 'sha256')
  assert.equal(parseAlgorithm('sha512'), 'sha512')
  for (const text of ['', 'md5', 'SHA256', 'sha256 ', 'constructor'])
    assert.throws(() => parseAlgorithm(text), { failure: 'digest-invalid' }, text)
})
