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
import { isReservedName, reservedSentence } from '#core/reserved-names.ts'
import type { KnownObject } from '#core/shape.ts'
import { limitsOf, rankOf } from '#core/tiers.ts'
import type { RegistryProjection, StoredResource } from '#ports/resources.ts'
import type { Origins } from '../deps.ts'
import { renewCredential } from '../tokens/credentials.ts'
import type { ResourceDeps, ResourceRules, Preparing } from './rules.ts'
import { registryType, scopeMapType, tokenType } from './type-names.ts'

export const registryRules: ResourceRules = {
  type: registryType,
  location: 'required',
  stays: ['longshore'],
  prepare: async (deps, input) => {
    const { given, before, id } = input
    if (!before && isReservedName(id.name))
      throw new RegistryError('name-invalid', reservedSentence(id.name), { code: 'ReservedResourceName', target: 'name' })
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
  afterSave: async (deps, { key }) => ensureAdminCredentials(deps, key),
}

/** What was chosen of a registry, the defaults filled in: an older row may lack what came later. */
export const propertiesOf = ({ body }: StoredResource): RegistryProperties =>
  mergePatch(registryDefaults as unknown as KnownObject, body.properties as KnownObject) as unknown as RegistryProperties

export const tierOf = ({ body }: StoredResource): Tier => (body.sku?.name as Tier | undefined) ?? 'Premium'

function skuOf(sku: KnownObject | undefined): Tier {
  const name = sku?.name
  if (name === 'Classic')
    throw new RegistryError('request-invalid', 'The Classic SKU is retired: choose Basic, Standard or Premium.', {
      code: 'SkuNotSupported',
      target: 'sku.name',
    })
  if (name === 'Basic' || name === 'Standard' || name === 'Premium') return name
  throw new RegistryError('request-invalid', "The SKU is required: expected 'sku.name' to be Basic, Standard or Premium.", {
    code: 'InvalidRequestContent',
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
    if (count > most)
      throw new RegistryError(
        'conflict',
        `The registry cannot be moved from SKU ${from} to ${sku}: it has ${count} ${name}, and up to ${most} are allowed there. Delete some first.`,
        { code: 'SkuDowngradeNotAllowed', target: 'sku.name' },
      )
  }
}

/** Fails with `conflict` when another registry has the name. */
async function projectionOf(
  deps: ResourceDeps,
  { id, before, given }: Preparing,
  properties: RegistryProperties,
  sku: Tier,
): Promise<RegistryProjection> {
  const name = id.name.toLowerCase()
  if (!before && (await deps.store.registry(name))) throw nameTaken(deps, name)
  const location = normalLocation(given.location ?? '')
  return { name, settings: settingsOf(properties, { sku, location }), limit: storageLimitOf(properties, sku) }
}

/** `<name>.<domain>`; the first registry has the control origin's own host. */
export const loginServerOf = ({ control, domain, firstRegistry }: Origins, name: string): string =>
  name.toLowerCase() === firstRegistry ? new URL(control).host : `${name.toLowerCase()}.${domain}`

/** ACR's sentence. */
export const nameTaken = ({ origins }: Pick<ResourceDeps, 'origins'>, name: string): RegistryError =>
  new RegistryError(
    'conflict',
    `The registry DNS name ${loginServerOf(origins, name)} is already in use. You can check if the name is already claimed using following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability`,
    { code: 'AlreadyInUse' },
  )

/** Both passwords of the admin user are there while it is on. */
export async function ensureAdminCredentials(deps: ResourceDeps, registryKey: string): Promise<void> {
  const registry = await deps.store.registryByKey(registryKey)
  if (!registry?.adminEnabled) return
  const there = new Set((await deps.store.credentials(registry.id)).map((each) => each.slot))
  for (const slot of ['password', 'password2'] as const) if (!there.has(slot)) await renewCredential(deps, registry, slot)
}
