import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesMemory, releaseFiles } from '#app/distribution/file-counts.ts'
import { type Holder, OpenFiles } from '#app/distribution/open-files.ts'
import { sharedWords } from '#core/shared-words.ts'
import { seatOf } from './threads.ts'

/** Two that share a memory, as two threads do. */
function scene(most: number, longestWait = 5000) {
  const memory = filesMemory(most, { columns: 2, seed: 7 })
  const bells = sharedWords(2)
  const [here, there] = [0, 1].map((column) => new OpenFiles({ most, longestWait }, seatOf({ column, columns: 2, bells }), memory))
  assert.ok(here && there)
  return { here, there, memory }
}

let names = 0
function holder(principalId = `p${names++}`, registryId = names++): Holder & { rested: number } {
  const its = { registryId, principalId, rested: 0, rest: async () => void its.rested++ }
  return its
}
const waits = (work: Promise<unknown>) =>
  Promise.race([work.then(() => 'works'), new Promise((resolve) => setTimeout(resolve, 30, 'waits'))])

test('who needs a file and finds none at rest has one closed at another thread, as soon as one rests there', async () => {
  const { here, there } = scene(2)
  const [first, second, third] = [holder(), holder(), holder()]
  await here.work(first)
  await here.work(second)
  assert.deepEqual([here.open, there.open, there.hasRoom(third)], [2, 2, false])
  const work = there.work(third)
  assert.equal(await waits(work), 'waits')
  here.rest(first)
  await work
  assert.deepEqual([first.rested, second.rested, here.holds(first), there.open], [1, 0, false, 2])
})

test('half of all files are for one principal, three quarters for one registry, whichever threads it asks', async () => {
  const { here, there } = scene(8)
  for (const files of [here, there, here, there]) await files.work(holder('alice', 1))
  assert.equal(here.hasRoom(holder('alice', 2)), false)
  for (const files of [here, there]) await files.work(holder('bob', 1))
  assert.equal(there.hasRoom(holder('carol', 1)), false)
  assert.equal(there.hasRoom(holder('carol', 2)), true)
})

test('a file that another thread closes is room, and so is what a dead thread had; who waits too long is told', async () => {
  const { here, there, memory } = scene(1, 100)
  const first = holder()
  await here.work(first)
  const second = there.work(holder())
  assert.equal(await waits(second), 'waits')
  here.release(first)
  await second
  await assert.rejects(here.work(holder()), { failure: 'overloaded' })
  releaseFiles(memory, 1)
  await here.work(holder())
  assert.equal(here.open, 1)
})
