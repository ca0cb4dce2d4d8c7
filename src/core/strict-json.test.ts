import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkKeys, type Json, JsonError, JsonNumber, knownKeys, parseStrictJson } from './strict-json.ts'

const parse = (text: string | Uint8Array): Json => parseStrictJson(typeof text === 'string' ? new TextEncoder().encode(text) : text)

/** What JSON.parse would have given. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text)
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) {
    const object: Record<string, unknown> = {}
    for (const [key, each] of value)
      Object.defineProperty(object, key, { value: plain(each), enumerable: true, configurable: true, writable: true })
    return object
  }
  return value
}

test('any document that JSON.stringify writes is read as JSON.parse reads it', () => {
  const keys = fc.string().filter((key) => JSON.stringify(key).slice(1, -1) === key || !/[\u0000-\u001f]/.test(key))
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(keys, tie('document'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(document, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space)
      assert.deepEqual(plain(parse(text)), JSON.parse(text))
    }),
    { numRuns: 500 },
  )
})

test('whatever is read, JSON.parse reads the same', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"b"',
    '"\\u0041"',
    '\\',
    '0',
    '1',
    '-',
    '.5',
    '1e9',
    'true',
    'false',
    'null',
    ' ',
    '\n',
    'NaN',
    '\u00a0',
    '\ufeff',
    '/**/',
    "'",
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      let read: Json
      try {
        read = parse(text)
      } catch (error) {
        assert.ok(error instanceof JsonError)
        return
      }
      assert.deepEqual(plain(read), JSON.parse(text))
    }),
    { numRuns: 5000 },
  )
})

const refused: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'blanks only': ' \n',
  'a byte order mark': '\ufeff{}',
  'two values': '{}{}',
  'two values on two lines': '{}\n{}',
  'something behind it': '{} x',
  'a NUL behind it': '{}\0',
  'a comment of a line': '{} // x',
  'a comment inside': '{/* x */}',
  'a trailing comma in an object': '{"a":1,}',
  'a trailing comma in a list': '[1,]',
  'single quotes': "{'a':1}",
  'a bare key': '{a:1}',
  'a number as a key': '{1:1}',
  'a repeated key': '{"a":1,"a":1}',
  'a repeated key further in': '{"x":[{"a":1,"b":2,"a":1}]}',
  'a repeated key of which one is escaped': '{"-":1,"\\u002d":1}',
  'a letter of a key written as an escape': '{"\\u006cayers":1}',
  'a digit of a key written as an escape': '{"\\u0031":1}',
  'a NUL in a key': '{"a\\u0000":1}',
  'a raw NUL in a string': '"\0"',
  'a raw line feed in a string': '"\n"',
  'a raw tab in a string': '"\t"',
  'a string without an end': '"a',
  'an unknown escape': '"\\x41"',
  'a short escape': '"\\u12"',
  'an escape with a sign': '"\\u+123"',
  NaN: 'NaN',
  Infinity: 'Infinity',
  undefined: 'undefined',
  'a plus sign': '+1',
  'a leading zero': '01',
  'a fraction without a whole part': '.5',
  'a fraction without digits': '1.',
  'an exponent without digits': '1e',
  hexadecimal: '0x10',
  'a minus alone': '-',
  'a word in capitals': 'True',
  'a no-break space': '\u00a0{}',
  'a vertical tab': '\v{}',
  'bytes that are no UTF-8': Uint8Array.of(0x22, 0xff, 0x22),
  'an overlong slash': Uint8Array.of(0x22, 0xc0, 0xaf, 0x22),
  'a surrogate in UTF-8': Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
  'UTF-16': Buffer.from('{}', 'utf16le'),
}
for (const [what, text] of Object.entries(refused))
  test(`D2 a document with ${what} is refused`, () => {
    assert.throws(() => parse(text), JsonError)
  })

test('D2 half a surrogate pair written as an escape is refused: Go reads it as another character', () => {
  for (const text of ['"\\ud800"', '"\\udc00"', '"\\ud800x"', '"\\ud800\\u0041"', '"\\udc00\\ud800"', '{"\\ud800":1,"\\ud801":2}'])
    assert.throws(() => parse(text), JsonError, text)
  assert.equal(parse('"\\ud83d\\ude00"'), '😀')
})

test('D3 a number is kept as it was written', () => {
  for (const text of ['0', '-0', '1e3', '1.0', '9007199254740993', '18446744073709551616', '1E400']) {
    const value = parse(text)
    assert.ok(value instanceof JsonNumber)
    assert.equal(value.text, text)
  }
})

test('D4 special names are keys like any other', () => {
  const value = parse('{"__proto__":{"polluted":true},"constructor":1,"toString":"x","hasOwnProperty":null}')
  assert.ok(value instanceof Map)
  assert.deepEqual([...value.keys()], ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('D6 nesting of 64 is read, 65 is refused, and a million brackets are refused at once', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.ok(Array.isArray(parse(nested(65))), 'the outermost is level 0')
  assert.throws(() => parse(nested(66)), JsonError)
  const start = performance.now()
  assert.throws(() => parse(nested(1_000_000)), JsonError)
  assert.throws(() => parse('{"a":'.repeat(1_000_000)), JsonError)
  assert.ok(performance.now() - start < 500)
})

test('the refusal tells at which character', () => {
  assert.throws(() => parse('{"a":1,"a":2}'), /given twice \(at character 10\)/)
})

test('D2 a key that differs from a known one only by folding is refused, the known one itself is not', () => {
  const known = knownKeys('layers', 'mediaType', 'fsLayers', 'K')
  const object = (key: string) => new Map<string, Json>([[key, null]])
  for (const key of ['layers', 'mediaType', 'fsLayers', 'K', 'other', 'layer', 'layers '])
    assert.doesNotThrow(() => checkKeys(object(key), known), key)
  for (const key of [
    'Layers',
    'LAYERS',
    'layer\u017f',
    'MEDIATYPE',
    'mediatype',
    'fs\u017fLayers'.replace('s\u017f', '\u017f'),
    '\u212a',
    'k',
  ])
    assert.throws(() => checkKeys(object(key), known), JsonError, key)
})

test('D2 folding is that of Go: whatever folds to a known key by simple case folding is refused', () => {
  const known = knownKeys('digest', 'mediaType', 'blobs', 'schemaVersion', 'platform')
  const spellings: Readonly<Record<string, string[]>> = { s: ['s', 'S', '\u017f'], k: ['k', 'K', '\u212a'] }
  const spell = (character: string) =>
    fc.constantFrom(...(spellings[character.toLowerCase()] ?? [character.toLowerCase(), character.toUpperCase()]))
  for (const name of ['digest', 'mediaType', 'blobs', 'schemaVersion', 'platform'])
    fc.assert(
      fc.property(fc.tuple(...[...name].map(spell)), (characters) => {
        const key = characters.join('')
        if (key === name) return
        assert.throws(() => checkKeys(new Map([[key, null]]), known), JsonError)
      }),
    )
})
