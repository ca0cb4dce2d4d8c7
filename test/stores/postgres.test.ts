import { after, before } from 'node:test'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { twoStoresContract } from '#ports/control-epoch.contract.ts'
import { databaseClockContract } from '#ports/database-clock.contract.ts'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import { twoServersTests } from '../model/upload-owners.ts'
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
metadataStoreContract('postgres', () => open('caller'))
databaseClockContract('postgres', () => open('database'), Date.now)

twoStoresContract('postgres', async () => {
  const url = await server.copyOf(empty)
  return [await openPostgresStore({ url, connections: 4 }), await openPostgresStore({ url, connections: 4 })]
})

twoServersTests('PostgreSQL and a store of objects', async () => {
  const bytes = openMemoryBlobStore()
  return { store: await open('database'), blobs: [bytes, openMemoryBlobStore(bytes)] }
})
