import { after, before } from 'node:test'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { twoStoresContract } from '#ports/control-epoch.contract.ts'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
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

metadataStoreContract('postgres', async () => openPostgresStore({ url: await server.copyOf(empty), connections: 8 }))

twoStoresContract('postgres', async () => {
  const url = await server.copyOf(empty)
  return [await openPostgresStore({ url, connections: 4 }), await openPostgresStore({ url, connections: 4 })]
})
