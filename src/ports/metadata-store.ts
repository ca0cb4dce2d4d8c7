import type { Algorithm, Digest } from '#core/digest.ts'
import type { Counts } from '#core/maintenance.ts'
import type { Manifest } from '#core/manifest.ts'
import type { Platform } from '#core/platform.ts'
import type { Precondition } from '#core/precondition.ts'
import type { Reference, RepositoryName, Tag } from '#core/reference.ts'
import type { Stored } from '#core/storage-room.ts'
import type { DirectoryCommands, DirectoryReads } from './directory-store.ts'
import type { InstallationCommands, InstallationReads } from './installation.ts'
import type { Registry } from './registry.ts'
import type { AttributeCommands, AttributeReads } from './repository-attributes.ts'
import type { ResourceCommands, ResourceReads } from './resource-store.ts'

export type { Registry } from './registry.ts'

/**
 * The facts: what there is, who may read which bytes, what is held and until when.
 *
 * Promises of every adapter:
 * - A command (below) is one transaction: it happens whole or not at all, and its decision is taken inside it.
 *   When its promise resolves it is durable; when it rejects with a RegistryError nothing of it happened.
 *   Any number of commands may be under way at once; each sees the ones that resolved before it began.
 * - A read sees at least every command that resolved before it began.
 * - Times are milliseconds since 1970, given by the caller.
 * - `storage-full` and `storage-failed` are thrown by any command when the disk refuses; the store goes on when it no longer does.
 */
export interface MetadataStore extends MetadataReads, MetadataCommands {
  /** Waits for the commands under way, then closes. */
  close(): Promise<void>
}

export interface StoredCredential {
  id: string
  registryId: number
  principalId: string
  principalName: string
  /** `token`: a password of a token of the registry; its principal is the token's resource. */
  kind: 'admin' | 'token'
  slot: 'password' | 'password1' | 'password2'
  /** SHA-256 of the secret, in hex: its 256 random bits need no slow hash. */
  secretHash: string
  /** The secret itself under the key file, because `credential show` shows it again; null for a token's. */
  secretSealed: string | null
  createdAt: number
  /** Null: it does not end. */
  expiresAt: number | null
  /** Grows with each renewal; tokens carry it. */
  version: number
}

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

export interface Upload {
  id: string
  repositoryId: number
  repository: RepositoryName
  principalId: string
  objectId: string
  storageKey: string
  algorithm: Algorithm
  /** Bytes that were acknowledged. */
  size: number
  /** First byte of the last accepted chunk; a repeat of exactly that chunk succeeds. */
  lastStart: number
  state: 'open' | 'done'
  /** Once done. */
  digest: Digest | null
}

export interface ReferrerRow {
  digest: Digest
  mediaType: string
  size: number
  artifactType: string | null
  /** JSON. */
  annotations: string | null
}

export type Usage = Stored

export interface MetadataReads extends InstallationReads, ResourceReads, DirectoryReads, AttributeReads {
  registries(): Promise<Registry[]>
  registry(name: string): Promise<Registry | undefined>
  /** The admin user's. */
  credentials(registryId: number): Promise<StoredCredential[]>
  credentialsOf(registryId: number, principalId: string): Promise<StoredCredential[]>
  credential(id: string): Promise<StoredCredential | undefined>
  signingKeys(registryId: number): Promise<StoredSigningKey[]>
  /** The registry's seq when a repository of this name was last deleted explicitly. */
  repositoryDeletedSeq(registryId: number, name: string): Promise<number | undefined>
  repositoryExists(registryId: number, name: RepositoryName): Promise<boolean>
  /** Its bytes are those of its digest: fails with `manifest-damaged` where the disk has made others of them. Other reads of content, `manifestByDigest` and `blob`, promise the same or fail. */
  manifestByTag(registryId: number, name: RepositoryName, tag: Tag): Promise<StoredManifest | undefined>
  manifestByDigest(registryId: number, name: RepositoryName, digest: Digest): Promise<StoredManifest | undefined>
  /** A blob that this repository's own link reaches and whose bytes are ready. */
  blob(registryId: number, name: RepositoryName, digest: Digest): Promise<LinkedBlob | undefined>
  /** Any repository of the registry that has a link to the digest and may be read, in name order, at most `limit`. */
  repositoriesWithBlob(registryId: number, digest: Digest, limit: number): Promise<RepositoryName[]>
  upload(registryId: number, name: RepositoryName, uploadId: string): Promise<Upload | undefined>
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
  usage(registryId: number): Promise<Usage>
  /** How many there are of each; for people. */
  counts(registryId: number): Promise<Counts>
  /** What holds a digest in a registry; for people. */
  explain(registryId: number, digest: Digest): Promise<DigestHolders>
  /** Objects whose bytes should be there, in id order. */
  readyObjects(page: { after: string; limit: number }): Promise<StoredObject[]>
  /** What manifests have as their bytes, each digest of a registry once, in order of their keys; null where there are none. */
  manifestBodies(page: BodyPage): Promise<StoredBody[]>
  /** Those that were condemned first come first; of one registry, when it is given. */
  condemnedObjects(page: { before: number; limit: number; registryId?: number | undefined }): Promise<StoredObject[]>
  objectByKey(storageKey: string): Promise<StoredObject | undefined>
  /** Recomputes what the counters say; for checks. */
  recomputedUsage(registryId: number): Promise<Usage>
}

