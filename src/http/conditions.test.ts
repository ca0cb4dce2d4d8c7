import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKnownToReader, preconditionOf, rangeOf } from './conditions.ts'

const asking = (headers: Readonly<Record<string, string>>, method = 'GET') => ({ method, header: (name: string) => headers[name] })

test('entity tags: in quotes or without, weak or not, a star', () => {
  assert.equal(preconditionOf(asking({})), undefined)
  assert.deepEqual(preconditionOf(asking({ 'if-match': ' * ' })), { match: '*' })
  assert.deepEqual(preconditionOf(asking({ 'if-none-match': 'W/"a", "b",c' })), {
    noneMatch: [
      { value: 'a', weak: true },
      { value: 'b', weak: false },
      { value: 'c', weak: false },
    ],
  })
  assert.deepEqual(preconditionOf(asking({ 'if-match': '"a"', 'if-none-match': '*' })), {
    match: [{ value: 'a', weak: false }],
    noneMatch: '*',
  })
})

test('who has it already is told so; who wants another one is refused', () => {
  assert.equal(isKnownToReader(asking({}), 'a'), false)
  assert.equal(isKnownToReader(asking({ 'if-none-match': '"a"' }), 'a'), true)
  assert.equal(isKnownToReader(asking({ 'if-none-match': '"b"' }), 'a'), false)
  assert.equal(isKnownToReader(asking({ 'if-match': '"a"' }), 'a'), false)
  assert.throws(() => isKnownToReader(asking({ 'if-match': '"b"' }), 'a'), { failure: 'precondition-failed', detail: { etag: 'a' } })
})

test('a range is asked for by GET, and of this representation', () => {
  const range = 'bytes=0-1'
  assert.equal(rangeOf(asking({ range }), 'a'), range)
  assert.equal(rangeOf(asking({ range }, 'HEAD'), 'a'), undefined)
  assert.equal(rangeOf(asking({ range, 'if-range': ' "a" ' }), 'a'), range)
  assert.equal(rangeOf(asking({ range, 'if-range': '"b"' }), 'a'), undefined)
  assert.equal(rangeOf(asking({ range, 'if-range': 'Sat, 28 Nov 2026 00:00:00 GMT' }), 'a'), undefined)
})
