import { RegistryError } from '#core/registry-error.ts'
import { limitsOf, type TierLimits } from '#core/tiers.ts'
import type { Shape } from '#core/shape.ts'
import type { Registry } from '#ports/registries.ts'
import type { StoredResource } from '#ports/resources.ts'
import { generateCredentials, type TokenSlot } from '#app/resources/generate-credentials.ts'
import { ensureAdminCredentials, propertiesOf, tierOf } from '#app/resources/registries.ts'
import { scopeMapType, tokenType } from '#app/resources/type-names.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { type Answer, type Context, ok } from './context.ts'
import { sent } from './sent.ts'

type ObjectShape = Extract<Shape, { is: 'object' }>
const regenerateShape: ObjectShape = {
  is: 'object',
  fields: { name: { is: 'choice', of: ['password', 'password2'] } },
  needs: ['name'],
}
const generateShape: ObjectShape = {
  is: 'object',
  fields: {
    tokenId: { is: 'text', longest: 1000 },
    name: { is: 'choice', of: ['password1', 'password2'] },
    expiry: { is: 'time' },
  },
  needs: ['tokenId'],
}

export async function listCredentials({ deps }: Context, resource: StoredResource): Promise<Answer> {
  const registry = await adminOf(deps, resource)
  await ensureAdminCredentials(deps, resource.key)
  return ok(await showCredentials(deps, registry))
}

export async function regenerateCredential(context: Context, resource: StoredResource): Promise<Answer> {
  const { name } = await sent(context, regenerateShape)
  const registry = await adminOf(context.deps, resource)
  await ensureAdminCredentials(context.deps, resource.key)
  await renewCredential(context.deps, registry, name as 'password' | 'password2')
  return ok(await showCredentials(context.deps, registry))
}

/** Fails with `request-invalid` while the admin user is off. */
async function adminOf({ store }: Context['deps'], resource: StoredResource): Promise<Registry> {
  const registry = await store.registryByKey(resource.key)
  if (registry?.adminEnabled) return registry
  throw new RegistryError(
    'request-invalid',
    `Cannot perform credential operations for ${resource.id} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
    {
      code: 'UnAuthorizedForCredentialOperations',
    },
  )
}

/** The passwords are shown here only. */
export async function generate(context: Context, resource: StoredResource): Promise<Answer> {
  const { tokenId, name, expiry } = (await sent(context, generateShape)) as { tokenId: string; name?: TokenSlot; expiry?: string }
  const body = await generateCredentials(context.deps, resource, {
    tokenId,
    slot: name ?? undefined,
    expiry: expiry ? Date.parse(expiry) : undefined,
  })
  return ok(body)
}

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
