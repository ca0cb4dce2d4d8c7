import type { Digest } from '#core/digest.ts'
import type { Counts } from '#core/maintenance.ts'
import type { Stored } from '#core/storage-room.ts'

export type Usage = Stored

export interface DigestHolders {
  objects: { objectId: string; state: string; size: number; condemnedAt: number | null }[]
  /** `named`: a manifest of that repository names it as a blob, so the link stays whatever its lease. */
  links: { repository: string; leaseUntil: number; reviewAfter: number | null; named: boolean }[]
  /** `kind`: as what that repository has it; where it has neither, as what it is expected. */
  manifests: { repository: string; manifest: Digest; kind: 'blob' | 'manifest' }[]
  /** When the digest is a manifest itself: where, and its tags. */
  stored: { repository: string; tags: string[] }[]
}

/** How much there is, and what holds it. The promises are those of `metadata-store.ts`. */
export interface UsageReads {
  usage(registryId: number): Promise<Usage>
  /** Recomputes what the counters say; for checks. */
  recomputedUsage(registryId: number): Promise<Usage>
  /** How many there are of each; for people. */
  counts(registryId: number): Promise<Counts>
  /** What holds a digest in a registry; for people. */
  explain(registryId: number, digest: Digest): Promise<DigestHolders>
}
