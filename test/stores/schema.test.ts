import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
let client: Client
before(async () => {
  server = await startPostgres()
  const url = await server.database()
  await (await openPostgresStore({ url, connections: 1 })).close()
  client = new Client({ connectionString: url })
  await client.connect()
})
after(async () => {
  await client.end()
  server.stop()
})

test('each text of the tables is compared byte by byte, whatever the database’s own order is', async () => {
  const { rows } = await client.query<{ place: string; collation: string | null }>(
    `SELECT table_name || '.' || column_name AS place, collation_name AS collation FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'character')`,
  )
  assert.ok(rows.length > 60)
  assert.deepEqual(
    rows.filter((row) => row.collation !== 'C').map((row) => row.place),
    [],
  )
})

test('what grows without end, and each time, has eight bytes', async () => {
  const { rows } = await client.query<{ place: string }>(
    `SELECT table_name || '.' || column_name AS place FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'integer' AND column_name ~ '(_id|_at|_until|_after|^seq|^used|^reserved|_start)$'`,
  )
  assert.deepEqual(rows, [])
})
