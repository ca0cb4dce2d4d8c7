import { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { directoryOf } from './directory.ts'
import { ownDataDirectory } from '#adapters/fs/ownership.ts'
import { partsOf } from '#adapters/fs/parts.ts'
import { ensureBallast } from '#adapters/fs/ballast.ts'
import { isHalfRestored } from '#adapters/fs/restore-target.ts'
import { PasswordWorkers } from '#adapters/system/password-hasher.ts'
import type { Deps } from '#app/deps.ts'
import { rememberedByOneProcess } from '#app/distribution/unleased-answers.ts'
import { Refusal } from '#core/refusal.ts'
import { onlySeat } from '#core/seat.ts'
import type { Registry } from '#ports/registries.ts'
import { depsOf } from './deps-of.ts'
import { isOwnDatabase, openFacts, type OpenFacts, type SharedFacts } from './facts.ts'
import { type BlobsProof, type OpenBlobs, openBlobs, type SharedBlobs } from './open-blobs.ts'
import { refuseMovedAway } from './moved-away.ts'
import { beginOnce, firstRegistry, openSecrets } from './first-start.ts'
import type { ServerMemory } from './server-memory.ts'
import type { Config } from './settings.ts'

export interface OpenDirectory {
  deps: Deps
  /** The one that a data directory begins with; undefined once somebody deleted it. */
  registry: Registry | undefined
  /** What others may read and the system did not let us close. */
  openPaths: readonly string[]
  /** Its stores, for one more thread. */
  share: () => { facts: SharedFacts; blobs: SharedBlobs }
  /** What of a blob store that is not this machine's must be known before it is used. Refuses where it will not do. */
  proveBlobs: () => Promise<BlobsProof | undefined>
  close: () => Promise<void>
}

/** At some 25 ms each, less than a second with two threads. */
const longestPasswordLine = 40

/**
 * Takes the data directory, opens its stores, makes the first registry at the first start and never again.
 * Throws DirectoryOwned, NewerDatabase; refuses to start beside parts that are lost. Without memory of the server's this thread counts alone.
 */
export async function openDirectory(config: Config, memory?: ServerMemory): Promise<OpenDirectory> {
  const directory = directoryOf(config)
  const ownership = ownDataDirectory(directory)
  let opened: OpenFacts | undefined
  let bytes: OpenBlobs | undefined
  try {
    if (isHalfRestored(directory)) throw new Refusal('restore-unfinished', { dataDir: config.dataDir })
    const parts = partsOf(directory)
    const isOwn = isOwnDatabase(config)
    if (isOwn && !parts.database && (parts.key || parts.files)) throw new Refusal('database-missing', { path: directory.database })
    if (isOwn) ensureBallast(directory.ballast)
    await refuseMovedAway(config)
    const facts = await openFacts(config, directory)
    opened = facts
    const { store, clock } = facts
    const secrets = await facts.alone(() => openSecrets(store, { directory, parts, database: facts.name, isOwn }))
    bytes = await openBlobs(config, directory, { hasFiles: parts.files, serves: memory !== undefined })
    const { blobs, share: shareBlobs, prove, close: closeBlobs } = bytes
    const hasher = new PasswordWorkers({ threads: config.passwordThreads, longestLine: longestPasswordLine })
    const deps = depsOf(config, {
      store,
      clock,
      blobs,
      secrets,
      hasher,
      unleased: rememberedByOneProcess(clock, config.gcLease, memory?.unleased),
      // Where several threads serve, nobody signs in at this one.
      failedLogins: new FailedLogins(clock, memory?.columns === 1 ? { seat: onlySeat, memory: memory.logins } : undefined),
      rateLimits: new RateLimits(clock, memory?.rates),
    })
    await facts.alone(() => beginOnce(deps, config))
    const registry = await store.registry(firstRegistry)
    const close = async () => {
      await hasher.close()
      await store.close()
      await closeBlobs()
      ownership.release()
    }
    return {
      deps,
      registry,
      openPaths: ownership.open,
      share: () => ({ facts: facts.share(), blobs: shareBlobs() }),
      proveBlobs: () => prove(facts.alone),
      close,
    }
  } catch (error) {
    await opened?.store.close()
    await bytes?.close()
    ownership.release()
    throw error
  }
}
