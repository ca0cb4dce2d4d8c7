import type { RegistryChange, RegistrySummary } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { parseResourceId } from '#core/resource-id.ts'
import type { KnownObject } from '#core/shape.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { Registry } from '#ports/registries.ts'
import { patchResource } from '../resources/put.ts'
import { registryRules } from '../resources/registries.ts'
import type { ResourceDeps } from '../resources/rules.ts'

/** Whatever case its name is written in. Fails with `registry-unknown`. */
export async function findRegistry(store: MetadataStore, name: string): Promise<Registry> {
  const registry = await store.registry(name.toLowerCase())
  if (!registry) throw new Refusal('registry-unknown', { name, known: (await store.registries()).map((each) => each.name).join(', ') })
  return registry
}

export async function summarize(store: MetadataStore, registry: Registry): Promise<RegistrySummary> {
  return {
    name: registry.name,
    adminUserEnabled: registry.adminEnabled,
    anonymousPullEnabled: registry.anonymousPull,
    sku: registry.sku,
    rateLimits: registry.rateLimits,
    indexChildren: registry.indexChildren,
    storageLimit: (await store.usage(registry.id)).limit,
  }
}

export async function changeRegistry(deps: ResourceDeps, registry: Registry, change: RegistryChange): Promise<RegistrySummary> {
  const { adminEnabled: adminUserEnabled, anonymousPullEnabled, rateLimits, indexChildren, storageLimit } = change
  const longshore = given({ rateLimits, indexChildren, storageLimit: storageLimit === null ? 'none' : storageLimit })
  const properties = { ...given({ adminUserEnabled, anonymousPullEnabled }), longshore }
  const id = parseResourceId((await deps.store.resource(registry.resourceKey))?.id ?? registry.resourceKey)
  await patchResource(deps, registryRules, { id, given: { properties }, match: undefined, by })
  return summarize(deps.store, await findRegistry(deps.store, registry.name))
}

const by = { name: 'operator', type: 'User' } as const

const given = (values: Readonly<Record<string, boolean | number | string | undefined>>): KnownObject =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
