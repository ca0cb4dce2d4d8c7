import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedRead } from './shared-read.ts'

/** Reads that end when the test says so. */
function reads() {
  const begun: PromiseWithResolvers<number>[] = []
  const ask = sharedRead(() => {
    const read = Promise.withResolvers<number>()
    begun.push(read)
    return read.promise
  })
  const turn = () => new Promise(setImmediate)
  return { begun, ask, turn }
}

test('all who ask together share one read, who asks while it is under way gets the next', async () => {
  const { begun, ask, turn } = reads()
  const together = [ask(), ask(), ask()]
  await turn()
  const later = [ask(), ask()]
  await turn()
  assert.equal(begun.length, 1)
  begun[0]?.resolve(1)
  assert.deepEqual(await Promise.all(together), [1, 1, 1])
  await turn()
  assert.equal(begun.length, 2)
  begun[1]?.resolve(2)
  assert.deepEqual(await Promise.all(later), [2, 2])
})

test('a read that fails fails for those who share it, and the next one is another', async () => {
  const { begun, ask, turn } = reads()
  const [one, other] = [ask(), ask()]
  await turn()
  begun[0]?.reject(new Error('away'))
  await assert.rejects(one, /away/)
  await assert.rejects(other, /away/)
  const next = ask()
  await turn()
  begun[1]?.resolve(3)
  assert.equal(await next, 3)
})
