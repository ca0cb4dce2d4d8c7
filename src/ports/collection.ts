import type { Digest } from '#core/digest.ts'
import type { Command } from './command.ts'

export interface StoredObject {
  objectId: string
  registryId: number
  digest: Digest | null
  size: number
  storageKey: string
  /** Which blob store has it. */
  backend: string
  /** As in LinkedBlob. */
  bytes: Uint8Array | null
  state: 'staging' | 'ready' | 'condemned' | 'quarantined' | 'deleted'
}

export interface BodyPage {
  /** The last key of the page before; `{ registryId: 0, digest: '' }` at the beginning. */
  after: { registryId: number; digest: string }
  limit: number
}

export interface StoredBody {
  registryId: number
  digest: Digest
  bytes: Uint8Array | null
}

/** A place in the order in which a registry's links are reviewed. */
export interface QueuePlace {
  reviewAfter: number
  repositoryId: number
  digest: Digest
}

export interface CollectionReads {
  /** Objects whose bytes should be there, in id order. */
  readyObjects(page: { after: string; limit: number }): Promise<StoredObject[]>
  /** What manifests have as their bytes, each digest of a registry once, in order of their keys; null where there are none. */
  manifestBodies(page: BodyPage): Promise<StoredBody[]>
  /** Those that were condemned at least `age` ago, of each registry the first ones first; of one registry, when it is given. */
  condemnedObjects(page: { now: number; age: number; limit: number; registryId?: number | undefined }): Promise<StoredObject[]>
  objectByKey(storageKey: string): Promise<StoredObject | undefined>
}

export interface CollectionCommands {
  /** Empties deleted repositories, up to `limit` rows; returns how many went. */
  drainRepositories: Command<{ now: number; limit: number }, number>
  /** Condemns up to `limit` links whose review is due and that nothing holds. */
  condemn: Command<{ now: number; limit: number }, { reviewed: number; condemned: number; bytes: number }>
  /**
   * Gives up at least `bytes` of what no manifest of the registry names and no answer since `reliedBefore` relied on, the
   * oldest first, whatever the leases. It looks at up to `limit` links and goes on behind `after`.
   */
  dropUnreferenced: Command<
    {
      registryId: number
      now: number
      reliedBefore: number
      bytes: number
      /** Only what no manifest has named yet, or only what one has. */
      only: 'pending' | 'left' | undefined
      after: QueuePlace | undefined
      limit: number
    },
    {
      freed: number
      /** When the oldest that is left was relied on, if that stopped it. */
      heldSince: number | undefined
      /** Where to go on, if there may be more. */
      last: QueuePlace | undefined
    }
  >
  /** The bytes of these are deleted. */
  forgetObjects: Command<{ objectIds: readonly string[]; now: number }, void>
  /** A reading found other bytes than were written, or none: no longer served, and healed by the next push. */
  quarantineObject: Command<{ objectId: string; now: number }, void>
  verifiedObjects: Command<{ objectIds: readonly string[]; now: number }, void>
}

/**
 * Objects and what collection, scrub and backup ask and tell of them.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Collection extends CollectionReads, CollectionCommands {}
