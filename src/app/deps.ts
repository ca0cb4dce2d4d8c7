import type { BlobStore } from '#ports/blob-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import type { Ids } from '#ports/ids.ts'
import type { LeaseTimes, MetadataStore } from '#ports/metadata-store.ts'
import type { SecretBox } from '#ports/secret-box.ts'
import type { Signer } from '#ports/signer.ts'

/** What the deeds need from the world; each names the part that it takes. Made once, in `main/`. */
export interface Deps {
  store: MetadataStore
  blobs: BlobStore
  clock: Clock
  ids: Ids
  signer: Signer
  secrets: SecretBox
  failpoint: Failpoint
  settings: Settings
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
}
