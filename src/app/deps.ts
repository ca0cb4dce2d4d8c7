import type { Algorithm } from '#core/digest.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import type { AssertionReader } from '#ports/assertions.ts'
import type { CertificateReader } from '#ports/certificates.ts'
import type { Clock } from '#ports/clock.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import type { Ids } from '#ports/ids.ts'
import type { LeaseTimes } from '#ports/leases.ts'
import type { LinkSigner } from '#ports/link-signer.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { SecretBox } from '#ports/secret-box.ts'
import type { PasswordHasher } from '#ports/password-hasher.ts'
import type { Signers } from '#ports/signer.ts'
import type { KeptPlatforms } from './distribution/kept-platforms.ts'
import type { UnleasedAnswers } from './distribution/unleased-answers.ts'
import type { Emptying } from './maintenance/emptying.ts'
import type { FailedLogins, RateLimits } from './tokens/rate-limits.ts'

/**
 * What the registry needs from the world, made once in `main/`. A verb names what it takes of it, and of the store the ports alone:
 * `Pick<Deps, 'clock'> & { store: RoleReads & DirectoryReads }`.
 */
export interface Deps {
  store: MetadataStore
  blobs: BlobStore
  clock: Clock
  ids: Ids
  signers: Signers
  hasher: PasswordHasher
  certificates: CertificateReader
  assertions: AssertionReader
  secrets: SecretBox
  failpoint: Failpoint
  unleased: UnleasedAnswers
  emptying: Emptying
  platforms: KeptPlatforms
  failedLogins: FailedLogins
  rateLimits: RateLimits
  links: LinkSigner
  /** Lower-case hex of the digest of some bytes. */
  hash: (algorithm: Algorithm, bytes: Uint8Array) => string
  /** So many bytes that nobody can guess. */
  random: (bytes: number) => Uint8Array
  origins: Origins
  settings: Settings
}

/** Under which names the control plane and the registries are reached. */
export interface Origins {
  /** `https://host[:port]`, without a slash at the end: ARM at its root, the authority under `/adfs` and `/<tenant>`, Graph under `/graph`. */
  control: string
  /** Registries are `<name>.<domain>`; with its port, lower case. */
  domain: string
  /**
   * Every origin of the control host that the configuration makes, the control origin first: what a client may name as ours.
   * What a request says of itself (`Host: localhost:6666`) adds nothing.
   */
  own: readonly string[]
  /** The registry that the control origin's host itself serves. */
  firstRegistry: string
}

/** What the operator chose. Times in milliseconds, sizes in bytes. */
export interface Settings {
  sparse: 'off' | 'index' | 'all'
  lease: LeaseTimes
  /** From condemning an object to deleting its bytes. */
  collectionDelay: number
  uploadLife: number
  /** Below this much free space no new bytes are taken. */
  diskFloor: number
  largestBlob: number
  /** Up to this size a blob that comes in one piece lies in the database; 0: never. */
  smallBlob: number
  /** Whether a data endpoint refuses an `Authorization` header, as Azure's storage does, or does not look at it. */
  blobRedirect: 'lenient' | 'strict'
  /** Whether who gets a blob of this registry is sent to the store of objects, with a link that it signs. */
  isSigned: (registry: string) => boolean
}
