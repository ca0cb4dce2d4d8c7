// Servers whose clocks differ, before a database and a bucket whose clocks differ more.
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Client as Database } from 'pg'
import { Client } from '../faults/client.ts'
import type { Server, Surroundings } from '../faults/server.ts'
import { Fleet } from './fleet.ts'
import { PatientClient } from './patient-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { type RadosgwServer, startRadosgw } from './radosgw.ts'

/** Further from the bucket's than it takes of whoever signs by a clock of their own. */
const databaseAhead = 20 * 60
/** All that is allowed, nearly. */
const apart = [50, 0, -50]

/** The wall clock alone; what has elapsed is as it is. */
function ahead(seconds: number): Record<string, string> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
  assert.ok(library, 'libfaketime is not installed: npm run test:stores installs it (Debian, as root)')
  return { LD_PRELOAD: library, FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

let postgres: PostgresServer
let store: RadosgwServer
let fleet: Fleet
before(async () => {
  postgres = await startPostgres({ variables: ahead(databaseAhead) })
  store = await startRadosgw()
  Object.assign(process.env, store.environment)
  const surroundings = (index: number): Surroundings => ({ variables: ahead(databaseAhead + (apart[index] ?? 0)) })
  fleet = await Fleet.start(await postgres.database(), 3, {
    blobs: store.url(await store.make()),
    settings: { gcInterval: '300ms', gcLease: '5s' },
    surroundings,
  })
})
after(async () => {
  await fleet?.stop()
  postgres?.stop()
  store?.stop()
})

async function databaseSeconds(): Promise<number> {
  const database = new Database({ connectionString: fleet.url })
  await database.connect()
  const { rows } = await database.query<{ now: string }>('SELECT extract(epoch FROM clock_timestamp()) AS now')
  await database.end()
  return Number(rows[0]?.now)
}

test('a token of any server is good at each other, and its times are the database’s', async () => {
  assert.ok((await databaseSeconds()) > Date.now() / 1000 + databaseAhead - 5, 'the database’s clock is another')
  for (const issuer of fleet.servers) {
    const earliest = await databaseSeconds()
    const asked = await new Client(issuer, fleet.password).send('GET', '/oauth2/token?service=localhost:5000&scope=registry:catalog:*')
    assert.equal(asked.status, 200, asked.body.toString())
    const latest = await databaseSeconds()
    const { access_token: token } = JSON.parse(asked.body.toString()) as { access_token: string }
    const { iat, nbf, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, number>
    // Whole seconds, and what is known of another clock is as good as the way to it; the servers' own are fifty off.
    assert.ok(Number(iat) >= earliest - 2 && Number(iat) <= latest + 2, `${iat} is not between ${earliest} and ${latest}`)
    assert.ok(Number(nbf) <= Number(iat) && Number(exp) > latest)
    for (const server of fleet.servers) {
      const headers = { authorization: `Bearer ${token}` }
      assert.equal((await new Client(server, fleet.password).send('GET', '/v2/_catalog', { headers })).status, 200)
    }
  }
})

test('an upload goes on at whatever server, and nothing that was pushed is collected', async () => {
  const client = new PatientClient(fleet.servers, fleet.password)
  const workers = [0, 1, 2]
  await Promise.all(workers.map((worker) => client.push(`team/w${worker}`, () => client.sum.pushes >= 12)))
  assert.equal(client.sum.again, 0, 'nobody was told to come again')
  await client.checkAll(fleet.url)
})

test('a server whose clock is minutes off is refused by name', async () => {
  const server: Server = await fleet.tryToBegin(3, { variables: ahead(databaseAhead - 5 * 60) })
  assert.notEqual(await server.ended, 0)
  assert.match(server.log, /the clocks of this machine and of the database differ by (29\d|30\d) s/)
})
