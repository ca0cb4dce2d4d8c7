import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketsMemory } from '#core/shared-buckets.ts'
import { openThreads } from './threads.ts'

test('what is measured out for a minute is measured out once, whichever threads are asked', async () => {
  const threads = openThreads(new URL('./rates-thread.ts', import.meta.url), 3, bucketsMemory(1024, 7))
  for (const [name, perMinute] of [
    ['few', 100],
    ['many', 20_000],
  ] as const) {
    const taken = await Promise.all([0, 1, 2].map((column) => threads.ask<number>(column, { name, perMinute, tries: perMinute })))
    assert.equal(
      taken.reduce((sum, each) => sum + each, 0),
      perMinute,
    )
  }
  await threads.close()
})
