// kill -9 in the middle of a migration: the old schema or the new one, never a mixture, and a way back.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { schemaVersion } from '#store/schema.ts'
import type { FailpointName } from '#ports/failpoint.ts'
import { checkServed, checkStored, resumeSessions } from './check.ts'
import { Ledger } from './ledger.ts'
import { checkDatabase } from './stored.ts'
import { launch, showPassword, startServer } from './server.ts'
import { scribeOf, type World } from './world.ts'

type MigrationPoint = Extract<FailpointName, `migration.${string}`>

const child = fileURLToPath(new URL('./migrate-child.ts', import.meta.url))

export const isMigration = (name: FailpointName): name is MigrationPoint => name.startsWith('migration.')

/** @param world a copy, whose database is of today's version */
export async function killMigration(name: MigrationPoint, world: World): Promise<void> {
  const database = join(world.dataDir, 'longshore.db')
  const copy = `${database}.before-${schemaVersion + 1}`
  assert.equal(migrateFurther(database, `${name}=kill`), 'SIGKILL', `the migration did not die at ${name}`)
  checkDatabase(database)
  const done = name === 'migration.after-commit'
  assert.deepEqual(schemaOf(database), { version: done ? schemaVersion + 1 : schemaVersion, hasNext: done })
  checkDatabase(copy)
  assert.deepEqual(schemaOf(copy), { version: schemaVersion, hasNext: false })
  if (!done) await checkWorld(world)
  // The newer program takes it up again; this one refuses what it cannot open, and goes on with the copy.
  assert.equal(migrateFurther(database), 0)
  assert.deepEqual(schemaOf(database), { version: schemaVersion + 1, hasNext: true })
  const refused = await launch(world.dataDir)
  assert.notEqual(await refused.ended, 0)
  assert.match(refused.log, new RegExp(`version ${schemaVersion + 1}`))
  for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true })
  copyFileSync(copy, database)
  await checkWorld(world)
  await checkStored(world.dataDir)
  if (name !== 'migration.after-copy') await killFirstStart(name, join(world.folder, 'first'))
}

/** The first start of all is a migration too. */
async function killFirstStart(name: MigrationPoint, dataDir: string): Promise<void> {
  const dying = await launch(dataDir, { FAILPOINT: `${name}=kill` })
  assert.equal(await dying.ended, 'SIGKILL')
  assert.ok(existsSync(join(dataDir, 'longshore.db')))
  const server = await startServer(dataDir)
  try {
    const scribe = scribeOf({ password: await showPassword(dataDir), ledger: new Ledger() }, server)
    await scribe.pushImage('first/image', 'v1', [Buffer.from('first')])
    await checkServed(scribe.client, scribe.ledger)
  } finally {
    await server.kill()
  }
  await checkStored(dataDir)
}

async function checkWorld(world: World): Promise<void> {
  const server = await startServer(world.dataDir)
  try {
    const scribe = scribeOf(world, server)
    await checkServed(scribe.client, world.ledger)
    // The copy was made before, so a session that was taken up is open again there.
    const sessions = [...world.ledger.sessions].map((each) => ({ ...each }))
    assert.ok((await resumeSessions(scribe)) > 0 || sessions.length === 0)
  } finally {
    await server.kill()
  }
}

function migrateFurther(database: string, failpoint?: string): NodeJS.Signals | number | null {
  const { signal, status, stderr } = spawnSync(process.execPath, [child, database, ...(failpoint ? [failpoint] : [])], { encoding: 'utf8' })
  assert.ok(signal || status === 0, stderr)
  return signal ?? status
}

function schemaOf(path: string): { version: number; hasNext: boolean } {
  const database = new DatabaseSync(path)
  try {
    const version = database.prepare('SELECT MAX(version) AS version FROM schema_version').get()?.version
    const table = database.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'next'`).get()
    const column = database.prepare(`SELECT 1 FROM pragma_table_info('repository') WHERE name = 'next'`).get()
    assert.equal(table === undefined, column === undefined, 'half of a migration')
    return { version: Number(version), hasNext: table !== undefined }
  } finally {
    database.close()
  }
}
