// npm run test:stores: what every database must do, on a real PostgreSQL, and every store of objects, on a real S3 (Ceph's) and on Azurite, and what
// clients see of a server on them, with one thread and with several, killed too. Installs what is missing (Debian, as root; npm).
import { startAzurite } from '../test/stores/azurite.ts'
import { startPostgres } from '../test/stores/postgres-server.ts'
import { startRadosgw } from '../test/stores/radosgw.ts'
import { installNode, installPackages } from './install-clients.ts'
import { conclude, runTests } from './run-tests.ts'

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

/**
 * What clients do with bytes: on each store of objects, too. The rest of test/wire asks for none, looks into the data folder's own (blob-offload, damaged-blobs, disk),
 * or counts the requests that are at work at a moment, which a slow store changes (overload, waiting-clients).
 */
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

await installPackages(['postgresql', 'pgbouncer', 'libfaketime', 'iproute2', 'iptables', 'ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'])
await installNode('azurite')
const stores = runTests(['test/stores/**/*.test.ts'])
const postgres = await startPostgres()
process.env.TEST_DATABASES = await postgres.database()
const wire = runTests(['test/wire/**/*.test.ts'], { except: wireTests(ofFiles) })
const wireBuckets = [await inBucket(startRadosgw), await inBucket(startAzurite)]
// A database that waits for the disk: what was acknowledged is there whatever ends.
const durable = await startPostgres({ durable: true })
process.env.TEST_DATABASES = await durable.database()
const faults = runTests(['test/faults/random-kill.test.ts'])
process.env.LONGSHORE_SERVERS = '3'
const threads = runTests(['test/faults/serving-threads.test.ts', 'test/faults/kill.test.ts'])
process.env.TEST_DATABASES = await postgres.database()
const wireThreads = runTests(['blobs', 'uploads', 'manifests', 'deletes'].map((name) => `test/wire/${name}*.test.ts`))
for (const server of [postgres, durable]) server.stop()
const parts = [stores, wire, ...wireBuckets, faults, threads, wireThreads]
conclude({ passed: sum('passed'), failed: sum('failed') })

async function inBucket(start: typeof startRadosgw | typeof startAzurite) {
  const store = await start()
  Object.assign(process.env, store.environment)
  process.env.TEST_BLOBS = store.url(await store.make())
  const counts = runTests(wireTests(ofBytes))
  delete process.env.TEST_BLOBS
  store.stop()
  return counts
}

function sum(of: 'passed' | 'failed'): number {
  return parts.reduce((total, each) => total + each[of], 0)
}
