import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachedDataVersionTag, getHeapSpaceStatistics } from 'node:v8'
import { giveBackUnusedHeap } from './unused-heap.ts'

const mebibyte = 1024 * 1024
const nursery = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0

/** What lives for a while and then does not makes the nursery grow. */
function fillNursery(): void {
  let kept: object[] = []
  for (let round = 0; round < 2_000_000; round++) {
    kept.push({ round })
    if (kept.length > 200_000) kept = kept.slice(100_000)
  }
}

test('a nursery that grew is small again, and code is kept under the name of before', () => {
  const name = cachedDataVersionTag()
  fillNursery()
  const grown = nursery()
  assert.ok(grown > 4 * mebibyte, `it grew to ${grown} bytes`)
  giveBackUnusedHeap()
  assert.ok(nursery() < 2 * mebibyte, `it has ${nursery()} bytes`)
  assert.equal(cachedDataVersionTag(), name)
  assert.equal(globalThis.gc, undefined)
})
