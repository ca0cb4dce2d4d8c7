import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksumBlock } from '#ports/blob-store.ts'
import { sizeOfPart, startOfPart, usualPartSize } from './part-sizes.ts'

const mebibyte = 1024 * 1024

for (const first of [usualPartSize, 5 * mebibyte, 64 * mebibyte, -5 * mebibyte, -64 * mebibyte])
  test(`parts that begin with ${first / mebibyte} MiB lie one behind the other, none smaller than the one before`, () => {
    let start = 0
    for (let index = 0; index < 10_000; index++) {
      assert.equal(startOfPart(index, first), start)
      const size = sizeOfPart(index, first)
      assert.ok(size >= 5 * mebibyte && size <= 64 * mebibyte && size % checksumBlock === 0 && size >= sizeOfPart(index - 1, first))
      start += size
    }
    assert.equal(startOfPart(10_000, first), start)
  })

test('10,000 parts of usual sizes hold the largest blob, 200 GiB', () => {
  assert.ok(startOfPart(10_000, usualPartSize) >= 200 * 1024 * mebibyte)
})
