import { controlError } from '#core/control-error.ts'
import { normalLocation } from '#core/location.ts'
import { mergePatch } from '#core/merge-patch.ts'
import type { Tier } from '#core/rate-limit.ts'
import {
  checkRegistryProperties,
  registryDefaults,
  type RegistryProperties,
  settingsOf,
  storageLimitOf,
} from '#core/registry-properties.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isReservedName } from '#core/reserved-names.ts'
import type { KnownObject } from '#core/shape.ts'
import { limitsOf, rankOf } from '#core/tiers.ts'
import type { AdminPassword, RegistryProjection, StoredResource } from '#ports/resources.ts'
import type { Origins } from '../deps.ts'
import { newAdminPassword } from '../tokens/credentials.ts'
import type { ResourceDeps, ResourceRules, PrepareInput } from './rules.ts'
import { registryType, scopeMapType, tokenType } from './type-names.ts'

export const registryRules: ResourceRules = {
  type: registryType,
  location: 'required',
  stays: ['longshore'],
  prepare: async (deps, input) => {
    const { given, before, id } = input
    if (!before && isReservedName(id.name)) throw controlError('ReservedResourceName', id.name)
    const sku = skuOf(given.sku)
    const properties = mergePatch(registryDefaults as unknown as KnownObject, given.properties) as unknown as RegistryProperties
    if (before) await checkDowngrade(deps, before, sku)
    checkRegistryProperties(properties, sku)
    return {
      body: {
        ...(given.tags ? { tags: given.tags } : {}),
        sku: { name: sku, tier: sku },
        properties: properties as unknown as KnownObject,
      },
      registry: await projectionOf(deps, input, properties, sku),
    }
  },
}

/** What was chosen of a registry, the defaults filled in: an older row may lack what came later. */
export const propertiesOf = ({ body }: StoredResource): RegistryProperties =>
  mergePatch(registryDefaults as unknown as KnownObject, body.properties as KnownObject) as unknown as RegistryProperties

export const tierOf = ({ body }: StoredResource): Tier => (body.sku?.name as Tier | undefined) ?? 'Premium'

function skuOf(sku: KnownObject | undefined): Tier {
  const name = sku?.name
  if (name === 'Classic')
    throw controlError('SkuNotSupported', {
      sentence: 'The Classic SKU is retired: choose Basic, Standard or Premium.',
      target: 'sku.name',
    })
  if (name === 'Basic' || name === 'Standard' || name === 'Premium') return name
  throw controlError('InvalidRequestContent', {
    sentence: "The SKU is required: expected 'sku.name' to be Basic, Standard or Premium.",
    target: 'sku.name',
  })
}

/** What the lower tier could not hold must go first. */
async function checkDowngrade({ store }: ResourceDeps, before: StoredResource, sku: Tier): Promise<void> {
  const from = tierOf(before)
  if (rankOf(sku) >= rankOf(from)) return
  const counted = [
    ['tokens', tokenType, limitsOf[sku].tokens],
    ['scopeMaps', scopeMapType, limitsOf[sku].scopeMaps],
  ] as const
  for (const [name, type, most] of counted) {
    const count = await store.countResources(before.key, type)
    if (count > most) throw controlError('SkuDowngradeNotAllowed', { from, to: sku, has: { count, what: name, most } })
  }
}

/** Fails with `conflict` when another registry has the name. */
async function projectionOf(
  deps: ResourceDeps,
  { id, before, given }: PrepareInput,
  properties: RegistryProperties,
  sku: Tier,
): Promise<RegistryProjection> {
  const name = id.name.toLowerCase()
  if (!before && (await deps.store.registry(name))) throw nameTaken(deps, name)
  const location = normalLocation(given.location ?? '')
  const settings = settingsOf(properties, { sku, location })
  const adminPasswords = settings.adminEnabled ? await missingPasswords(deps, before) : []
  return { name, settings, limit: storageLimitOf(properties, sku), adminPasswords }
}

/** `<name>.<domain>`; the first registry has the control origin's own host. */
export const loginServerOf = ({ control, domain, firstRegistry }: Origins, name: string): string =>
  name.toLowerCase() === firstRegistry ? new URL(control).host : `${name.toLowerCase()}.${domain}`

/** ACR's sentence. */
export const nameTaken = ({ origins }: Pick<ResourceDeps, 'origins'>, name: string): RegistryError =>
  controlError('AlreadyInUse', loginServerOf(origins, name))

/** Both passwords of the admin user are there while it is on: they are made with what switches it on. */
async function missingPasswords(deps: ResourceDeps, before: StoredResource | undefined): Promise<AdminPassword[]> {
  const registry = before && (await deps.store.registryByKey(before.key))
  const there = new Set((registry ? await deps.store.credentials(registry.id) : []).map((each) => each.slot))
  return (['password', 'password2'] as const).filter((slot) => !there.has(slot)).map((slot) => newAdminPassword(deps, slot))
}
