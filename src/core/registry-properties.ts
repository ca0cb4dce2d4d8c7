import { controlError } from './control-error.ts'
import { parseNetwork } from './network-rules.ts'
import type { Tier } from './rate-limit.ts'
import { defaultSettings, type RegistrySettings } from './registry-settings.ts'
import { limitsOf, rankOf } from './tiers.ts'

/** What can be chosen of a registry, with Azure's names (acr "Registry properties"). */
export interface RegistryProperties {
  longshore: OperatorProperties
  adminUserEnabled: boolean
  anonymousPullEnabled: boolean
  dataEndpointEnabled: boolean
  publicNetworkAccess: 'Enabled' | 'Disabled'
  networkRuleBypassOptions: 'AzureServices' | 'None'
  networkRuleSet: { defaultAction: 'Allow' | 'Deny'; ipRules: readonly { action: 'Allow'; value: string }[] }
  policies: {
    exportPolicy: { status: Switch }
    azureADAuthenticationAsArmPolicy: { status: Switch }
    retentionPolicy: { days: number }
    softDeletePolicy: { retentionDays: number }
  }
}

/** What is of the machine that it lies on, and the operator's alone: Azure has no name for it. */
export interface OperatorProperties {
  /** A number of bytes; `tier`: as much as its SKU may have; `none`. */
  storageLimit: string
  rateLimits: RegistrySettings['rateLimits']
  indexChildren: RegistrySettings['indexChildren']
}

type Switch = 'enabled' | 'disabled'

export const registryDefaults: RegistryProperties = {
  longshore: { storageLimit: 'tier', rateLimits: defaultSettings.rateLimits, indexChildren: defaultSettings.indexChildren },
  adminUserEnabled: false,
  anonymousPullEnabled: false,
  dataEndpointEnabled: false,
  publicNetworkAccess: 'Enabled',
  networkRuleBypassOptions: 'AzureServices',
  networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
  policies: {
    exportPolicy: { status: 'enabled' },
    azureADAuthenticationAsArmPolicy: { status: 'enabled' },
    retentionPolicy: { days: 7 },
    softDeletePolicy: { retentionDays: 7 },
  },
}

/** What the data plane does with the properties. */
export function settingsOf(properties: RegistryProperties, { sku, location }: { sku: Tier; location: string }): RegistrySettings {
  const { publicNetworkAccess, networkRuleSet, policies, longshore } = properties
  return {
    adminEnabled: properties.adminUserEnabled,
    anonymousPull: properties.anonymousPullEnabled,
    sku,
    rateLimits: longshore.rateLimits,
    indexChildren: longshore.indexChildren,
    network: {
      publicAccess: publicNetworkAccess === 'Enabled',
      defaultAction: networkRuleSet.defaultAction,
      allowed: networkRuleSet.ipRules.map((rule) => rule.value),
    },
    armAudience: policies.azureADAuthenticationAsArmPolicy.status === 'enabled',
    dataLocation: properties.dataEndpointEnabled ? location : null,
    keepDeleted: false,
  }
}

/** Bytes; null: no limit. */
export const storageLimitOf = ({ longshore: { storageLimit } }: Pick<RegistryProperties, 'longshore'>, sku: Tier): number | null =>
  storageLimit === 'none' ? null : storageLimit === 'tier' ? limitsOf[sku].mostStorage : Number(storageLimit)

interface Feature {
  name: string
  property: string
  from: Tier
  used: (properties: RegistryProperties) => boolean
}

/** What a tier must have, where it is not in all of them. */
const features: readonly Feature[] = [
  { name: 'Anonymous pull', property: 'anonymousPullEnabled', from: 'Standard', used: (given) => given.anonymousPullEnabled },
  { name: 'A dedicated data endpoint', property: 'dataEndpointEnabled', from: 'Premium', used: (given) => given.dataEndpointEnabled },
  {
    name: 'A network rule set',
    property: 'networkRuleSet',
    from: 'Premium',
    used: ({ networkRuleSet }) => networkRuleSet.defaultAction === 'Deny' || networkRuleSet.ipRules.length > 0,
  },
  {
    name: 'Public network access that is disabled',
    property: 'publicNetworkAccess',
    from: 'Premium',
    used: (given) => given.publicNetworkAccess === 'Disabled',
  },
  {
    name: 'An export policy that is disabled',
    property: 'policies.exportPolicy',
    from: 'Premium',
    used: ({ policies }) => policies.exportPolicy.status === 'disabled',
  },
]

/** Whether the properties go together, and with the tier. Fails with `request-invalid`, naming the property. */
export function checkRegistryProperties(properties: RegistryProperties, sku: Tier): void {
  for (const { name, property, from, used } of features)
    if (used(properties) && rankOf(sku) < rankOf(from))
      throw controlError('SkuNotSupported', {
        sentence: `${name} is not available in the ${sku} SKU: it needs ${from}. Turn it off, or choose another SKU (see https://aka.ms/acr/tiers).`,
        target: `properties.${property}`,
      })
  const { ipRules } = properties.networkRuleSet
  const most = limitsOf.Premium.ipRules
  if (ipRules.length > most)
    throw controlError('QuotaExceeded', {
      sentence: `Quota exceeded for resource type ipRules: ${ipRules.length} of up to ${most}.`,
      target: 'properties.networkRuleSet.ipRules',
    })
  for (const { value } of ipRules) if (!parseNetwork(value)) throw controlError('InvalidNetworkRule', value)
  if (properties.policies.exportPolicy.status === 'disabled' && properties.publicNetworkAccess !== 'Disabled')
    throw controlError('InvalidResourceProperties', {
      sentence: 'The export policy can be disabled only while publicNetworkAccess is Disabled.',
      target: 'properties.policies.exportPolicy.status',
    })
}
