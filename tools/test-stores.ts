// npm run test:stores: what every database must do, on a real PostgreSQL. Installs what is missing (Debian, as root).
import { installPackages } from './install-clients.ts'
import { conclude, runTests } from './run-tests.ts'

await installPackages(['postgresql'])
conclude(runTests(['test/stores/**/*.test.ts']))
