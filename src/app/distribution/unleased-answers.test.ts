import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rememberedByOneProcess, unleasedMemory } from './unleased-answers.ts'

test('what one thread answered without a lease keeps the collector of another from condemning, and an earlier answer shortens nothing', () => {
  const memory = unleasedMemory()
  const at = (elapsed: number) => rememberedByOneProcess({ elapsed: () => elapsed }, 1000, memory)
  const collector = at(0)
  assert.equal(collector.until, Number.NEGATIVE_INFINITY)
  assert.equal(at(0).allow(), true)
  assert.equal(collector.until, 1000)
  for (const elapsed of [70.5, 20]) assert.equal(at(elapsed).allow(), true)
  assert.equal(collector.until, 1071)
})
