import type { UsageReads } from '#ports/usage.ts'
import type { UsageReport } from '#core/maintenance.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'

export async function reportUsage({ store, blobs }: Pick<Deps, 'blobs'> & { store: UsageReads }, registry: Registry): Promise<UsageReport> {
  return {
    registry: registry.name,
    ...(await store.usage(registry.id)),
    ...(await store.counts(registry.id)),
    diskFree: (await blobs.space?.())?.free ?? null,
  }
}
