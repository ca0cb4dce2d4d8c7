import { after, before } from 'node:test'
import { Client } from 'pg'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { collectionTests } from '../model/collection.ts'
import { randomHistories } from '../model/random-histories.ts'
import { uploadTests } from '../model/uploads.ts'
import type { Facts } from '../model/world.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())

async function factsInPostgres(): Promise<Facts> {
  const url = await server.database()
  return {
    // The model's clock is made up, so it judges.
    open: () => openPostgresStore({ url, connections: 4, judge: 'caller' }),
    overwrite: async (storageKey, bytes) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query('UPDATE object SET bytes = $1 WHERE storage_key = $2', [bytes, storageKey])
      await client.end()
    },
  }
}

randomHistories('PostgreSQL and files', Number(process.env.TEST_HISTORIES ?? 30), factsInPostgres)
collectionTests('PostgreSQL and files', factsInPostgres)
uploadTests('PostgreSQL and files', factsInPostgres)
