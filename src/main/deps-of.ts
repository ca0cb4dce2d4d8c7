import { createHash, randomBytes } from 'node:crypto'
import { joseAssertions } from '#adapters/jose/assertions.ts'
import { openSigners } from '#adapters/jose/signer.ts'
import { systemIds } from '#adapters/system/ids.ts'
import { openLinkSigner } from '#adapters/system/link-signer.ts'
import { certificateReader } from '#adapters/x509/certificate-reader.ts'
import type { Deps } from '#app/deps.ts'
import { KeptPlatforms } from '#app/distribution/kept-platforms.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import { directoryOf } from './directory.ts'
import { failpointOf } from './failpoint.ts'
import { originsOf } from './origins.ts'
import type { Config } from './settings.ts'

/** What differs from thread to thread, or is shared by them. */
export type ThreadParts = Pick<Deps, 'store' | 'clock' | 'blobs' | 'secrets' | 'hasher' | 'unleased' | 'failedLogins' | 'rateLimits'>

const hour = 60 * 60 * 1000

const signedIn =
  ({ blobDownloads }: Config) =>
  (registry: string): boolean =>
    blobDownloads === 'signed' || (blobDownloads !== 'served' && blobDownloads.includes(registry.toLowerCase()))

/** What the registry needs from the world, of parts that are open. */
export const depsOf = (config: Config, parts: ThreadParts): Deps => ({
  ...parts,
  ids: systemIds,
  platforms: new KeptPlatforms(),
  emptying: new Emptying(parts),
  links: openLinkSigner(directoryOf(config).secretKey),
  signers: openSigners({ store: parts.store, secrets: parts.secrets, clock: parts.clock }),
  certificates: certificateReader,
  assertions: joseAssertions,
  failpoint: failpointOf(config),
  settings: {
    sparse: config.sparse,
    lease: { length: config.gcLease, renewBelow: config.gcLease / 2, promise: Math.min(hour, config.gcLease), skew: parts.store.skew },
    collectionDelay: config.gcDelay,
    uploadLife: config.uploadLife,
    diskFloor: config.diskFloor,
    largestBlob: config.largestBlob,
    smallBlob: config.smallBlob,
    blobRedirect: config.blobRedirect,
    isSigned: signedIn(config),
  },
  hash: (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
  random: (bytes) => randomBytes(bytes),
  origins: originsOf(config),
})
