import { existsSync, rmSync } from 'node:fs'
import type { Dialect, Migration } from '#store/migrations/migration.ts'
import { NewerDatabase } from '#ports/newer-database.ts'
import { migrations } from '#store/schema.ts'
import { makePrivate } from './private-file.ts'
import type { SqliteConnection } from './connection.ts'

export const dialect: Dialect = {
  identity: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  text: 'TEXT',
  bytes: 'BLOB',
  bigint: 'INTEGER',
  // One writer at a time: what is written later is committed later.
  transactionId: 'INTEGER NOT NULL DEFAULT 0',
  clustered: ' WITHOUT ROWID',
  own: [],
}

/**
 * Brings the database to the newest schema: a copy first (`<file>.before-<version>`), then each migration in a
 * transaction of its own. A crash leaves the old schema or a new one, never a mixture.
 */
export function migrate(connection: SqliteConnection, copyTo: string | undefined, steps: readonly Migration[] = migrations): void {
  const { database } = connection
  const newest = steps.at(-1)?.version ?? 0
  database.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
  const found = connection.get<{ version: number }>('SELECT MAX(version) AS version FROM schema_version')?.version ?? 0
  if (found > newest) throw new NewerDatabase(found, newest)
  if (found === newest) return
  if (found > 0 && copyTo !== undefined) {
    const copy = `${copyTo}.before-${newest}`
    if (existsSync(copy)) rmSync(copy)
    makePrivate(copy)
    connection.run('VACUUM INTO ?', copy)
    connection.failpoint('migration.after-copy')
  }
  for (const step of steps.filter((each) => each.version > found)) {
    database.exec('BEGIN IMMEDIATE')
    try {
      for (const statement of step.statements(dialect)) database.exec(statement)
      connection.failpoint('migration.in-transaction')
      connection.run('INSERT INTO schema_version (version) VALUES (?)', step.version)
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
    connection.failpoint('migration.after-commit')
  }
}
