import type { Digest } from '#core/digest.ts'
import type { Manifest } from '#core/manifest.ts'
import type { Platform } from '#core/platform.ts'
import type { Precondition } from '#core/precondition.ts'
import type { Reference, RepositoryName, Tag } from '#core/reference.ts'
import type { Command } from './command.ts'

export interface StoredManifest {
  repositoryId: number
  digest: Digest
  mediaType: string
  bytes: Uint8Array
  leaseUntil: number
  subject: Digest | null
  /** Neither the repository nor the manifest, nor the tag by which it was asked for, forbids reading. */
  readEnabled: boolean
}

export interface LinkedBlob {
  repositoryId: number
  digest: Digest
  size: number
  storageKey: string
  /** Which blob store has the object. */
  backend: string
  objectId: string
  checksums: Uint8Array
  /** The bytes themselves, where they are few enough to lie in the row; then the blob store has nothing under the key. */
  bytes: Uint8Array | null
  leaseUntil: number
  /** When an answer last relied on it, as it was written. */
  reliedAt: number
  /** The repository does not forbid reading. */
  readEnabled: boolean
}

export interface ReferrerRow {
  digest: Digest
  mediaType: string
  size: number
  artifactType: string | null
  /** JSON. */
  annotations: string | null
}

export interface ContentReads {
  /** The registry's seq when a repository of this name was last deleted explicitly. */
  repositoryDeletedSeq(registryId: number, name: string): Promise<number | undefined>
  /** Its bytes are those of its digest: fails with `manifest-damaged` where the disk has made others of them. Other reads of content, `manifestByDigest` and `blob`, promise the same or fail. */
  manifestByTag(registryId: number, name: RepositoryName, tag: Tag): Promise<StoredManifest | undefined>
  manifestByDigest(registryId: number, name: RepositoryName, digest: Digest): Promise<StoredManifest | undefined>
  /** A blob that this repository's own link reaches and whose bytes are ready. */
  blob(registryId: number, name: RepositoryName, digest: Digest): Promise<LinkedBlob | undefined>
  /** Whether a manifest of the repository names the digest as a blob: then collection leaves it, whatever its lease. */
  isBlobNamed(repositoryId: number, digest: Digest): Promise<boolean>
  /** Any repository of the registry that has a link to the digest and may be read, in name order, at most `limit`. */
  repositoriesWithBlob(registryId: number, digest: Digest, limit: number): Promise<RepositoryName[]>
  /** Those that may be listed, in byte order, after `after`. Undefined: no such repository, or it is hidden. */
  tags(registryId: number, name: RepositoryName, page: { after: string; limit: number }): Promise<Tag[] | undefined>
  /** Repositories that have a manifest and may be listed, in byte order. */
  repositories(registryId: number, page: { after: string; limit: number }): Promise<RepositoryName[]>
  /**
   * Manifests whose subject is `digest` and that may be listed, in digest order: at most `limit`, and after the first no more than
   * whose annotations have `bytes` together. `more`: others follow.
   */
  referrers(
    registryId: number,
    name: RepositoryName,
    digest: Digest,
    page: { artifactType?: string | undefined; after: string; limit: number; bytes: number },
  ): Promise<{ items: ReferrerRow[]; more: boolean }>
}

export interface ContentCommands {
  /** Links a blob of `from` into `name`. False when `from` has no link to it, may not be read, or the bytes are not ready. `locked`. */
  mountBlob: Command<
    { registryId: number; name: RepositoryName; from: RepositoryName; digest: Digest; now: number; leaseUntil: number },
    boolean
  >
  /** Before a positive answer: the link is held until `leaseUntil`. False when it is gone. */
  renewBlobLease: Command<{ repositoryId: number; digest: Digest; now: number; leaseUntil: number }, boolean>
  renewManifestLease: Command<
    { registryId: number; name: RepositoryName; repositoryId: number; digest: Digest; now: number; leaseUntil: number },
    boolean
  >
  /** Removes a repository's link. `blob-unknown`, `locked`, `in-use`. */
  deleteBlob: Command<{ registryId: number; name: RepositoryName; digest: Digest; now: number }, void>
  /** `manifest-blob-unknown`, `size-invalid`, `locked`, `quota-exceeded`. */
  putManifest: Command<
    {
      registryId: number
      name: RepositoryName
      digest: Digest
      manifest: Manifest
      bytes: Uint8Array
      tags: readonly Tag[]
      /** What an image's config says. */
      platform: Platform
      /** Which children may be missing. */
      sparse: 'off' | 'index' | 'all'
      /** Wanted of what the reference names; `precondition-failed`. */
      condition?: { reference: Reference; precondition: Precondition }
      now: number
      leaseUntil: number
    },
    void
  >
  /** With its tags and its referrers, or nothing. `manifest-unknown`, `precondition-failed`, `locked`, `in-use` (core/manifest-deletion.ts). */
  deleteManifest: Command<
    {
      registryId: number
      name: RepositoryName
      digest: Digest
      precondition?: Precondition | undefined
      now: number
      /** Ends the lease of what only it named, unless an answer since then relied on it. */
      reliedBefore: number
    },
    { manifests: Digest[]; tags: Tag[] }
  >
  /** The tag alone. `manifest-unknown`, `precondition-failed`, `locked`. */
  deleteTag: Command<{ registryId: number; name: RepositoryName; tag: Tag; precondition?: Precondition | undefined; now: number }, void>
  /** Frees the name at once and raises the registry's seq. `name-unknown` also when it is hidden; `locked` when anything in it is. */
  deleteRepository: Command<{ registryId: number; name: RepositoryName; now: number }, { manifests: Digest[]; tags: Tag[] }>
}

/**
 * What repositories hold: manifests, tags, and the blobs that their links reach.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Content extends ContentReads, ContentCommands {}
