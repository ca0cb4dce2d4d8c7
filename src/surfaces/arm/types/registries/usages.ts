import type { StoredResource } from '#ports/resources.ts'
import { registryUsage } from '#app/resources/registry-usage.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../../context.ts'

const count = (name: string, currentValue: number, limit: number) => ({ name, limit, currentValue, unit: 'Count' })
/** Azure's way of saying that a tier does not have a thing. */
const orNone = (limit: number) => (limit === 0 ? -1 : limit)

export async function listUsages({ deps }: Context, registry: StoredResource): Promise<Answer> {
  const { limits, size, ipRules, scopeMaps, tokens } = await registryUsage(deps, registry)
  return ok({
    value: [
      { name: 'Size', limit: size.limit, currentValue: size.used, unit: 'Bytes' },
      count('Webhooks', 0, limits.webhooks),
      count('Geo-replications', 0, orNone(limits.replications)),
      count('IPRules', ipRules, orNone(limits.ipRules)),
      count('VNetRules', 0, orNone(limits.virtualNetworkRules)),
      count('PrivateEndpointConnections', 0, orNone(limits.privateEndpoints)),
      count('ScopeMaps', scopeMaps, limits.scopeMaps),
      count('Tokens', tokens, limits.tokens),
    ],
  })
}
