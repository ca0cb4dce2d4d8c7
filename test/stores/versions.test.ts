// Servers of this version and of the next on one database, as an upgrade one by one has them. VERSIONS_SECONDS=600 for longer.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client as Database } from 'pg'
import { schemaVersion } from '#store/schema.ts'
import { Client } from '../faults/client.ts'
import { isReady, type Server, type Surroundings } from '../faults/server.ts'
import { Fleet } from './fleet.ts'
import { PatientClient } from './patient-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const seconds = Number(process.env.VERSIONS_SECONDS ?? 3)
const pushers = 3

const next = (migration: 'additive' | 'breaking'): Surroundings => ({
  flags: ['--import', fileURLToPath(new URL('./next-version.ts', import.meta.url))],
  variables: { NEXT_MIGRATION: migration },
})

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

async function versionsOf(url: string): Promise<unknown[]> {
  const database = new Database({ connectionString: url })
  await database.connect()
  const { rows } = await database.query('SELECT version, opens_from FROM schema_version ORDER BY version')
  await database.end()
  return rows
}

test('servers are replaced one by one by those of a version that adds to the database, and every push and pull is right', async () => {
  const fleet = await Fleet.start(await postgres.database(), 3)
  try {
    const client = new PatientClient(fleet.servers, fleet.password)
    let over = false
    const load = Array.from({ length: pushers }, (_, worker) => client.push(`team/w${worker}`, () => over))
    const upgrade = async () => {
      const step = async () => {
        const reached = client.sum.pushes + seconds * 2
        while (client.sum.pushes < reached) await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await step()
      // Two new ones at once: one of them changes the database.
      await Promise.all([0, 1].map(async (index) => (await fleet.servers[index]?.stop(), fleet.begin(index, next('additive')))))
      assert.deepEqual(await versionsOf(fleet.url), [
        { version: schemaVersion, opens_from: schemaVersion },
        { version: schemaVersion + 1, opens_from: schemaVersion },
      ])
      await step()
      // A cluster may start one of the version before anew meanwhile.
      await fleet.servers[2]?.kill()
      await fleet.begin(2)
      await step()
      await fleet.servers[2]?.stop()
      await fleet.begin(2, next('additive'))
      await step()
    }
    await upgrade().finally(() => (over = true))
    await Promise.all(load)
    await client.checkAll(fleet.url)
    console.log(
      `two versions: pushes ${client.sum.pushes}, pulls ${client.sum.pulls}, requests sent again ${client.sum.again}, wrong answers: 0`,
    )
  } finally {
    await fleet.stop()
  }
})

test('a version that the one before may not run beside is served by itself alone from its start on', async () => {
  const fleet = await Fleet.start(await postgres.database(), 2)
  try {
    const [old, newer] = fleet.servers as [Server, Server]
    const ask = (server: Server, path: string) => new Client(server, fleet.password).send('GET', path)
    const client = new PatientClient(fleet.servers, fleet.password)
    let over = false
    const load = client.push('team/app', () => over)
    await newer.stop()
    const started = await fleet.begin(1, next('breaking'))
    for (const path of ['/v2/', '/v2/_catalog', '/v2/team/app/tags/list']) {
      const refused = await ask(old, path)
      assert.equal(refused.status, 503, path)
      assert.ok(Number(refused.headers['retry-after']) > 0)
    }
    assert.equal((await ask(started, '/v2/_catalog')).status, 200)
    while (await isReady(old)) await new Promise((resolve) => setTimeout(resolve, 20))
    const reached = client.sum.pushes + 2
    while (client.sum.pushes < reached) await new Promise((resolve) => setTimeout(resolve, 20))
    over = true
    await load
    await client.checkAll(fleet.url).then(
      () => assert.fail('this program opened it'),
      (error: Error) => assert.match(error.message, new RegExp(`schema version ${schemaVersion + 1}`)),
    )
    await old.kill()
    const again = await fleet.tryToBegin(0)
    assert.notEqual(await again.ended, 0)
    assert.match(again.log, new RegExp(`schema version ${schemaVersion + 1}`))
  } finally {
    await fleet.stop()
  }
})
