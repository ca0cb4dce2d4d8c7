import type { RegistryChange, RegistrySummary } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { Registry } from '#ports/registries.ts'

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

export async function changeRegistry(store: MetadataStore, registry: Registry, change: RegistryChange): Promise<RegistrySummary> {
  const { adminEnabled, anonymousPullEnabled, rateLimits, indexChildren, storageLimit } = change
  const changed = await store.updateRegistry({
    registryId: registry.id,
    ...(adminEnabled === undefined ? {} : { adminEnabled }),
    ...(anonymousPullEnabled === undefined ? {} : { anonymousPull: anonymousPullEnabled }),
    ...(rateLimits === undefined ? {} : { rateLimits }),
    ...(indexChildren === undefined ? {} : { indexChildren }),
    ...(storageLimit === undefined ? {} : { limit: storageLimit }),
  })
  return summarize(store, changed)
}
