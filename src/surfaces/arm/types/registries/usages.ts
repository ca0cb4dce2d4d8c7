import { limitsOf, type TierLimits } from '#core/tiers.ts'
import type { StoredResource } from '#ports/resources.ts'
import { propertiesOf, tierOf } from '#app/resources/registries.ts'
import { scopeMapType, tokenType } from '#app/resources/type-names.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../../context.ts'

export async function listUsages({ deps }: Context, resource: StoredResource): Promise<Answer> {
  const { store } = deps
  const registry = await store.registryByKey(resource.key)
  const usage = registry ? await store.usage(registry.id) : undefined
  const limits = limitsOf[tierOf(resource)]
  const count = (name: string, currentValue: number, limit: number) => ({ name, limit, currentValue, unit: 'Count' })
  // Azure's way of saying that a tier does not have a thing.
  const orNone = (limit: number) => (limit === 0 ? -1 : limit)
  return ok({
    value: [
      { name: 'Size', limit: toldLimit(limits, usage?.limit ?? null), currentValue: usage?.used ?? 0, unit: 'Bytes' },
      count('Webhooks', 0, limits.webhooks),
      count('Geo-replications', 0, orNone(limits.replications)),
      count('IPRules', propertiesOf(resource).networkRuleSet.ipRules.length, orNone(limits.ipRules)),
      count('VNetRules', 0, orNone(limits.virtualNetworkRules)),
      count('PrivateEndpointConnections', 0, orNone(limits.privateEndpoints)),
      count('ScopeMaps', await store.countResources(resource.key, scopeMapType), limits.scopeMaps),
      count('Tokens', await store.countResources(resource.key, tokenType), limits.tokens),
    ],
  })
}

/** Azure tells what the tier includes, which refuses nothing. A limit that the operator set does, so that is told. */
const toldLimit = (tier: TierLimits, limit: number | null): number =>
  limit === null || limit === tier.mostStorage ? tier.includedStorage : limit
