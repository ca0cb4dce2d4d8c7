import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FairTurns } from './fair-turns.ts'

/** Reads that each take some milliseconds, by a clock that the test moves. */
function readsOf(milliseconds: number) {
  let now = 0
  const turns = new FairTurns(() => now)
  const read = <Result>(work: () => Result): Promise<Result> =>
    turns.read(async () => {
      now += milliseconds
      return work()
    })
  return read
}

test('who reads on and on lets others have their turn', async () => {
  const read = readsOf(3)
  let others = 0
  const other = () => {
    others++
    again = setImmediate(other)
  }
  let again = setImmediate(other)
  for (let count = 0; count < 30; count++) await read(() => count)
  clearImmediate(again)
  assert.ok(others >= 10, `${others} turns of others in 90 ms of reading`)
})

test('reads of one short turn are not put off', async () => {
  const read = readsOf(0.05)
  let turned = false
  setImmediate(() => {
    turned = true
  })
  for (let count = 0; count < 50; count++) assert.equal(await read(() => count), count)
  assert.equal(turned, false)
})

test('what a read throws comes through', async () => {
  const read = readsOf(6)
  await assert.rejects(
    read(() => {
      throw new Error('no such table')
    }),
    /no such table/,
  )
})
