import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksumBlock } from '#ports/blob-store.ts'
import { bytesFor, SummedBlocks } from './summed-blocks.ts'

const minute = 60_000
const state = { dev: 1n, ino: 2n, size: BigInt(3 * checksumBlock + 1), mtimeNs: 4n, ctimeNs: 5n }
const clockAt = (start: number) => ({
  at: start,
  elapsed() {
    return this.at
  },
})

test('a block is believed for an hour from when it was summed, however often it is asked for', () => {
  for (const start of [0, 999, 7 * minute]) {
    const clock = clockAt(start)
    const blocks = new SummedBlocks(clock)
    blocks.of('a', state).add(0)
    clock.at += 40 * minute
    blocks.of('a', state).add(3)
    const asked = () => [0, 1, 2, 3, 4].map((block) => blocks.of('a', state).has(block))
    assert.deepEqual(asked(), [true, false, false, true, false])
    clock.at = start + 60 * minute - 1000
    assert.deepEqual(asked(), [true, false, false, true, false])
    clock.at = start + 60 * minute
    assert.deepEqual(asked(), [false, false, false, true, false])
    clock.at = start + 100 * minute
    assert.deepEqual(asked(), [false, false, false, false, false])
  }
})

for (const changed of Object.keys(state) as (keyof typeof state)[])
  test(`another ${changed} is another file: nothing of it was summed`, () => {
    const blocks = new SummedBlocks(clockAt(0))
    blocks.of('a', state).add(1)
    assert.equal(blocks.of('a', { ...state, [changed]: state[changed] + 1n }).has(1), false)
    assert.equal(blocks.of('a', state).has(1), false, 'nor of what it was before')
  })

test('a wrong block ends the belief in all blocks of the object, also for those who read it already', () => {
  const blocks = new SummedBlocks(clockAt(0))
  const [one, other] = [blocks.of('a', state), blocks.of('a', state)]
  one.add(0)
  assert.equal(other.has(0), true)
  other.forget()
  assert.equal(one.has(0), false)
  assert.equal(blocks.of('a', state).has(0), false)
})

test('there is room for so many bytes; what was asked for longest ago goes first, and what is too large is not remembered', () => {
  const blocks = new SummedBlocks(clockAt(0), 2 * bytesFor(4))
  for (const key of ['a', 'b']) blocks.of(key, state).add(0)
  assert.equal(blocks.of('a', state).has(0), true)
  blocks.of('c', state).add(0)
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => blocks.known(key) !== undefined),
    [true, false, true],
  )
  blocks.of('large', { ...state, size: BigInt(1000 * checksumBlock) }).add(0)
  assert.deepEqual(
    ['a', 'c', 'large'].map((key) => blocks.known(key) !== undefined),
    [true, true, false],
  )
  blocks.forget('a')
  blocks.of('d', state).add(0)
  assert.deepEqual(
    ['c', 'd'].map((key) => blocks.known(key) !== undefined),
    [true, true],
  )
})

test('there is room for so many files, however small', () => {
  const blocks = new SummedBlocks(clockAt(0), 100 * bytesFor(4), 2)
  for (const key of ['a', 'b', 'a', 'c']) blocks.of(key, state).add(0)
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => blocks.known(key) !== undefined),
    [true, false, true],
  )
})
