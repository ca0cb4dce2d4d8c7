import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutPage, largestPage, parsePage } from './page.ts'

for (const [query, page] of [
  ['', { n: undefined, last: '' }],
  ['n=', { n: undefined, last: '' }],
  ['n=0', { n: 0, last: '' }],
  ['n=10&last=b', { n: 10, last: 'b' }],
  ['n=1001', { n: largestPage, last: '' }],
  ['n=999999999999999999', { n: largestPage, last: '' }],
  ['last=a%2Fb', { n: undefined, last: 'a/b' }],
] as const)
  test(`the page of "${query}"`, () => assert.deepEqual(parsePage(new URLSearchParams(query)), page))

test('without a query it is the first page of the usual size', () => assert.deepEqual(parsePage(undefined), { n: undefined, last: '' }))

for (const n of ['-1', '1.5', 'abc', '1e3', '9999999999999999999'])
  test(`n=${n} is refused`, () => assert.throws(() => parsePage(new URLSearchParams({ n })), { failure: 'page-invalid', detail: { n } }))

test('one more than the page tells that another comes', () => {
  assert.deepEqual(cutPage(['a', 'b', 'c'], 2), { items: ['a', 'b'], last: 'b' })
  assert.deepEqual(cutPage(['a', 'b'], 2), { items: ['a', 'b'], last: undefined })
  assert.deepEqual(cutPage([], 2), { items: [], last: undefined })
  assert.deepEqual(cutPage(['a'], 0), { items: [], last: undefined })
})
