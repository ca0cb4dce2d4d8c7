import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lanes } from './lanes.ts'

test('so many at once, the others in their order, whether those before them succeed or not', async () => {
  const lanes = new Lanes(2, 60_000)
  const began: number[] = []
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const all = ends.map(({ promise }, index) =>
    lanes.within(async () => {
      began.push(index)
      await promise
    }),
  )
  assert.deepEqual(began, [0, 1])
  ends[1]?.reject(new Error('failed'))
  await assert.rejects(all[1] ?? Promise.resolve())
  await Promise.resolve()
  assert.deepEqual(began, [0, 1, 2])
  for (const { resolve } of ends) resolve()
  await Promise.allSettled(all)
  assert.deepEqual(began, [0, 1, 2, 3, 4])
})

test('who waits for too long is told so, and keeps no place', async () => {
  const lanes = new Lanes(1, 1)
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = lanes.within(() => promise)
  await assert.rejects(lanes.within(async () => {}))
  resolve()
  await first
  assert.equal(await lanes.within(async () => 'free'), 'free')
})
