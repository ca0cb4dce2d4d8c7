import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { backupFolders } from '#adapters/fs/backup-folders.ts'
import { dataDirectory, DirectoryOwned, ownDataDirectory } from '#adapters/fs/data-directory.ts'
import { sqliteFactsFiles } from '#adapters/sqlite/facts-files.ts'
import { socketPath } from '#adapters/system/socket-path.ts'
import { backUp } from '#app/maintenance/backup.ts'
import { Collector } from '#app/maintenance/collect.ts'
import { explain } from '#app/maintenance/explain.ts'
import { changeRegistry, findRegistry, summarize } from '#app/maintenance/registries.ts'
import { scrub } from '#app/maintenance/scrub.ts'
import { reportUsage } from '#app/maintenance/usage.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { controlClient } from '#client/control.ts'
import { parseDigest } from '#core/digest.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { localAuthority } from './authority.ts'
import type { OpenCertificates } from './certificates.ts'
import { type MainDeps, openRegistry } from './registry.ts'
import type { Config } from './settings.ts'

export interface MaintenanceOptions {
  deps: MainDeps
  collector: Collector
  config: Config
  /** Of the HTTPS listener, in a server. */
  certificates?: OpenCertificates | undefined
}

/** The deeds on stores that this process has open. */
export function maintenanceOf({ deps, collector, config, certificates }: MaintenanceOptions): Maintenance {
  const { store, clock } = deps
  const directory = dataDirectory(config.dataDir)
  const find = (name: string) => findRegistry(store, name)
  return {
    showCredentials: async ({ registry }) => showCredentials(deps, await find(registry)),
    renewCredential: async ({ registry, slot }) => {
      const found = await find(registry)
      await renewCredential(deps, found, slot)
      return showCredentials(deps, found)
    },
    showRegistry: async ({ registry }) => summarize(store, await find(registry)),
    updateRegistry: async ({ registry, ...change }) => changeRegistry(store, await find(registry), change),
    usage: async ({ registry }) => reportUsage(deps, await find(registry)),
    collect: async () => {
      const collected = await collector.run()
      if (collected) return collected
      throw new Refusal(collector.isPaused ? 'collection-paused' : 'collection-rests')
    },
    explain: async ({ registry, digest }) => explain(deps, await find(registry), parseDigest(digest)),
    scrub: (options) => scrub(deps, options?.signal),
    backUp: ({ to }, options) =>
      backUp(
        {
          clock,
          facts: sqliteFactsFiles(directory.database),
          folders: backupFolders(directory),
          pauseCollection: (work) => collector.pause(work),
        },
        to,
        options?.signal,
      ),
    rotateKey: async ({ revoke }) => {
      await deps.signer.rotate({ revoke })
      const iso = (time: number) => new Date(time).toISOString()
      const keys = (await Promise.all((await store.registries()).map(({ id }) => store.signingKeys(id)))).flat()
      return {
        keys: keys.reverse().map(({ kid, createdAt, signUntil, verifyUntil }) => ({
          kid,
          createdAt: iso(createdAt),
          signsUntil: iso(signUntil),
          verifiesUntil: iso(verifyUntil),
        })),
      }
    },
    authority: ({ renew }) => localAuthority(config, { renew, now: clock.now(), running: certificates }),
  }
}

export interface OpenMaintenance {
  deeds: Maintenance
  close: () => Promise<void>
}

const patience = 5_000
const lookEvery = 100

/**
 * The deeds on a data directory: in this process while nobody has it, else through the socket of the process that has.
 * An owner that is just starting or stopping is waited for. Fails with `no-registry`, `owner-silent`.
 */
export async function openMaintenance(config: Config): Promise<OpenMaintenance> {
  const { dataDir } = config
  const until = performance.now() + patience
  for (;;) {
    const pid = await tryHere(config)
    if (typeof pid === 'object') return pid
    const socket = socketPath(dataDirectory(dataDir).control)
    const deeds = controlClient(socket.path)
    if (await deeds.isThere()) return { deeds, close: async () => socket.release() }
    socket.release()
    if (performance.now() > until) throw new Refusal('owner-silent', { dataDir, pid: pid ?? '?' })
    await pause(lookEvery)
  }
}

/** The deeds, or the process that has the directory. */
async function tryHere(config: Config): Promise<OpenMaintenance | number | undefined> {
  const directory = dataDirectory(config.dataDir)
  try {
    // Looking must not make a registry where there is none.
    if (!existsSync(directory.database)) {
      if (existsSync(directory.root)) ownDataDirectory(directory).release()
      if (!existsSync(directory.database)) throw new Refusal('no-registry', { dataDir: config.dataDir })
    }
    const { deps, close } = await openRegistry(config)
    const collector = new Collector(deps, { interval: config.gcInterval, report: () => {}, failed: () => {} })
    return { deeds: maintenanceOf({ deps, collector, config }), close }
  } catch (error) {
    if (error instanceof DirectoryOwned) return error.pid
    throw error
  }
}
