import type { Stored } from './storage-room.ts'

/**
 * What an operator does to the machine that a data directory lies on: plain JSON data in and out. Registries, people and
 * roles go through ARM and Graph like everybody's. The command line talks to this; behind it is either the registry itself
 * or the socket of the process that has it open. Fails with Refusal, RegistryError, and as the disk does.
 */
export interface Maintenance {
  usage(input: { registry: string }): Promise<UsageReport>
  /** A pass of collection now. */
  collect(): Promise<Collected>
  explain(input: { registry: string; digest: string }): Promise<Explained>
  scrub(options?: CommandOptions): Promise<Scrubbed>
  /** @param input.to an absolute path on the machine that has the data directory */
  backUp(input: { to: string }, options?: CommandOptions): Promise<BackedUp>
  /** What is to be done still; `stuck`: of that what failed again and again. */
  listJobs(input: { stuck: boolean }): Promise<JobInfo[]>
  retryJob(input: { id: number }): Promise<JobInfo>
  rotateKey(input: { revoke: boolean }): Promise<{ keys: SigningKeyInfo[] }>
  /** The authority that signed the local certificate of the HTTPS listener; `renew` makes another. */
  authority(input: { renew: boolean }): Promise<AuthorityInfo>
  addresses(): Promise<Addresses>
}

export interface CommandOptions {
  /** Stops what takes long at its next safe moment; it fails with `interrupted`. */
  signal?: AbortSignal | undefined
}

export const passwordSlots = ['password', 'password2'] as const
export type PasswordSlot = (typeof passwordSlots)[number]

/** As `az acr credential show` prints it. */
export interface AdminCredentials {
  username: string
  passwords: { name: PasswordSlot; value: string }[]
}

/** How many rows there are of each kind that people know. */
export interface Counts {
  repositories: number
  manifests: number
  tags: number
  blobs: number
  uploads: number
}

export interface UsageReport extends Counts, Stored {
  registry: string
  /** Null where the bytes lie in a store that does not tell. */
  diskFree: number | null
}

export interface Collected {
  /** Links that were looked at, blobs that nothing holds any more, and their bytes. */
  reviewed: number
  condemned: number
  condemnedBytes: number
  /** Objects whose bytes were deleted, and how many bytes. */
  deleted: number
  deletedBytes: number
  /** Upload sessions that had expired. */
  uploads: number
}

/** What holds a digest. Times in ISO 8601. */
export interface Explained {
  registry: string
  digest: string
  held: boolean
  objects: { objectId: string; state: string; size: number; condemnedAt: string | null; deletedAfter: string | null }[]
  /** `named`: a manifest of that repository names it as a blob, so the link stays whatever its lease. */
  links: { repository: string; named: boolean; leaseUntil: string; leaseOver: boolean; reviewAfter: string | null }[]
  /** Manifests that name it, as what their repository has under it; where it has nothing, as what it is expected. */
  manifests: { repository: string; manifest: string; kind: 'blob' | 'manifest' }[]
  /** Where it is a manifest itself. */
  stored: { repository: string; tags: string[] }[]
}

export interface Scrubbed {
  objects: number
  manifests: number
  bytes: number
  /**
   * What is damaged or missing; not served, and healed by the next push of the digest, but for what the disk did not let us read. A
   * manifest has no object.
   */
  bad: { digest: string; objectId: string | null; problem: 'missing' | 'corrupt' }[]
  /** What the database's own check found; only a backup mends it. */
  damage: string[]
  /** Files that no row names: a bug or a foreign hand; nothing is deleted. */
  strangers: string[]
}

export interface BackupManifest extends Counts {
  formatVersion: number
  schemaVersion: number
  /** ISO 8601. */
  createdAt: string
  objects: number
  bytes: number
  /** SHA-256 of every other file of the backup, by its path. */
  files: Record<string, string>
}

export interface BackedUp extends BackupManifest {
  path: string
  /** Objects that share their bytes with the data directory, and objects that were copied. */
  linked: number
  copied: number
  /** Digests whose bytes were missing or too short; the backup has them as damaged, the next push heals them. */
  missing: string[]
  /** Digests of manifests and small blobs that the database itself has with other bytes; they are so in the backup too. */
  damaged: string[]
}

export interface Restored extends BackupManifest {
  path: string
  verified: boolean
}

export interface JobInfo {
  id: number
  kind: string
  /** An operation's id, say; empty where there is one of its kind. */
  about: string
  state: 'waiting' | 'running' | 'stuck'
  attempts: number
  /** ISO 8601. */
  askedAt: string
  /** Null while it runs. */
  nextTry: string | null
  lastError: string | null
}

export interface SigningKeyInfo {
  kid: string
  createdAt: string
  signsUntil: string
  verifiesUntil: string
}

export interface AuthorityInfo {
  path: string
  subject: string
  /** SHA-256 of the certificate. */
  fingerprint: string
  notAfter: string
}

/** Under which names clients reach the server. */
export interface Addresses {
  /** `https://host[:port]`: Azure's control plane. */
  control: string
  /** Registries are `<name>.<domain>`; with its port. */
  domain: string
  registries: string[]
  /** The hosts of their data endpoints, without a port. */
  dataEndpoints: string[]
  /** Where a running server listens, or a stopped one would. */
  listeners: { setting: 'http' | 'https' | 'admin'; host: string; port: number }[]
}
