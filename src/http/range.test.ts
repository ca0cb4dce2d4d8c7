import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatUploadRange, parseContentRange, parseRange } from './range.ts'

const whole: readonly [string | undefined, string][] = [
  [undefined, 'no header'],
  ['', 'an empty header'],
  ['bytes=', 'no range'],
  ['bytes=-', 'neither end'],
  ['bytes=0-1,3-4', 'several ranges'],
  ['items=0-1', 'another unit'],
  ['bytes=a-b', 'letters'],
  ['bytes=1.5-2', 'a fraction'],
  ['bytes=0x10-', 'hexadecimal'],
  ['bytes 0-1', 'a Content-Range'],
  ['bytes=--1', 'two dashes'],
]
for (const [header, what] of whole) test(`a Range with ${what} sends the whole body`, () => assert.equal(parseRange(header, 10), undefined))

const parts: readonly [string, number, number, number][] = [
  ['bytes=0-0', 10, 0, 0],
  ['bytes=0-', 10, 0, 9],
  ['bytes=9-', 10, 9, 9],
  ['bytes=3-5', 10, 3, 5],
  ['bytes=3-99', 10, 3, 9],
  ['bytes=-1', 10, 9, 9],
  ['bytes=-10', 10, 0, 9],
  ['bytes=-99', 10, 0, 9],
  [`bytes=-${'9'.repeat(400)}`, 10, 0, 9],
  [`bytes=0-${'9'.repeat(400)}`, 10, 0, 9],
  ['bytes= 1-2', 10, 1, 2],
]
for (const [header, size, start, end] of parts)
  test(`Range "${header.slice(0, 30)}" of ${size} bytes is ${start} to ${end}`, () =>
    assert.deepEqual(parseRange(header, size), { start, end }))

const unsatisfiable: readonly [string, number][] = [
  ['bytes=10-', 10],
  ['bytes=10-20', 10],
  ['bytes=5-3', 10],
  ['bytes=-0', 10],
  ['bytes=0-', 0],
  ['bytes=-1', 0],
  ['bytes=0-0', 0],
  [`bytes=${'9'.repeat(400)}-`, 10],
  [`bytes=${2 ** 53}-`, 10],
]
for (const [header, size] of unsatisfiable)
  test(`Range "${header.slice(0, 30)}" of ${size} bytes cannot be satisfied, and the refusal tells the size`, () =>
    assert.throws(() => parseRange(header, size), { failure: 'range-unsatisfiable', detail: { size } }))

test('whatever a Range says, what is sent lies within the body', () => {
  const number = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String), fc.constant(''))
  fc.assert(
    fc.property(number, number, fc.nat(), (first, last, size) => {
      let range: ReturnType<typeof parseRange>
      try {
        range = parseRange(`bytes=${first}-${last}`, size)
      } catch (error) {
        assert.equal((error as { failure?: string }).failure, 'range-unsatisfiable')
        return
      }
      if (range) assert.ok(range.start >= 0 && range.start <= range.end && range.end < size)
    }),
  )
})

for (const [header, start, end] of [
  ['0-0', 0, 0],
  ['5-9', 5, 9],
  ['bytes 5-9/10', 5, 9],
  ['bytes 5-9/*', 5, 9],
  ['bytes=5-9', 5, 9],
  [' 5-9 ', 5, 9],
  [`0-${Number.MAX_SAFE_INTEGER}`, 0, Number.MAX_SAFE_INTEGER],
] as const)
  test(`Content-Range "${header}" is ${start} to ${end}`, () => assert.deepEqual(parseContentRange(header), { start, end }))

test('no Content-Range is no range', () => assert.equal(parseContentRange(undefined), undefined))

for (const header of [
  '',
  '-',
  '5',
  '0-',
  '-5',
  'a-b',
  '9-3',
  '0-18446744073709551616',
  `0-${2 ** 53}`,
  '0-1,2-3',
  '1.0-2',
  '+1-2',
  '0--1',
  '0-1/x',
  '0 - 1',
  `${'9'.repeat(8000)}-1`,
])
  test(`D13 Content-Range "${header.slice(0, 30)}" is refused`, () =>
    assert.throws(() => parseContentRange(header), { name: 'RegistryError', failure: 'upload-invalid' }))

test('an upload of nothing and of one byte both say 0-0; more says its last byte', () => {
  assert.deepEqual([0, 1, 2, 1000].map(formatUploadRange), ['0-0', '0-0', '0-1', '0-999'])
})
