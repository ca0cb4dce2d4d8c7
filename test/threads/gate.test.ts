import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bellOf } from '#adapters/system/bell.ts'
import { sharedWords } from '#core/shared-words.ts'
import { gateMemory, releaseGate } from '#http/gate-memory.ts'
import { Gate } from '#http/gate.ts'
import type { GateScene } from './gate-thread.ts'
import { openThreads, seatOf } from './threads.ts'

const columns = 3
const file = new URL('./gate-thread.ts', import.meta.url)

function scene(limits: GateScene['limits']) {
  const gate = gateMemory(limits.most, { columns, seed: 7 })
  const seen = sharedWords(2 + 2 * 4)
  const threads = openThreads<GateScene>(file, columns, { gate, limits, seen })
  // Looks on; none of the threads has its column.
  const watch = new Gate(
    { ...limits, longestLine: 1, longestWait: 1 },
    { ...seatOf({ column: 0, columns, bells: threads.bells }), bell: { ring: () => {}, onRing: () => {} } },
    gate,
  )
  return { threads, seen, gate, watch }
}

test('never too many inside, of all or of one address, and nobody is forgotten in a line', async () => {
  const { threads, seen, watch } = scene({ most: 4, mostOfOne: 3 })
  const rush = { does: 'rush', times: 300, clients: 8, addresses: 2 }
  const admitted = await Promise.all([0, 1, 2].map((column) => threads.ask<number>(column, rush)))
  assert.deepEqual(admitted, [2400, 2400, 2400])
  const [inside, most, ...ofAddresses] = seen
  assert.equal(inside, 0)
  assert.ok((most ?? 0) <= 4, `${most} were inside`)
  for (const at of [1, 3]) assert.ok((ofAddresses[at] ?? 0) <= 3, `${ofAddresses[at]} of one address were inside`)
  assert.deepEqual([watch.inside, watch.waiting], [0, 0])
  await threads.close()
})

test('a place that becomes free at one thread goes to who waits at another', async () => {
  const { threads, watch } = scene({ most: 1, mostOfOne: 1 })
  assert.equal(await threads.ask(0, { does: 'enter', address: 'a' }), true)
  const waits = threads.ask(1, { does: 'enter', address: 'b' })
  while (watch.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(watch.isSaturated(60_000), false)
  await threads.ask(0, { does: 'leave', address: 'a' })
  assert.equal(await waits, true)
  assert.deepEqual([watch.inside, watch.waiting], [1, 0])
  await threads.close()
})

test('a place that becomes free goes to the thread that has less than its part, and not to a longer line', async () => {
  const limits = { most: 4, mostOfOne: 4, longestLine: 100, longestWait: 60_000 }
  const [memory, bells] = [gateMemory(4, { columns: 2, seed: 7 }), sharedWords(2)]
  // In one thread: nothing comes between leaving and the next of the line.
  const [many, few] = [0, 1].map((column) => new Gate(limits, seatOf({ column, columns: 2, bells }), memory))
  assert.ok(many && few)
  for (let each = 0; each < 4; each++) assert.equal(many.tryEnter('a'), true)
  const line = Array.from({ length: 10 }, () => many.enter('a'))
  const other = few.enter('b')
  many.leave('a')
  assert.equal(many.tryEnter('c'), false, 'nor to who comes now')
  assert.equal(await other, true)
  assert.deepEqual([many.inside, many.waiting], [4, 10])
  few.leave('b')
  assert.equal(await line[0], true)
  for (let each = 0; each < 13; each++) {
    many.leave('a')
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(
    await Promise.all(line),
    Array.from({ length: 10 }, () => true),
  )
})

test('a thread that dies gives its places back, to who waits too, and its column serves the next', async () => {
  const { threads, watch, gate } = scene({ most: 2, mostOfOne: 2 })
  for (const address of ['a', 'a']) assert.equal(await threads.ask(0, { does: 'enter', address }), true)
  const waits = threads.ask(1, { does: 'enter', address: 'a' })
  while (watch.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
  await threads.kill(0)
  assert.equal(watch.inside, 2)
  releaseGate(gate, 0, bellOf(threads.bells, 0))
  assert.equal(await waits, true)
  assert.equal(watch.inside, 1)
  threads.begin(0)
  assert.equal(await threads.ask(0, { does: 'enter', address: 'a' }), true)
  assert.equal(watch.inside, 2)
  await threads.close()
})
