import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedSkew } from '#ports/leases.ts'
import { differenceOf, failOffClock, refuseClock } from './clocks.ts'

for (const [what, asked, database, answered, difference] of [
  ['the same', 1000, 1000, 1000, 0],
  ['anywhere within the way there and back', 1000, 1700, 2000, 0],
  ['before it', 5000, 1000, 5200, 4000],
  ['after it', 1000, 5000, 1200, 3800],
] as const)
  test(`two clocks differ by no more than is certain: ${what}`, () => {
    assert.equal(differenceOf({ asked, database, answered }), difference)
  })

test('the allowed skew is allowed, a millisecond more is not', () => {
  const clocks = { asked: 1_000_000, answered: 1_000_500 }
  for (const off of [-allowedSkew, 500 + allowedSkew]) {
    const allowed = { ...clocks, database: 1_000_000 + off }
    refuseClock(allowed)
    failOffClock(allowed)
    const more = { ...clocks, database: 1_000_000 + off + Math.sign(off) }
    assert.throws(() => refuseClock(more), { reason: 'clock-off', detail: { seconds: 60, allowed: 60 } })
    assert.throws(() => failOffClock(more), { failure: 'storage-failed', message: /differ by 60 s/ })
  }
})
