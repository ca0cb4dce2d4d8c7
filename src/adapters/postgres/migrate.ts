import { setTimeout as pause } from 'node:timers/promises'
import { type Client, DatabaseError } from 'pg'
import { NewerDatabase } from '#ports/newer-database.ts'
import type { Migration } from '#store/migrations/migration.ts'
import { migrations } from '#store/schema.ts'
import { localSettings } from './connections.ts'
import { dialect } from './dialect.ts'
import { beginAlone, migrationLock, versionLock } from './locks.ts'

/** That a statement waits for who uses its table: those that want it wait behind it as long. In milliseconds. */
const longestLock = 2_000
const mostTries = 60
const betweenTries = 500
const lockNotAvailable = '55P03'

/**
 * Brings the database to the newest schema, all of it or nothing, however many servers start at once, beside others that serve. One of a newer program
 * is left as it is, and is good where its migrations say that this one may run on it. Throws NewerDatabase.
 */
export async function migrate(client: Client, steps: readonly Migration[] = migrations): Promise<void> {
  for (let tries = 1; ; tries++) {
    await beginAlone(client, migrationLock)
    try {
      await migrateAlone(client, steps)
      await client.query('COMMIT')
      return
    } catch (error) {
      await client.query('ROLLBACK')
      if (!(error instanceof DatabaseError && error.code === lockNotAvailable) || tries === mostTries) throw error
    }
    await pause(betweenTries)
  }
}

async function migrateAlone(client: Client, steps: readonly Migration[]): Promise<void> {
  await client.query('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, opens_from INTEGER NOT NULL)')
  const { rows } = await client.query<{ version: number | null; opensFrom: number | null }>(
    'SELECT MAX(version) AS version, MAX(opens_from) AS "opensFrom" FROM schema_version',
  )
  const found = { version: rows[0]?.version ?? 0, opensFrom: rows[0]?.opensFrom ?? 0 }
  const newest = steps.at(-1)?.version ?? 0
  if (found.opensFrom > newest) throw new NewerDatabase(found.version, newest)
  const due = steps.filter((each) => each.version > found.version)
  if (due.length === 0) return
  await client.query(localSettings({ lock_timeout: longestLock }).join('; '))
  // Whoever may not run on what comes has ended what it was at, and finds itself refused with the next.
  if (due.some(({ opensFrom }) => opensFrom > found.opensFrom)) await client.query('SELECT pg_advisory_xact_lock($1)', [versionLock])
  for (const step of due) {
    for (const statement of step.statements(dialect)) await client.query(statement)
    await client.query('INSERT INTO schema_version (version, opens_from) VALUES ($1, $2)', [step.version, step.opensFrom])
  }
}
