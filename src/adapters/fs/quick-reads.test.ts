import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QuickReads } from './quick-reads.ts'

const clockAt = (start: number) => ({
  at: start,
  elapsed() {
    return this.at
  },
})

test('reads that had to wait one after the other are followed by a rest of a hundred times as long; one alone is not', () => {
  const clock = clockAt(50)
  const quick = new QuickReads(clock)
  const taking = (ms: number) => quick.try(() => (clock.at += ms))
  taking(0.2)
  assert.equal(quick.rests, false)
  taking(2)
  assert.equal(quick.rests, false, 'one alone may have been interrupted')
  taking(0.2)
  taking(2)
  taking(2)
  assert.equal(quick.rests, true)
  clock.at += 197
  assert.equal(quick.rests, true)
  clock.at += 2
  assert.equal(quick.rests, false)
})

test('in one turn of the loop a few blocks are read, by whoever came first; the others have the next turns', async () => {
  const quick = new QuickReads(clockAt(0))
  const done: number[] = []
  const read = async (reader: number) => {
    await quick.turn()
    done.push(reader)
  }
  const all = Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8].map(read))
  for (const sofar of [4, 8, 9]) {
    await new Promise<void>((resolve) => void Promise.resolve().then(resolve))
    await Promise.resolve()
    assert.equal(done.length, sofar)
    await new Promise(setImmediate)
  }
  await all
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8])
  await new Promise(setImmediate)
  assert.equal(quick.turn(), undefined)
})
