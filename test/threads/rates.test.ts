import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedWords } from '#core/shared-words.ts'
import { bucketsMemory } from '#core/shared-buckets.ts'
import type { RatesQuestion, RatesScene } from './rates-thread.ts'
import { openThreads } from './threads.ts'

test('what is measured out for a minute is measured out once, whichever threads are asked, also where all ask first', async () => {
  const scene: RatesScene = { buckets: bucketsMemory(65_536, 7), begun: sharedWords(1) }
  const threads = openThreads(new URL('./rates-thread.ts', import.meta.url), 3, scene)
  try {
    for (const [count, perMinute] of [
      [1, 100],
      [1, 20_000],
      [100, 5],
    ] as const) {
      const names = Array.from({ length: count }, (_, index) => `${perMinute} ${index}`)
      const question: RatesQuestion = { names, perMinute, tries: perMinute }
      const taken = await Promise.all([0, 1, 2].map((column) => threads.ask<number[]>(column, question)))
      for (const [index, name] of names.entries())
        assert.equal(
          taken.reduce((sum, ofThread) => sum + (ofThread[index] ?? 0), 0),
          perMinute,
          name,
        )
    }
  } finally {
    await threads.close()
  }
})
