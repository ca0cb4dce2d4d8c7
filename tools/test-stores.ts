// npm run test:stores: what every database must do, on a real PostgreSQL, and every store of objects, on a real S3 (Ceph's) and on Azurite; all that
// clients see, and the registry beside its model, on PostgreSQL and S3, and some of it with each other store of bytes, with several threads, and killed.
// Installs what is missing (Debian, as root; npm).
// npm run test:stores -- --buckets: all that clients see, and the registry beside its model, with the blobs on Azurite too; nothing else.
// npm run test:stores -- --failpoints: a kill at each failpoint on PostgreSQL, with files and S3, with one thread and with three; nothing else.
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

/** Where several servers share a folder of files; all the rest of what files are about is the same as on SQLite. */
const ofSharedFiles = [...ofObjects, 'damaged-blobs', 'disk', 'restart', 'storage-limit', 'uploads-torn']

const model = 'test/stores/model.test.ts'

/** What clients do with bytes: on Azurite whenever the stores are tested, the rest with --buckets. */
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
const allOfBuckets = { patterns: ['test/wire/**/*.test.ts', model], except: wireTests([...ofFiles, ...ofObjects]) }
await installPackages(['postgresql', 'pgbouncer', 'libfaketime', 'iproute2', 'iptables', 'ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'])
await installNode('azurite')
const ways = { '--buckets': allInBuckets, '--failpoints': allFailpoints }
const [, way = allStores] = Object.entries(ways).find(([flag]) => process.argv.includes(flag)) ?? []
conclude(await way())

async function allStores(): Promise<Part[]> {
  // Ceph takes long to begin: one for all files, with buckets of each test's own.
  const ceph = await startRadosgw({ bytes: 8 * 1024 ** 3 })
  const shared = { [sharedRadosgw]: ceph.endpoint }
  const stores = { patterns: ['test/stores/**/*.test.ts'], except: [model] }
  const parts = [await runTests({ title: 'stores', ...stores, atOnce: waiting, variables: shared })]
  const postgres = await startPostgres()
  const onPostgres = await variablesOf(postgres)
  parts.push(await inBucket(postgres, ceph, allOfBuckets))
  ceph.stop()
  const files = { title: 'wire on PostgreSQL and files', patterns: wireTests(ofSharedFiles) }
  parts.push(await runTests({ ...files, atOnce: waiting, variables: onPostgres }))
  const azurite = await startAzurite()
  parts.push(await inBucket(postgres, azurite, { patterns: wireTests(ofBytes) }))
  azurite.stop()
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
  const ceph = await startRadosgw({ bytes: 8 * 1024 ** 3 })
  const onPostgres = await variablesOf(durable)
  const parts: Part[] = []
  for (const [where, variables] of [
    ['files', onPostgres],
    [ceph.kind, { ...onPostgres, ...(await bucketOf(ceph, { partSize: '5MiB' })) }],
  ] as const)
    parts.push(
      ...(await runBeside(
        ...['1', '3'].map((threads) => ({
          title: `PostgreSQL and ${where}, LONGSHORE_SERVERS=${threads}`,
          patterns: ['test/faults/kill.test.ts'],
          variables: { ...variables, LONGSHORE_SERVERS: threads },
        })),
      )),
    )
  for (const server of [durable, ceph]) server.stop()
  return parts
}

async function allInBuckets(): Promise<Part[]> {
  const [postgres, azurite] = [await startPostgres(), await startAzurite()]
  const part = await inBucket(postgres, azurite, allOfBuckets)
  for (const server of [postgres, azurite]) server.stop()
  return [part]
}

async function variablesOf(postgres: PostgresServer) {
  return { TEST_DATABASES: await postgres.database() }
}

/** @param parameters of its URL */
async function bucketOf(store: ObjectStoreServer, parameters: Readonly<Record<string, string>> = {}) {
  const url = new URL(store.url(await store.make()))
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { ...store.environment, TEST_BLOBS: url.href }
}

async function inBucket(postgres: PostgresServer, store: ObjectStoreServer, tests: Pick<Tests, 'patterns' | 'except'>): Promise<Part> {
  const variables = { ...(await variablesOf(postgres)), ...(await bucketOf(store)) }
  return runTests({ title: `wire on PostgreSQL and ${store.kind}`, ...tests, atOnce: waiting, variables })
}
