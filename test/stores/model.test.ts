import { after, before } from 'node:test'
import { Client } from 'pg'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { checksumBlock } from '#ports/blob-store.ts'
import { collectionTests } from '../model/collection.ts'
import { randomHistories } from '../model/random-histories.ts'
import { uploadTests } from '../model/uploads.ts'
import type { Facts, Places } from '../model/world.ts'
import { prefixOf } from '../world/database.ts'
import { objectsIn } from './bucket-objects.ts'
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

/** As small as a store of the tests takes them: what is larger than a few blocks has several. */
const partSize = checksumBlock

/** With TEST_BLOBS the bytes are in that bucket, else in the world's folder. */
async function placesOf(): Promise<Places> {
  const prefix = prefixOf()
  return { facts: await factsInPostgres(), ...(prefix === undefined ? {} : { objects: await objectsIn(prefix, { partSize }) }) }
}

const on = `PostgreSQL and ${process.env.TEST_BLOBS?.replace(/:.*/, '') ?? 'files'}`
randomHistories(on, Number(process.env.TEST_HISTORIES ?? 18), placesOf)
collectionTests(on, placesOf)
uploadTests(on, placesOf)
