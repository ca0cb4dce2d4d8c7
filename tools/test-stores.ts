// npm run test:stores: what every database must do, on a real PostgreSQL, and every store of objects, on a real S3 (Ceph's) and on Azurite, and what
// clients see of a server on them. Installs what is missing (Debian, as root; npm).
import { startPostgres } from '../test/stores/postgres-server.ts'
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

await installPackages(['postgresql', 'ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'])
await installNode('azurite')
const stores = runTests(['test/stores/**/*.test.ts'])
const postgres = await startPostgres()
process.env.TEST_DATABASES = await postgres.database()
const wire = runTests(['test/wire/**/*.test.ts'], { except: ofFiles.map((name) => `test/wire/${name}.test.ts`) })
postgres.stop()
conclude({ passed: stores.passed + wire.passed, failed: stores.failed + wire.failed })
