import type { RegistryReads } from '#ports/registries.ts'
import type { UsageReads } from '#ports/usage.ts'
import { limitsOf, type TierLimits } from '#core/tiers.ts'
import type { ResourceReads, StoredResource } from '#ports/resources.ts'
import { propertiesOf, tierOf } from './registries.ts'
import { scopeMapType, tokenType } from './type-names.ts'

export interface RegistryUsage {
  limits: TierLimits
  /** Bytes; a limit that the operator set is told, or else what the tier includes. */
  size: { used: number; limit: number }
  ipRules: number
  scopeMaps: number
  tokens: number
}

/** What a registry has of what its tier may have. */
export async function registryUsage(
  { store }: { store: RegistryReads & ResourceReads & UsageReads },
  resource: StoredResource,
): Promise<RegistryUsage> {
  const registry = await store.registryByKey(resource.key)
  const usage = registry ? await store.usage(registry.id) : undefined
  const limits = limitsOf[tierOf(resource)]
  return {
    limits,
    size: { used: usage?.used ?? 0, limit: toldLimit(limits, usage?.limit ?? null) },
    ipRules: propertiesOf(resource).networkRuleSet.ipRules.length,
    scopeMaps: await store.countResources(resource.key, scopeMapType),
    tokens: await store.countResources(resource.key, tokenType),
  }
}

/** Azure tells what the tier includes, which refuses nothing. A limit that the operator set does, so that is told. */
const toldLimit = (tier: TierLimits, limit: number | null): number =>
  limit === null || limit === tier.mostStorage ? tier.includedStorage : limit
