// npm run test:stores: what every database must do, on a real PostgreSQL, and every store of objects, on a real S3 (Ceph's) and on Azurite, and what
// clients see of a server on them, with one thread and with several, killed too. Installs what is missing (Debian, as root; npm).
// npm run test:stores -- --buckets: all that clients see, and the registry beside its model, with the blobs in each kind of bucket; nothing else.
// npm run test:stores -- --failpoints: a kill at each failpoint on PostgreSQL, with one thread and with three; nothing else.
import { startAzurite } from '../test/stores/azurite.ts'
import { startPostgres } from '../test/stores/postgres-server.ts'
import { startRadosgw } from '../test/stores/radosgw.ts'
import { installNode, installPackages } from './install-clients.ts'
import { conclude, type Part } from './report.ts'
import { runTests } from './run-tests.ts'

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

const wireTests = (names: readonly string[]) => names.map((name) => `test/wire/${name}.test.ts`)
const buckets = [startRadosgw, startAzurite]

await installPackages(['postgresql', 'pgbouncer', 'libfaketime', 'iproute2', 'iptables', 'ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'])
await installNode('azurite')
const ways = { '--buckets': allInBuckets, '--failpoints': allFailpoints }
const [, way = allStores] = Object.entries(ways).find(([flag]) => process.argv.includes(flag)) ?? []
conclude(await way())

async function allStores(): Promise<Part[]> {
  const parts = [await runTests({ title: 'stores', patterns: ['test/stores/**/*.test.ts'] })]
  const postgres = await startPostgres()
  process.env.TEST_DATABASES = await postgres.database()
  parts.push(await runTests({ title: 'wire on PostgreSQL', patterns: ['test/wire/**/*.test.ts'], except: wireTests(ofFiles) }))
  for (const start of buckets) parts.push(await inBucket(start, { patterns: wireTests(ofBytes) }))
  // A database that waits for the disk: what was acknowledged is there whatever ends.
  const durable = await startPostgres({ durable: true })
  process.env.TEST_DATABASES = await durable.database()
  parts.push(await runTests({ title: 'kills on PostgreSQL', patterns: ['test/faults/random-kill.test.ts'] }))
  process.env.LONGSHORE_SERVERS = '3'
  const faults = ['test/faults/serving-threads.test.ts', 'test/faults/random-kill.test.ts']
  parts.push(await runTests({ title: 'kills on PostgreSQL, three threads', patterns: faults }))
  process.env.TEST_DATABASES = await postgres.database()
  const wire = ['blobs', 'uploads', 'manifests', 'deletes'].map((name) => `test/wire/${name}*.test.ts`)
  parts.push(await runTests({ title: 'wire on PostgreSQL, three threads', patterns: wire }))
  for (const server of [postgres, durable]) server.stop()
  return parts
}

async function allFailpoints(): Promise<Part[]> {
  const durable = await startPostgres({ durable: true })
  process.env.TEST_DATABASES = await durable.database()
  const parts = []
  for (const threads of ['1', '3']) {
    process.env.LONGSHORE_SERVERS = threads
    parts.push(await runTests({ title: `LONGSHORE_SERVERS=${threads}`, patterns: ['test/faults/kill.test.ts'] }))
  }
  durable.stop()
  return parts
}

async function allInBuckets(): Promise<Part[]> {
  const postgres = await startPostgres()
  process.env.TEST_DATABASES = await postgres.database()
  const parts = []
  const all = { patterns: ['test/wire/**/*.test.ts', 'test/stores/model.test.ts'], except: wireTests([...ofFiles, ...ofObjects]) }
  for (const start of buckets) parts.push(await inBucket(start, all))
  postgres.stop()
  return parts
}

async function inBucket(start: (typeof buckets)[number], tests: { patterns: string[]; except?: string[] }): Promise<Part> {
  const store = await start()
  Object.assign(process.env, store.environment)
  process.env.TEST_BLOBS = store.url(await store.make())
  const part = await runTests({ title: `wire on PostgreSQL and ${store.kind}`, ...tests })
  delete process.env.TEST_BLOBS
  store.stop()
  return part
}
