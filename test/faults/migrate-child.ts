// Migrates a database as the next version of the program would, with a failpoint armed: migrate-child.ts <database> [failpoint]
import { SqliteConnection } from '#adapters/sqlite/connection.ts'
import { migrate } from '#adapters/sqlite/migrate.ts'
import { migrations, schemaVersion } from '#store/schema.ts'
import { armFailpoint, parseFailpoint } from '#ports/failpoint.ts'

const [path = '', failpoint] = process.argv.slice(2)
const next = {
  version: schemaVersion + 1,
  opensFrom: schemaVersion + 1,
  statements: () => [
    'CREATE TABLE next (id INTEGER PRIMARY KEY)',
    'ALTER TABLE repository ADD COLUMN next TEXT',
    'INSERT INTO next VALUES (1)',
  ],
}
const armed = failpoint ? parseFailpoint(failpoint) : undefined
const connection = new SqliteConnection(path, { failpoint: armFailpoint(armed, () => process.kill(process.pid, 'SIGKILL')) })
migrate(connection, path, [...migrations, next])
connection.close()