export interface StoredObject {
  objectId: string
  registryId: number
  digest: Digest | null
  size: number
  storageKey: string
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

export interface DigestHolders {
  objects: { objectId: string; state: string; size: number; condemnedAt: number | null }[]
  /** `named`: a manifest of that repository names it as a blob, so the link stays whatever its lease. */
  links: { repository: string; leaseUntil: number; reviewAfter: number | null; named: boolean }[]
  /** `kind`: as what that repository has it; where it has neither, as what it is expected. */
  manifests: { repository: string; manifest: Digest; kind: 'blob' | 'manifest' }[]
  /** When the digest is a manifest itself: where, and its tags. */
  stored: { repository: string; tags: string[] }[]
}

export interface StoredSigningKey {
  kid: string
  registryId: number
  algorithm: 'ES256'
  publicJwk: string
  privateSealed: string
  createdAt: number
  /** Signs until then; verifies until `verifyUntil`. */
  signUntil: number
  verifyUntil: number
}

type Command<Input, Output> = (input: Input) => Promise<Output>

/** Each is one transaction. Failures that are not of the disk are named at each. */
export interface MetadataCommands extends InstallationCommands, ResourceCommands, DirectoryCommands, AttributeCommands {
  createRegistry: Command<{ name: string; limit: number | null; adminEnabled: boolean; rateLimits: Registry['rateLimits'] }, Registry>
  updateRegistry: Command<
    {
      registryId: number
      adminEnabled?: boolean
      anonymousPull?: boolean
      rateLimits?: Registry['rateLimits']
      indexChildren?: Registry['indexChildren']
      limit?: number | null
    },
    Registry
  >
  /** `not-found` when the token is not there. */
  putCredential: Command<Omit<StoredCredential, 'version'>, { version: number }>
  deleteCredential: Command<{ id: string }, void>
  putSigningKey: Command<{ key: StoredSigningKey; revokeOthers: boolean; now: number }, void>

  /**
   * Makes the repository if needed, the session, its object (staging) and the reservation. `locked`, `quota-exceeded`, `unreferenced-full`.
   * Where the principal has `most` sessions in the registry, the one that has rested longest ends; `overloaded` when none has for an hour.
   */
  startUpload: Command<
    {
      registryId: number
      name: RepositoryName
      uploadId: string
      objectId: string
      storageKey: string
      principalId: string
      algorithm: Algorithm
      reserve: number
      now: number
      expiresAt: number
      most?: number
    },
    void
  >
  /** Records the acknowledged size. Reserves more when it outgrew its place. `upload-unknown`, `quota-exceeded`, `unreferenced-full`. */
  noteUpload: Command<{ uploadId: string; size: number; lastStart: number; expiresAt: number }, void>
  /** Holds a place for this many bytes in all, never fewer than are acknowledged. `upload-unknown`, `quota-exceeded`, `unreferenced-full`. */
  reserveUpload: Command<{ uploadId: string; size: number; expiresAt: number }, void>
  /** Ends sessions whose life is over before then and that hold a place, the first one first, until `bytes` are free. Returns how many are. */
  endRestingUploads: Command<{ registryId: number; expiring: number; bytes: number; limit: number }, number>
  /**
   * The bytes are durable: object ready, blob made or joined, link with lease, reservation given back, session done.
   * Returns which object the digest has now; when it joined another, ours is condemned. `upload-unknown`, `quota-exceeded`, `unreferenced-full`.
   */
  finishUpload: Command<
    {
      uploadId: string
      digest: Digest
      size: number
      checksums: Uint8Array
      /** A small blob whose bytes were never given to the blob store: they become durable with the row. */
      bytes?: Uint8Array
      now: number
      leaseUntil: number
      keepUntil: number
    },
    { objectId: string; joined: boolean }
  >
  /** Session gone, object condemned. `upload-unknown`. */
  cancelUpload: Command<{ uploadId: string; now: number }, void>
  /** Ends sessions that expired; returns their keys. */
  reapUploads: Command<{ now: number; limit: number }, { uploadId: string; storageKey: string }[]>

  /** Links a blob of `from` into `name`. False when `from` has no link to it, may not be read, or the bytes are not ready. `locked`. */
  mountBlob: Command<
    { registryId: number; name: RepositoryName; from: RepositoryName; digest: Digest; now: number; leaseUntil: number },
    boolean
  >
  /** Before a positive answer: the link is held until `leaseUntil`. False when it is gone. */
  renewBlobLease: Command<{ repositoryId: number; digest: Digest; now: number; leaseUntil: number }, boolean>
  renewManifestLease: Command<{ repositoryId: number; digest: Digest; leaseUntil: number }, boolean>
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
  /** With its tags and its referrers, or nothing. `manifest-unknown`, `precondition-failed`, `locked`, `in-use` (core/kept-manifests.ts). */
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

/** A place in the order in which a registry's links are reviewed. */
export interface QueuePlace {
  reviewAfter: number
  repositoryId: number
  digest: Digest
}

/** How long a positive answer holds what it speaks of, and below which rest it is renewed. In milliseconds. */
export interface LeaseTimes {
  length: number
  renewBelow: number
  /** For so long nothing is given up that an answer relied on, however little room there is. */
  promise: number
}
