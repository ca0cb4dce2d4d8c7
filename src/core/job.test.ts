import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOff } from './job.ts'

test('what failed waits twice as long each time, up to an hour, and between a half and all of that', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 12, 13, 1000].map((attempts) => backOff(attempts, 1)),
    [1000, 2000, 4000, 8000, 2_048_000, 3_600_000, 3_600_000],
  )
  assert.deepEqual(
    [0, 0.5].map((chance) => backOff(3, chance)),
    [2000, 3000],
  )
})
