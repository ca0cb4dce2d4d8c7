import { createHash, randomBytes } from 'node:crypto'
import { dataDirectory, ownDataDirectory } from '#adapters/fs/data-directory.ts'
import { ensureBallast } from '#adapters/fs/ballast.ts'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { isHalfRestored } from '#adapters/fs/restore-target.ts'
import { openSigners } from '#adapters/jose/signer.ts'
import { openSqliteStore } from '#adapters/sqlite/store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemIds } from '#adapters/system/ids.ts'
import { openLinkSigner } from '#adapters/system/link-signer.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import type { Deps } from '#app/deps.ts'
import { drainingAtOnce } from '#app/maintenance/drain.ts'
import { renewCredential } from '#app/tokens/credentials.ts'
import type { HashBytes } from '#app/distribution/manifests.ts'
import { Refusal } from '#core/refusal.ts'
import { armFailpoint } from '#ports/failpoint.ts'
import type { LinkSigner } from '#ports/link-signer.ts'
import type { Registry } from '#ports/metadata-store.ts'
import type { Config } from './settings.ts'

export type MainDeps = Deps & { hash: HashBytes; links: LinkSigner; random: (bytes: number) => Uint8Array }

export interface OpenRegistry {
  deps: MainDeps
  registry: Registry
  /** The data directory was empty before. */
  first: boolean
  close: () => Promise<void>
}

/** The name of the registry that a data directory begins with. */
export const firstRegistry = 'local'

/**
 * Takes the data directory, opens its stores, makes the first registry when there is none.
 * Throws DirectoryOwned, NewerDatabase.
 */
export async function openRegistry(config: Config): Promise<OpenRegistry> {
  const directory = dataDirectory(config.dataDir)
  const ownership = ownDataDirectory(directory)
  try {
    if (isHalfRestored(directory)) throw new Refusal('restore-unfinished', { dataDir: config.dataDir })
    ensureBallast(directory.ballast)
    const secrets = openSecretBox(directory.secretKey)
    const facts = openSqliteStore({ path: directory.database, ballast: directory.ballast, failpoint: config.failpoint })
    const store = drainingAtOnce(facts, systemClock)
    const blobs = openFsBlobStore(directory.objects, config.failpoint)
    const random = (bytes: number) => randomBytes(bytes)
    const existing = await store.registry(firstRegistry)
    const registry =
      existing ?? (await store.createRegistry({ name: firstRegistry, limit: config.storageLimit, adminEnabled: true, rateLimits: 'off' }))
    for (const slot of ['password', 'password2'] as const)
      if (!(await store.credentials(registry.id)).some((each) => each.slot === slot))
        await renewCredential({ store, ids: systemIds, secrets, random, clock: systemClock }, registry, slot)
    const deps: MainDeps = {
      store,
      blobs,
      clock: systemClock,
      ids: systemIds,
      secrets,
      links: openLinkSigner(directory.secretKey),
      signers: openSigners({ store, secrets, clock: systemClock }),
      hasher: argon2Hasher,
      failpoint: armFailpoint(config.failpoint, () => process.kill(process.pid, 'SIGKILL')),
      settings: {
        sparse: config.sparse,
        lease: { length: config.gcLease, renewBelow: config.gcLease / 2 },
        collectionDelay: config.gcDelay,
        uploadLife: config.uploadLife,
        diskFloor: config.diskFloor,
        largestBlob: config.largestBlob,
        smallBlob: config.smallBlob,
        blobRedirect: config.blobRedirect,
      },
      hash: (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
      random,
    }
    const close = async () => {
      await store.close()
      await blobs.close()
      ownership.release()
    }
    return { deps, registry, first: !existing, close }
  } catch (error) {
    ownership.release()
    throw error
  }
}
