import type { MessagePort } from 'node:worker_threads'
import type { DataDirectory } from '#adapters/fs/data-directory.ts'
import { sqliteFactsFiles } from '#adapters/sqlite/facts-files.ts'
import { openSharedStore, openSqliteStore, type SharedStore } from '#adapters/sqlite/store.ts'
import type { PostgresOptions, PostgresStore } from '#adapters/postgres/store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import type { FactsFiles } from '#ports/backup.ts'
import type { Clock } from '#ports/clock.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { type Config, storeName } from './settings.ts'

/** What one more thread needs to use the same facts. */
export type SharedFacts = { kind: 'sqlite'; shared: SharedStore } | { kind: 'postgres'; options: PostgresOptions }

/** What goes over to that thread. */
export const linesOf = (facts: SharedFacts): MessagePort[] => (facts.kind === 'sqlite' ? [facts.shared.line] : [])

/** The database of the configuration, opened. */
export interface OpenFacts {
  store: MetadataStore
  /** What its times are counted by. */
  clock: Clock
  /** For people, without secrets. */
  name: string
  share(): SharedFacts
  /** At one server after the other, where several may begin at once. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>
}

/** In the data folder, where this server alone writes. */
export const isOwnDatabase = (config: Pick<Config, 'store'>): boolean => config.store === 'sqlite'

/** Throws NewerDatabase, DamagedDatabase; refuses with `database-away`, `clock-off`. */
export async function openFacts(config: Config, directory: DataDirectory): Promise<OpenFacts> {
  if (isOwnDatabase(config)) {
    const store = openSqliteStore({ path: directory.database, ballast: directory.ballast, failpoint: config.failpoint })
    const share = () => ({ kind: 'sqlite', shared: store.share() }) as const
    return { store, clock: systemClock, name: directory.database, share, alone: (work) => work() }
  }
  // Who has a data folder of their own has no need of its client.
  const { openPostgresStore } = await import('#adapters/postgres/store.ts')
  const options = postgresOptions(config)
  const store = await openPostgresStore(options)
  const share = () => ({ kind: 'postgres', options }) as const
  return { store, clock: clockOf(store), name: storeName(config.store), share, alone: store.alone }
}

export async function openSharedFacts(shared: SharedFacts): Promise<{ store: MetadataStore; clock: Clock }> {
  if (shared.kind === 'sqlite') return { store: openSharedStore(shared.shared), clock: systemClock }
  const { openPostgresStore } = await import('#adapters/postgres/store.ts')
  const store = await openPostgresStore(shared.options)
  return { store, clock: clockOf(store) }
}

/** The wall clock is the database's. What has elapsed is one count for all threads of this process, which share what they count by it. */
const clockOf = ({ databaseTime }: PostgresStore): Clock => ({ now: databaseTime, elapsed: systemClock.elapsed })

/** Copies of the facts as files; a database of its own has its own ways to be copied. */
export const factsFilesOf = (config: Config, { database }: DataDirectory): FactsFiles | undefined =>
  isOwnDatabase(config) ? sqliteFactsFiles(database) : undefined

const postgresOptions = ({ store, storePasswordFile, storeConnections, storeTimeout, failpoint }: Config): PostgresOptions => ({
  url: store,
  passwordFile: storePasswordFile === '' ? undefined : storePasswordFile,
  connections: storeConnections,
  timeout: storeTimeout,
  failpoint,
})
