import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lanes, whoseCommand } from './lanes.ts'

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

test('those who wait for each other have half of the lanes, and a turn like others', async () => {
  const lanes = new Lanes(4, 60_000)
  const began: string[] = []
  const ends: (() => void)[] = []
  const come = (whose: string) =>
    lanes.within(() => {
      began.push(whose)
      return new Promise<void>((resolve) => ends.push(resolve))
    }, whose)
  const all = Array.from({ length: 20 }, () => come('a'))
  assert.deepEqual(began, ['a', 'a'])
  all.push(come('b'), come('c'), come('d'), come('e'))
  assert.deepEqual(began, ['a', 'a', 'b', 'c'], 'two lanes are left for others')
  const end = async (index: number) => {
    ends[index]?.()
    await new Promise(setImmediate)
    return began.at(-1)
  }
  assert.deepEqual([await end(0), await end(1), await end(2)], ['a', 'd', 'e'], 'nobody waits for the whole line of another')
  for (let index = 0; index < all.length; index++) await end(index)
  await Promise.all(all)
  assert.equal(began.length, 24)
})

test('who gives up leaves its line, and the next of it has its turn', async () => {
  const lanes = new Lanes(1, 20)
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = lanes.within(() => promise, 'a')
  await assert.rejects(lanes.within(async () => {}, 'b'))
  const next = lanes.within(async () => 'b', 'b')
  resolve()
  await first
  assert.equal(await next, 'b')
})

test('commands of one repository are those that name it', () => {
  assert.equal(whoseCommand({ registryId: 1, name: 'a/b', digest: 'sha256:00' }), whoseCommand({ registryId: 1, name: 'a/b' }))
  assert.notEqual(whoseCommand({ registryId: 2, name: 'a/b' }), whoseCommand({ registryId: 1, name: 'a/b' }))
  for (const other of [{ uploadId: 'u' }, { registryId: 1 }, {}, undefined]) assert.equal(whoseCommand(other), undefined)
})
