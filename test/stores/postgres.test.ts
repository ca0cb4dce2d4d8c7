import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { columnTypes } from '#adapters/postgres/column-types.ts'
import { PostgresReader } from '#adapters/postgres/connection.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { twoStoresContract } from '#ports/own-changes.contract.ts'
import { databaseClockContract } from '#ports/database-clock.contract.ts'
import { allowedSkew } from '#ports/leases.ts'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import { writtenHereReadThere } from '#store/kept-is-true.contract.ts'
import { twoServersTests } from '../model/upload-owners.ts'
import { Client, Pool, type PoolClient } from 'pg'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
let empty: string

// The tables are made once; each test gets a copy.
before(async () => {
  server = await startPostgres()
  empty = await server.database()
  await (await openPostgresStore({ url: empty, connections: 1 })).close()
})
after(() => server.stop())

const open = async (judge: 'caller' | 'database') => openPostgresStore({ url: await server.copyOf(empty), connections: 8, judge })

// The contract's times are made up, so the caller's clock judges; what the database's does is told by a contract of its own.
metadataStoreContract('postgres', async () => {
  const url = await server.copyOf(empty)
  const own = await openPostgresStore({ url, connections: 8, judge: 'caller' })
  const other = await openPostgresStore({ url, connections: 4, judge: 'caller' })
  const pool = new Pool({ connectionString: url, max: 1, types: columnTypes })
  const close = async () => {
    await Promise.all([pool.end(), other.close(), own.close()])
  }
  return writtenHereReadThere({ own, other, database: new PostgresReader(pool as unknown as PoolClient, 'caller'), close })
})
databaseClockContract('postgres', () => open('database'), Date.now)

twoStoresContract('postgres', async () => {
  const url = await server.copyOf(empty)
  return [await openPostgresStore({ url, connections: 4 }), await openPostgresStore({ url, connections: 4 })]
})

twoServersTests('PostgreSQL and a store of objects', async () => {
  const bytes = openMemoryBlobStore()
  return { store: await open('database'), blobs: [bytes, openMemoryBlobStore(bytes)] }
})

test('postgres: no event is given out while a transaction runs that may come before it', async () => {
  const url = await server.copyOf(empty)
  const store = await openPostgresStore({ url, connections: 4 })
  const slow = new Client({ connectionString: url })
  await slow.connect()
  try {
    const note = (repository: string) =>
      store.noteEvents({ events: [{ kind: 'manifest.pulled', registryId: 1, by: null, details: { repository, digest: 'sha256:x' } }] })
    const told = async (after = '') =>
      (await store.events({ registryId: 1, after, limit: 10 })).map(({ details }) => Object.values(details)[0])
    await note('first')
    await slow.query('BEGIN')
    // Its number is given out here, before that of the second, and it is committed after it.
    await slow.query(
      `INSERT INTO event (registry_id, kind, details, at) VALUES (1, 'manifest.pulled', '{"repository":"slow","digest":"sha256:x"}', 0)`,
    )
    await note('second')
    assert.deepEqual(await told(), ['first'])
    await slow.query('COMMIT')
    assert.deepEqual(await told(), ['first', 'slow', 'second'])
  } finally {
    await slow.end()
    await store.close()
  }
})

for (const [way, off] of [
  ['ahead', 62_000],
  ['behind', -62_000],
] as const)
  test(`postgres: no store is opened for a server whose clock is a minute ${way}, and one whose clock goes there writes nothing`, async () => {
    const clock: { off: number } = { off }
    const now = () => Date.now() + clock.off
    const url = await server.copyOf(empty)
    const opened = () => openPostgresStore({ url, connections: 2, now })
    await assert.rejects(opened(), { reason: 'clock-off', detail: { seconds: 62, allowed: 60 } })
    clock.off = off * 0.9
    const store = await opened()
    try {
      assert.equal(store.skew, allowedSkew)
      const tenant = { id: 'one', domain: 'one.example' }
      clock.off = off
      await assert.rejects(store.putTenant(tenant), { failure: 'storage-failed', message: /differ by 62 s/ })
      assert.equal(await store.tenant(), undefined)
      clock.off = 0
      await store.putTenant(tenant)
      assert.deepEqual(await store.tenant(), tenant)
    } finally {
      await store.close()
    }
  })
