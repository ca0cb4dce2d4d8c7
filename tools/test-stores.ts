// npm run test:stores: what every database must do, on a real PostgreSQL, and every store of objects, on a real S3 (Ceph's) and on Azurite, and what
// clients see of a server on them, with one thread and with several, killed too. Installs what is missing (Debian, as root; npm).
// npm run test:stores -- --buckets: all that clients see, and the registry beside its model, with the blobs in each kind of bucket; nothing else.
// npm run test:stores -- --failpoints: a kill at each failpoint on PostgreSQL, with one thread and with three; nothing else.
import { startAzurite } from '../test/stores/azurite.ts'
import type { ObjectStoreServer } from '../test/stores/object-store.ts'
import { type PostgresServer, startPostgres } from '../test/stores/postgres-server.ts'
import { sharedRadosgw, startRadosgw } from '../test/stores/radosgw.ts'
import { installNode, installPackages } from './install-clients.ts'
import { conclude, type Part } from './report.ts'
import { runBeside, runTests, type Tests } from './run-tests.ts'

/** They look into the files of a data folder, or change them, or its clock: npm test runs them, on SQLite. */
const ofFiles = [
  'advisories/seeded-secrets',
  'cli-backup',
  'cli-jobs',
  'damage',
  'damaged-database',
  'lost-parts',
  'offload-group',
  'open-files',
  'wrong-clock',
]

/** A front that sends files finds none in a bucket: a server refuses the two together. Single tests that are of files say it themselves (testOfFiles). */
const ofObjects = ['blob-offload']

/** What clients do with bytes: on each store of objects whenever the stores are tested, the rest with --buckets. */
const ofBytes = [
  'blobs',
  'blob-links',
  'data-endpoint',
  'deletes',
  'manifests',
  'references',
  'restart',
  'storage-limit',
  'uploads',
  'uploads-torn',
]

/** Files at once that wait, for what they started and for leases, more than they compute. */
const waiting = 3

const wireTests = (names: readonly string[]) => names.map((name) => `test/wire/${name}.test.ts`)
await installPackages(['postgresql', 'pgbouncer', 'libfaketime', 'iproute2', 'iptables', 'ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'])
await installNode('azurite')
const ways = { '--buckets': allInBuckets, '--failpoints': allFailpoints }
const [, way = allStores] = Object.entries(ways).find(([flag]) => process.argv.includes(flag)) ?? []
conclude(await way())

async function allStores(): Promise<Part[]> {
  // Ceph takes long to begin: one for all files, with buckets of each test's own.
  const ceph = await startRadosgw({ bytes: 8 * 1024 ** 3 })
  const shared = { [sharedRadosgw]: ceph.endpoint }
  const parts = [await runTests({ title: 'stores', patterns: ['test/stores/**/*.test.ts'], atOnce: waiting, variables: shared })]
  const postgres = await startPostgres()
  const onPostgres = await variablesOf(postgres)
  const wire = { patterns: ['test/wire/**/*.test.ts'], except: wireTests(ofFiles) }
  parts.push(await runTests({ title: 'wire on PostgreSQL', ...wire, atOnce: waiting, variables: onPostgres }))
  const azurite = await startAzurite()
  for (const store of [ceph, azurite]) parts.push(await inBucket(postgres, store, { patterns: wireTests(ofBytes) }))
  for (const store of [ceph, azurite]) store.stop()
  // A database that waits for the disk: what was acknowledged is there whatever ends.
  const durable = await startPostgres({ durable: true })
  const threads = { LONGSHORE_SERVERS: '3' }
  const kills = { title: 'kills on PostgreSQL', patterns: ['test/faults/random-kill.test.ts'], variables: await variablesOf(durable) }
  const killsOfThreads = {
    title: `${kills.title}, three threads`,
    patterns: ['test/faults/serving-threads.test.ts', ...kills.patterns],
    variables: { ...kills.variables, ...threads },
  }
  const wireOfThreads = {
    title: 'wire on PostgreSQL, three threads',
    patterns: ['blobs', 'uploads', 'manifests', 'deletes'].map((name) => `test/wire/${name}*.test.ts`),
    variables: { ...onPostgres, ...threads },
  }
  parts.push(...(await runBeside(kills, killsOfThreads, wireOfThreads)))
  for (const server of [postgres, durable]) server.stop()
  return parts
}

async function allFailpoints(): Promise<Part[]> {
  const durable = await startPostgres({ durable: true })
  const variables = await variablesOf(durable)
  const parts = await runBeside(
    ...['1', '3'].map((threads) => ({
      title: `LONGSHORE_SERVERS=${threads}`,
      patterns: ['test/faults/kill.test.ts'],
      variables: { ...variables, LONGSHORE_SERVERS: threads },
    })),
  )
  durable.stop()
  return parts
}

async function allInBuckets(): Promise<Part[]> {
  const postgres = await startPostgres()
  const parts = []
  const all = { patterns: ['test/wire/**/*.test.ts', 'test/stores/model.test.ts'], except: wireTests([...ofFiles, ...ofObjects]) }
  for (const start of [startRadosgw, startAzurite]) {
    const store = await start()
    parts.push(await inBucket(postgres, store, all))
    store.stop()
  }
  postgres.stop()
  return parts
}

async function variablesOf(postgres: PostgresServer) {
  return { TEST_DATABASES: await postgres.database() }
}

async function inBucket(postgres: PostgresServer, store: ObjectStoreServer, tests: Pick<Tests, 'patterns' | 'except'>): Promise<Part> {
  const variables = { ...(await variablesOf(postgres)), ...store.environment, TEST_BLOBS: store.url(await store.make()) }
  return runTests({ title: `wire on PostgreSQL and ${store.kind}`, ...tests, atOnce: waiting, variables })
}
