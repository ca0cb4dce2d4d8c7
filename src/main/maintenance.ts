import type { Deps } from '#app/deps.ts'
import { backupFolders } from '#adapters/fs/backup-folders.ts'
import { directoryOf } from './directory.ts'
import type { Origins } from '#app/deps.ts'
import { listJobs, retryJob } from '#app/jobs/list-jobs.ts'
import { backUp } from '#app/maintenance/backup.ts'
import type { Collector } from '#app/maintenance/collect.ts'
import { explain } from '#app/maintenance/explain.ts'
import { findRegistry } from '#app/maintenance/find-registry.ts'
import { scrub } from '#app/maintenance/scrub.ts'
import { reportUsage } from '#app/maintenance/usage.ts'
import { operator } from '#core/access.ts'
import { formatDataHost } from '#core/data-host.ts'
import { parseDigest } from '#core/digest.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { withoutPort } from '#http/hosts.ts'
import { directoryKeys } from '#ports/signer.ts'
import { localAuthority } from './authority.ts'
import type { OpenCertificates } from '#adapters/x509/server-certificates.ts'
import { type Listening, listenersOf } from './listening.ts'
import { factsFilesOf } from './facts.ts'
import { originsOf } from './origins.ts'
import { type Config, storeName } from './settings.ts'

export interface MaintenanceOptions {
  deps: Deps
  collector: Collector
  config: Config
  /** Of the HTTPS listener, in a server. */
  certificates?: OpenCertificates | undefined
  /** Once the listeners know their ports, in a server. */
  origins?: Origins
  listening?: Listening
}

/** The commands of the machine, on stores that this process has open. */
export function maintenanceOf({
  deps,
  collector,
  config,
  certificates,
  origins = originsOf(config),
  listening = config,
}: MaintenanceOptions): Maintenance {
  const { store, clock } = deps
  const directory = directoryOf(config)
  const facts = factsFilesOf(config, directory)
  const find = (name: string) => findRegistry(store, name)
  return {
    usage: async ({ registry }) => reportUsage(deps, await find(registry)),
    collect: async () => {
      const collected = await collector.run()
      if (collected) return collected
      throw new Refusal(collector.isPaused ? 'collection-paused' : 'collection-rests')
    },
    explain: async ({ registry, digest }) => explain(deps, await find(registry), parseDigest(digest)),
    scrub: (options) => scrub({ ...deps, facts }, options?.signal),
    backUp: async ({ to }, options) => {
      if (!facts) throw new Refusal('backup-elsewhere', { database: storeName(config.store) })
      const pauseCollection = <Result>(work: () => Promise<Result>) => collector.pause(work)
      return backUp({ clock, facts, folders: backupFolders(directory), pauseCollection }, to, options?.signal)
    },
    listJobs: (input) => listJobs(deps, input),
    retryJob: (input) => retryJob(deps, input),
    rotateKey: async ({ revoke }) => {
      const owners = [directoryKeys, ...(await store.registries()).map(({ id }) => id)]
      for (const owner of owners) await deps.signers.of(owner).rotate({ revoke, askedBy: operator.id })
      const iso = (time: number) => new Date(time).toISOString()
      const keys = (await Promise.all(owners.map((owner) => store.signingKeys(owner)))).flat()
      return {
        keys: keys.toReversed().map(({ kid, createdAt, signUntil, verifyUntil }) => ({
          kid,
          createdAt: iso(createdAt),
          signsUntil: iso(signUntil),
          verifiesUntil: iso(verifyUntil),
        })),
      }
    },
    addresses: async () => {
      const registries = await store.registries()
      return {
        control: origins.control,
        domain: origins.domain,
        registries: registries.map(({ name }) => name),
        dataEndpoints: registries.flatMap(({ name, dataLocation }) =>
          dataLocation === null ? [] : [formatDataHost({ registry: name, location: dataLocation }, withoutPort(origins.domain))],
        ),
        listeners: listenersOf(listening),
      }
    },
    authority: ({ renew }) => localAuthority(config, { renew, now: clock.now(), running: certificates }),
  }
}
