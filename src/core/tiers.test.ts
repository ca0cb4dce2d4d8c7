import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitsOf, rankOf, tierNames, type TierLimits } from './tiers.ts'

test('a tier that costs more has at least as much of everything', () => {
  for (const [index, tier] of tierNames.entries()) {
    assert.equal(rankOf(tier), index)
    const below = tierNames[index - 1]
    if (below === undefined) continue
    for (const name of Object.keys(limitsOf[tier]) as (keyof TierLimits)[]) assert.ok(limitsOf[tier][name] >= limitsOf[below][name], name)
  }
})
