import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatReference, isTag, parseReference, parseRepositoryName, parseTag } from './reference.ts'
import type { RegistryError } from './registry-error.ts'

const digest = `sha256:${'0'.repeat(64)}`

for (const name of [
  'a',
  'team/app',
  'a.b',
  'a_b',
  'a__b',
  'a-b',
  'a---b',
  'a/b/c/d',
  '0',
  'blobs/uploads',
  'a/manifests/b',
  'x'.repeat(255),
])
  test(`"${name.slice(0, 40)}" is a repository name`, () => assert.equal(parseRepositoryName(name), name))

const wrongNames: Readonly<Record<string, string>> = {
  nothing: '',
  'a slash alone': '/',
  'a slash before': '/a',
  'a slash behind': 'a/',
  'two slashes': 'a//b',
  'a dot': '.',
  'two dots': 'a/../b',
  'a part that begins with a dot': 'a/.b',
  'a part that begins with an underscore': '_catalog',
  'a part that ends with a dash': 'a-',
  'two dots inside': 'a..b',
  'three underscores': 'a___b',
  'a dot and a dash together': 'a.-b',
  'a line break': 'a\r\nX-Evil: 1',
  'a trailing line feed': 'a\n',
  'a NUL': 'a\0b',
  'an escape': 'a%2fb',
  'a backslash': 'a\\b',
  'a colon': 'a:b',
  'a space': 'a b',
  'letters from right to left': 'a\u202eb',
  'an emoji': 'a😀',
  'a letter beyond ASCII': 'café',
  'the Kelvin sign': '\u212a',
  '256 characters': 'x'.repeat(256),
}
for (const [what, name] of Object.entries(wrongNames))
  test(`D11 a repository name with ${what} is refused`, () => {
    assert.throws(() => parseRepositoryName(name), { name: 'RegistryError', failure: 'name-invalid' })
  })

const refusalOf = (work: () => unknown): RegistryError => {
  try {
    work()
  } catch (error) {
    return error as RegistryError
  }
  throw new Error('it was not refused')
}

test('the refusal of a name tells which part is wrong', () => {
  const error = refusalOf(() => parseRepositoryName('team/App_/x'))
  assert.equal(error.detail.component, 'App_')
  assert.match(error.message, /component "App_"/)
})

test('the refusal of a name tells the lower-case spelling when that cures it', () => {
  const error = refusalOf(() => parseRepositoryName('Team/MyApp'))
  assert.equal(error.detail.suggestion, 'team/myapp')
  assert.match(error.message, /write "team\/myapp"/)
  assert.equal(parseRepositoryName(String(error.detail.suggestion)), 'team/myapp')
})

test('the refusal of a name suggests nothing when lower case is no cure', () => {
  const error = refusalOf(() => parseRepositoryName('Team/My App'))
  assert.equal('suggestion' in error.detail, false)
  assert.doesNotMatch(error.message, /write "/)
})

test('the refusal of an empty part says so', () => {
  assert.match(refusalOf(() => parseRepositoryName('a//b')).message, /empty component/)
})

test('D11 a name of a hundred thousand dashes is judged at once', () => {
  const name = `${'a-'.repeat(127)}!`
  const start = performance.now()
  assert.throws(() => parseRepositoryName(name), { failure: 'name-invalid' })
  assert.throws(() => parseRepositoryName('a-'.repeat(100_000)), { failure: 'name-invalid' })
  assert.ok(performance.now() - start < 100)
})

for (const tag of ['latest', 'v1.0.0', '_x', 'A', '0', 'a..b', 'a-', 'sha256-abc.sig', 'x'.repeat(128)])
  test(`"${tag.slice(0, 40)}" is a tag`, () => assert.equal(parseTag(tag), tag))

for (const tag of [
  '',
  '.a',
  '-a',
  'a b',
  'a/b',
  'a:b',
  'a%00',
  'a\r\nb',
  'a\n',
  'a\0',
  'é',
  '😀',
  'a\u202eb',
  'x'.repeat(129),
  '..',
  'a+b',
])
  test(`D11 ${JSON.stringify(tag.slice(0, 20))} (${tag.length}) is no tag`, () => {
    assert.equal(isTag(tag), false)
    assert.throws(() => parseTag(tag), { name: 'RegistryError', failure: 'tag-invalid' })
  })

test('a reference with a colon is a digest or nothing', () => {
  assert.deepEqual(parseReference(digest), { kind: 'digest', digest })
  assert.throws(() => parseReference('sha256:abc'), { failure: 'digest-invalid' })
  assert.throws(() => parseReference('a:b'), { failure: 'digest-invalid' })
  assert.throws(() => parseReference('a b'), { failure: 'tag-invalid' })
})

test('D11 a tag that looks like a digest without its colon is a tag', () => {
  const tag = digest.replace(':', '-')
  assert.deepEqual(parseReference(tag), { kind: 'tag', tag })
})

test('what is read as a reference is written the same', () => {
  const tags = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/)
  const digests = fc.stringMatching(/^sha256:[0-9a-f]{64}$/)
  fc.assert(fc.property(fc.oneof(tags, digests), (text) => assert.equal(formatReference(parseReference(text)), text)))
})
