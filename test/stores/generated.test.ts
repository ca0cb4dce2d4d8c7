import { after, before } from 'node:test'
import { postgresSink } from '../../bench/size/sinks.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { generatedTests } from '../world/generated.ts'
import { type PostgresServer, postgresProgram, startPostgres } from './postgres-server.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

generatedTests('PostgreSQL', async () => {
  const store = await postgres.database()
  return {
    flags: { store },
    sink: () => postgresSink(store, postgresProgram('psql')),
    open: () => openPostgresStore({ url: store, connections: 4 }),
  }
})
