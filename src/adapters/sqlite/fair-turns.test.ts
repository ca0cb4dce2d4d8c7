import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FairTurns } from './fair-turns.ts'

const spin = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('who reads on and on lets others have their turn', async () => {
  const turns = new FairTurns()
  let others = 0
  const other = setInterval(() => others++, 1)
  const began = performance.now()
  for (let count = 0; count < 30; count++) await turns.read(async () => spin(3))
  clearInterval(other)
  assert.ok(others >= 5, `${others} turns of others in ${performance.now() - began} ms of reading`)
})

test('reads of one short turn are not put off', async () => {
  const turns = new FairTurns()
  let turned = false
  setImmediate(() => {
    turned = true
  })
  for (let count = 0; count < 50; count++) assert.equal(await turns.read(async () => count), count)
  assert.equal(turned, false)
})

test('what a read throws comes through', async () => {
  await assert.rejects(
    new FairTurns().read(async () => {
      spin(6)
      throw new Error('no such table')
    }),
    /no such table/,
  )
})
