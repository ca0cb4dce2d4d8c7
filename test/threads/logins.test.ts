import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loginsMemory, type LoginsMemory, releaseLogins } from '#app/tokens/rate-limits.ts'
import { openThreads } from './threads.ts'

const columns = 3
const file = new URL('./logins-thread.ts', import.meta.url)

test('an address is paused after as many wrong guesses as ever, whichever threads they come to', async () => {
  const threads = openThreads<LoginsMemory>(file, columns, loginsMemory({ columns, random: () => 7 }))
  const guess = (column: number, guesses: number) => threads.ask<string[]>(column, { address: '10.0.0.1', guesses })
  const reasons = (await Promise.all([0, 1, 2].map((column) => guess(column, 13)))).flat()
  assert.equal(reasons.filter((each) => each === 'password-wrong').length, 21)
  assert.equal(reasons.filter((each) => each === 'too-many-attempts').length, 39 - 21)
  await threads.close()
})

test('a thread that dies in its turn keeps nobody waiting', async () => {
  const memory = loginsMemory({ columns, random: () => 7 })
  const threads = openThreads<LoginsMemory>(file, columns, memory)
  const [first] = memory.turns.owners
  assert.equal(first, 0)
  // As a thread that was killed leaves it.
  memory.turns.owners.fill(1)
  const waits = threads.ask<string[]>(1, { address: '10.0.0.2', guesses: 1 })
  assert.equal(await Promise.race([waits, new Promise((resolve) => setTimeout(resolve, 150, 'waits'))]), 'waits')
  releaseLogins(memory, 0)
  assert.deepEqual(await waits, ['password-wrong'])
  await threads.close()
})

test('a thread that dies in its turn just as another one begins to wait keeps nobody waiting', (t) => {
  const memory = loginsMemory({ columns, random: () => 7 })
  const { owners } = memory.turns
  const { load } = Atomics
  owners[4000] = 1
  t.mock.method(Atomics, 'load', (words: Int32Array, at: number) => {
    const found = load(words, at)
    if (words === owners && found === 1) Atomics.store(owners, at, 0x101)
    return found
  })
  releaseLogins(memory, 0)
  assert.equal(owners[4000], 0)
})
