// npm run test:stores: what every database must do, on a real PostgreSQL, and every store of objects, on a real S3 (Ceph's) and on Azurite, and what
// clients see of a server on them, with one thread and with several, killed too. Installs what is missing (Debian, as root; npm).
// npm run test:stores -- --buckets: all that clients see, and the registry beside its model, with the blobs in each kind of bucket; nothing else.
// npm run test:stores -- --failpoints: a kill at each failpoint on PostgreSQL, with one thread and with three; nothing else.
import { startAzurite } from '../test/stores/azurite.ts'
import { startPostgres } from '../test/stores/postgres-server.ts'
import { startRadosgw } from '../test/stores/radosgw.ts'
import { installNode, installPackages } from './install-clients.ts'
import { conclude, type Counts, runTests } from './run-tests.ts'

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
const parts = process.argv.includes('--buckets')
  ? await allInBuckets()
  : process.argv.includes('--failpoints')
    ? await allFailpoints()
    : await allStores()
const sum = (of: 'passed' | 'failed') => parts.reduce((total, each) => total + each[of], 0)
conclude({ passed: sum('passed'), failed: sum('failed') })

async function allStores(): Promise<Counts[]> {
  const stores = runTests(['test/stores/**/*.test.ts'])
  const postgres = await startPostgres()
  process.env.TEST_DATABASES = await postgres.database()
  const wire = runTests(['test/wire/**/*.test.ts'], { except: wireTests(ofFiles) })
  const wireBuckets = []
  for (const start of buckets) wireBuckets.push(await inBucket(start, () => runTests(wireTests(ofBytes))))
  // A database that waits for the disk: what was acknowledged is there whatever ends.
  const durable = await startPostgres({ durable: true })
  process.env.TEST_DATABASES = await durable.database()
  const faults = runTests(['test/faults/random-kill.test.ts'])
  process.env.LONGSHORE_SERVERS = '3'
  const threads = runTests(['test/faults/serving-threads.test.ts', 'test/faults/random-kill.test.ts'])
  process.env.TEST_DATABASES = await postgres.database()
  const wireThreads = runTests(['blobs', 'uploads', 'manifests', 'deletes'].map((name) => `test/wire/${name}*.test.ts`))
  for (const server of [postgres, durable]) server.stop()
  return [stores, wire, ...wireBuckets, faults, threads, wireThreads]
}

async function allFailpoints(): Promise<Counts[]> {
  const durable = await startPostgres({ durable: true })
  process.env.TEST_DATABASES = await durable.database()
  const counts = []
  for (const threads of ['1', '3']) {
    process.env.LONGSHORE_SERVERS = threads
    counts.push(runTests(['test/faults/kill.test.ts']))
  }
  durable.stop()
  return counts
}

async function allInBuckets(): Promise<Counts[]> {
  const postgres = await startPostgres()
  process.env.TEST_DATABASES = await postgres.database()
  const counts = []
  for (const start of buckets) {
    const run = () => runTests(['test/wire/**/*.test.ts', 'test/stores/model.test.ts'], { except: wireTests([...ofFiles, ...ofObjects]) })
    counts.push(await inBucket(start, run))
  }
  postgres.stop()
  return counts
}

async function inBucket(start: (typeof buckets)[number], run: () => Counts): Promise<Counts> {
  const store = await start()
  Object.assign(process.env, store.environment)
  process.env.TEST_BLOBS = store.url(await store.make())
  const counts = run()
  console.log(`PostgreSQL and ${store.kind}: ${counts.passed} passed, ${counts.failed} failed`)
  delete process.env.TEST_BLOBS
  store.stop()
  return counts
}
