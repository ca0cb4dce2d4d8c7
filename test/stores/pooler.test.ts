// pgbouncer between the servers and PostgreSQL: in which modes it works, and what is said of the one in which it cannot.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client as Database } from 'pg'
import { openPostgresNewPlace } from '#adapters/postgres/move-end.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { Refusal } from '#core/refusal.ts'
import { putRegistry } from '#ports/metadata-scene.contract.ts'
import { Fleet } from './fleet.ts'
import { PatientClient } from './patient-client.ts'
import { startPooler } from './pooler-server.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

for (const pool of [
  { mode: 'transaction', connections: 2, forgets: false },
  { mode: 'transaction', connections: 2, forgets: true },
  { mode: 'session', connections: 40, forgets: false },
] as const)
  test(`${pool.mode} mode, the parameters of a session ${pool.forgets ? 'forgotten' : 'refused'}: three servers of ${pool.connections} connections`, async () => {
    const pooler = await startPooler(postgres.address, pool)
    const plain = await postgres.database()
    const url = plain.replace(postgres.address, pooler.address)
    // All three begin at once: more of them wait for the first than there are connections.
    const fleet = await Fleet.start(url, 3)
    try {
      const client = new PatientClient(fleet.servers, fleet.password)
      const workers = [0, 1, 2, 3]
      const load = (worker: number) => client.push(`team/w${worker}`, () => client.sum.pushes >= 16, 20_000)
      await Promise.all(workers.map(load))
      assert.equal(client.sum.again, 0, 'nobody was told to come again')
      await client.checkAll(plain)
      // What one changes, the next read at another sees.
      const [one, other] = [await openPostgresStore({ url, connections: 4 }), await openPostgresStore({ url: plain, connections: 4 })]
      try {
        for (let round = 0; round < 20; round++) {
          const [writer, reader] = round % 2 ? [one, other] : [other, one]
          await reader.registry('local')
          await putRegistry(writer, 'local', { anonymousPull: round % 4 < 2 })
          assert.equal((await reader.registry('local'))?.anonymousPull, round % 4 < 2)
        }
        await boundedLocks(one, plain)
      } finally {
        await one.close()
        await other.close()
      }
    } finally {
      await fleet.stop()
      pooler.stop()
    }
  })

/** A command waits for a row no longer than it would without a pooler, whose sessions know nothing of our limits. */
async function boundedLocks(store: Awaited<ReturnType<typeof openPostgresStore>>, plain: string): Promise<void> {
  // What a session sees of others stays as it is within a transaction.
  const [holder, watcher] = [new Database({ connectionString: plain }), new Database({ connectionString: plain })]
  await Promise.all([holder.connect(), watcher.connect()])
  await holder.query('BEGIN')
  await holder.query(`SELECT 1 FROM registry WHERE name = 'local' FOR UPDATE`)
  const blocked = putRegistry(store, 'local', {}).catch((error: Error) => error)
  const waitsSince = async () => {
    const { rows } = await watcher.query<{ since: string }>(
      `SELECT xact_start::text AS since FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows[0]?.since
  }
  let first: string | undefined
  while ((first = await waitsSince()) === undefined) await pause(10)
  // Its own limit ends the wait, and then it is tried again, in another transaction.
  let later: string | undefined
  while ((later = await waitsSince()) === undefined || later === first) await pause(10)
  await holder.query('ROLLBACK')
  await Promise.all([holder.end(), watcher.end()])
  assert.ok(!((await blocked) instanceof Error))
}

for (const pool of [
  { mode: 'transaction', connections: 2, forgets: false },
  { mode: 'transaction', connections: 2, forgets: true },
] as const)
  test(`a move names the database itself: through ${pool.forgets ? 'a pooler that forgets' : 'a pooler'} it is refused, and leaves no lock behind`, async () => {
    const pooler = await startPooler(postgres.address, pool)
    const url = await postgres.database()
    const direct = new Database({ connectionString: url })
    try {
      const through = openPostgresNewPlace({ url: url.replace(postgres.address, pooler.address) }, 'the pooler')
      await assert.rejects(through, (error: unknown) => error instanceof Refusal && error.reason === 'move-pooler')
      await direct.connect()
      const held = await direct.query(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      )
      assert.deepEqual(held.rows, [])
      const end = await openPostgresNewPlace({ url }, 'the database')
      await end.close()
    } finally {
      await direct.end()
      pooler.stop()
    }
  })

test('statement mode is refused at the start', async () => {
  const pooler = await startPooler(postgres.address, { mode: 'statement', connections: 4 })
  try {
    const url = (await postgres.database()).replace(postgres.address, pooler.address)
    await assert.rejects(
      openPostgresStore({ url, connections: 2 }),
      (error) => error instanceof Refusal && error.reason === 'database-away' && /statement pooling mode/.test(String(error.detail.found)),
    )
  } finally {
    pooler.stop()
  }
})
