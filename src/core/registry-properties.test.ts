import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RegistryError } from './registry-error.ts'
import { checkRegistryProperties, registryDefaults, type RegistryProperties } from './registry-properties.ts'
import { limitsOf, tierNames } from './tiers.ts'

const exportOff = { ...registryDefaults.policies, exportPolicy: { status: 'disabled' as const } }
/** What each tier may have: the acr table "SKU limits". */
const features: readonly [change: Partial<RegistryProperties>, from: (typeof tierNames)[number], target: string][] = [
  [{ anonymousPullEnabled: true }, 'Standard', 'properties.anonymousPullEnabled'],
  [{ dataEndpointEnabled: true }, 'Premium', 'properties.dataEndpointEnabled'],
  [{ publicNetworkAccess: 'Disabled' }, 'Premium', 'properties.publicNetworkAccess'],
  [{ networkRuleSet: { defaultAction: 'Deny', ipRules: [] } }, 'Premium', 'properties.networkRuleSet'],
  [{ networkRuleSet: { defaultAction: 'Allow', ipRules: [{ action: 'Allow', value: '::1' }] } }, 'Premium', 'properties.networkRuleSet'],
  [{ publicNetworkAccess: 'Disabled', policies: exportOff }, 'Premium', 'properties.publicNetworkAccess'],
]
for (const [change, from, target] of features)
  for (const tier of tierNames)
    test(`${JSON.stringify(change)} in ${tier}`, () => {
      const check = () => checkRegistryProperties({ ...registryDefaults, ...change }, tier)
      if (tierNames.indexOf(tier) >= tierNames.indexOf(from)) check()
      else assert.throws(check, (error) => error instanceof RegistryError && error.detail.target === target && error.message.includes(from))
    })

test('the defaults are good in each tier, and each tier has at least what the one below has', () => {
  for (const [index, tier] of tierNames.entries()) {
    checkRegistryProperties(registryDefaults, tier)
    const below = limitsOf[tierNames[Math.max(0, index - 1)] ?? tier]
    for (const [name, limit] of Object.entries(limitsOf[tier])) assert.ok(limit >= below[name as keyof typeof below], `${tier} ${name}`)
  }
})
