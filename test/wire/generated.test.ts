import { join } from 'node:path'
import { sqliteSink } from '../../bench/size/sinks.ts'
import { openSqliteStore } from '#adapters/sqlite/store.ts'
import { generatedTests } from '../world/generated.ts'

const database = (dataDir: string): string => join(dataDir, 'longshore.db')

generatedTests('SQLite', async () => ({
  flags: { store: 'sqlite' },
  sink: (dataDir) => sqliteSink(database(dataDir)),
  open: (dataDir) => openSqliteStore({ path: database(dataDir), ballast: join(dataDir, 'ballast') }),
}))
