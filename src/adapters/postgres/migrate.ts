import type { ClientBase } from 'pg'
import { NewerDatabase } from '#ports/newer-database.ts'
import { migrations } from '#store/schema.ts'
import { dialect } from './dialect.ts'

// Any number that nobody else takes in a database of ours.
const migrationLock = 7_203_021_776

/** Brings the database to the newest schema, all of it or nothing, however many servers start at once. Throws NewerDatabase. */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    await client.query('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
    const { rows } = await client.query<{ version: number | null }>('SELECT MAX(version) AS version FROM schema_version')
    const found = rows[0]?.version ?? 0
    const newest = migrations.at(-1)?.version ?? 0
    if (found > newest) throw new NewerDatabase(found, newest)
    for (const step of migrations.filter((each) => each.version > found)) {
      for (const statement of step.statements(dialect)) await client.query(statement)
      await client.query('INSERT INTO schema_version (version) VALUES ($1)', [step.version])
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}
