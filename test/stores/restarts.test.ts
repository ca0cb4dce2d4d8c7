// The database ends and begins again, and its connections are cut, while three servers are pushed to and pulled from. RESTARTS=200 for a night's run.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client as Database } from 'pg'
import { Client } from '../faults/client.ts'
import { Fleet } from './fleet.ts'
import { PatientClient } from './patient-client.ts'
import { type Ending, type PostgresServer, startPostgres } from './postgres-server.ts'

const rounds = Number(process.env.RESTARTS ?? 6)
const pushers = 4
const endings: readonly Ending[] = ['fast', 'immediate', 'killed']

let postgres: PostgresServer
let fleet: Fleet
before(async () => {
  postgres = await startPostgres({ durable: true })
  fleet = await Fleet.start(await postgres.database(), 3)
})
after(async () => {
  await fleet.stop()
  postgres.stop()
})

/** Meanwhile images are pushed and pulled; in the end all of them are there, and the servers answer by themselves. */
async function underLoad(what: string, work: () => Promise<void>): Promise<void> {
  const client = new PatientClient(fleet.servers, fleet.password, 400)
  let over = false
  const load = Promise.all(Array.from({ length: pushers }, (_, worker) => client.push(`team/${what}${worker}`, () => over, 20_000)))
  for (let round = 0; round < rounds; round++) {
    const reached = client.sum.pushes + pushers
    while (client.sum.pushes < reached) await Promise.race([load, pause(10)])
    await work()
  }
  over = true
  await load
  for (const server of fleet.servers) {
    assert.ok(server.alive, server.log)
    const answer = await new Client(server, fleet.password).send('GET', '/v2/_catalog')
    assert.equal(answer.status, 200, answer.body.toString())
  }
  await client.checkAll(fleet.url)
  const { pushes, pulls, again } = client.sum
  console.log(`${what}: ${rounds} times; pushes ${pushes}, pulls ${pulls}, requests sent again ${again}, lost: 0`)
}

test('the database is restarted, in a hurry and killed too: whoever comes again ends every push', async () => {
  let round = 0
  await underLoad('restarts', async () => {
    postgres.end(endings[round++ % endings.length] ?? 'fast')
    postgres.begin()
  })
})

test('connections are cut: whoever comes again ends every push', async () => {
  const operator = new Database({ connectionString: fleet.url })
  await operator.connect()
  await underLoad('cuts', async () => {
    const { rows } = await operator.query<{ cut: number }>(
      'SELECT count(pg_terminate_backend(pid))::int AS cut FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    assert.ok(rows[0]?.cut)
  })
  await operator.end()
})

test('what is to be done after a request is done though the database ends meanwhile', async () => {
  const [server] = fleet.servers
  assert.ok(server)
  const client = new PatientClient(fleet.servers, fleet.password, 400)
  let pushes = 0
  await client.push('gone/app', () => pushes++ === 3, 20_000)
  assert.equal((await new Client(server, fleet.password).send('DELETE', '/acr/v1/gone/app')).status, 202)
  postgres.end('killed')
  postgres.begin()
  const undone = async () => {
    const database = new Database({ connectionString: fleet.url })
    await database.connect()
    const { rows } = await database.query<{ left: number }>(`SELECT count(*)::int AS left FROM repository WHERE state <> 'live'`)
    await database.end()
    return rows[0]?.left ?? 0
  }
  while ((await undone()) > 0) await pause(50)
  assert.equal((await client.ask('GET', '/v2/gone/app/tags/list')).status, 404)
})
