import type { UsageReads } from '#ports/usage.ts'
import type { Digest } from '#core/digest.ts'
import type { Explained } from '#core/maintenance.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'

const iso = (time: number): string => new Date(time).toISOString()
const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time))

/** What keeps a digest from being collected, and when that ends. */
export async function explain(
  { store, clock, settings }: Pick<Deps, 'clock' | 'settings'> & { store: UsageReads },
  registry: Registry,
  digest: Digest,
): Promise<Explained> {
  const { objects, links, manifests, stored } = await store.explain(registry.id, digest)
  const now = clock.now()
  return {
    registry: registry.name,
    digest,
    held: stored.length > 0 || links.some((link) => link.named || link.leaseUntil > now),
    objects: objects.map(({ condemnedAt, ...object }) => ({
      ...object,
      condemnedAt: isoOrNull(condemnedAt),
      deletedAfter: isoOrNull(condemnedAt === null ? null : condemnedAt + settings.collectionDelay),
    })),
    links: links.map(({ repository, leaseUntil, reviewAfter, named }) => ({
      repository,
      named,
      leaseUntil: iso(leaseUntil),
      leaseOver: leaseUntil <= now,
      reviewAfter: isoOrNull(reviewAfter),
    })),
    manifests,
    stored,
  }
}
