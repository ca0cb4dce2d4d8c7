// One process of the database is killed: it begins anew by itself, without a start, and gives numbers of transactions a second time. And who
// told the database to answer a COMMIT before it is on the disk is not obeyed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { ChangeLog, commitTelling } from '#adapters/postgres/change-log.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { type Changed, Epochs } from '#store/epochs.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
before(async () => {
  // What ended without a commit reaches the disk late.
  server = await startPostgres({ durable: true, settings: ['wal_writer_delay=10s', 'autovacuum=off'] })
})
after(() => server.stop())

async function connect(url: string): Promise<Client> {
  for (;;) {
    const client = new Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch {
      await client.end().catch(() => {})
      await pause(20)
    }
  }
}

const startOf = async (client: Client) => (await client.query<{ at: string }>('SELECT pg_postmaster_start_time()::text AS at')).rows[0]?.at

test('a change whose number was seen before, of a transaction that a crash took back, is told', async () => {
  const url = await server.database()
  await (await openPostgresStore({ url, connections: 2 })).close()
  let client = await connect(url)
  const asking = {
    ask: async <Asked>(columns: string, values: readonly (string | null)[]) =>
      (await client.query(`SELECT ${columns}`, [...values])).rows[0] as Asked,
  }
  const epochs = new Epochs()
  const log = new ChangeLog(asking, epochs)
  const about: Changed = { what: 'control', hash: 0 }
  await client.query('BEGIN; SELECT pg_current_xact_id()')
  await client.query(commitTelling([about]))
  for (let many = 0; many < 20; many++) await client.query('BEGIN; SELECT pg_current_xact_id(); ROLLBACK')
  await log.read()
  const seen = log.seen?.snapshot ?? ''
  const started = await startOf(client)
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
  await client.query('SELECT 1').catch(() => {})
  client = await connect(url)
  assert.equal(await startOf(client), started, 'it was not started, it began anew by itself')
  const epoch = epochs.control()
  await client.query('BEGIN')
  const again = await client.query('SELECT pg_visible_in_snapshot(pg_current_xact_id(), $1::pg_snapshot) AS seen', [seen])
  assert.deepEqual(again.rows, [{ seen: true }], 'the number was given before')
  await client.query(commitTelling([about]))
  await log.read()
  assert.notEqual(epochs.control(), epoch)
  await client.end()
})

test('who waits for a lock has not all connections: what is read is answered meanwhile', async () => {
  const url = await server.database()
  const store = await openPostgresStore({ url, connections: 4 })
  const holder = await connect(url)
  const word = { keyCheck: 'word', begun: true, ownerSealed: null, passwordsShown: true }
  try {
    await store.putInstallation(word)
    await holder.query('BEGIN; SELECT FROM installation FOR UPDATE')
    const writers = Array.from({ length: 12 }, () => store.putInstallation(word))
    const settled = Promise.allSettled(writers)
    const first = Promise.any([store.installation().then(() => 'reader'), settled.then(() => 'writers')])
    assert.equal(await first, 'reader')
    await holder.query('COMMIT')
    assert.ok((await settled).every(({ status }) => status === 'fulfilled'))
  } finally {
    await holder.end()
    await store.close()
  }
})
