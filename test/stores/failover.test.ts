// A standby takes over while three servers are pushed to and pulled from, and the old primary comes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client as Database, type PoolClient } from 'pg'
import { Connections } from '#adapters/postgres/connections.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { putRegistry, Scene } from '#ports/metadata-scene.contract.ts'
import { Client } from '../faults/client.ts'
import { Fleet } from './fleet.ts'
import { startMovingAddress } from './moving-address.ts'
import { PatientClient } from './patient-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

async function ask(server: PostgresServer, ...statements: string[]): Promise<void> {
  const database = new Database({ connectionString: `postgres://postgres@${server.address}/postgres` })
  await database.connect()
  for (const statement of statements) await database.query(statement)
  await database.end()
}

const bothOf = (url: string, first: string, second: string): string => url.replace(first, `${first},${second}`)

/** A primary that acknowledges nothing that its standby has not. */
async function pair(): Promise<{ primary: PostgresServer; standby: PostgresServer; stop(): void }> {
  const primary = await startPostgres({ durable: true })
  const standby = await startPostgres({ durable: true, standbyOf: primary })
  await ask(primary, `ALTER SYSTEM SET synchronous_standby_names = 'standby'`, 'SELECT pg_reload_conf()')
  const stop = () => {
    primary.stop()
    standby.stop()
  }
  return { primary, standby, stop }
}

for (const by of ['two hosts in the URL', 'an address that moves'] as const)
  test(`a standby is promoted, with ${by}: what was acknowledged is there, and the old primary is asked for nothing`, async () => {
    const { primary, standby, stop } = await pair()
    const address = await startMovingAddress(primary.address)
    const plain = await primary.database()
    const url =
      by === 'an address that moves' ? plain.replace(primary.address, address.address) : bothOf(plain, primary.address, standby.address)
    const fleet = await Fleet.start(`${url}?target_session_attrs=read-write`, 3)
    try {
      const client = new PatientClient(fleet.servers, fleet.password, 600)
      let over = false
      const load = Promise.all([0, 1, 2].map((worker) => client.push(`team/w${worker}`, () => over, 20_000)))
      const step = async () => {
        const reached = client.sum.pushes + 6
        while (client.sum.pushes < reached) await Promise.race([load, pause(10)])
      }
      await step()
      primary.end('killed')
      standby.promote()
      address.move(standby.address)
      await step()
      over = true
      await load
      // Not fenced: it takes writes, and nobody has told it of the other.
      primary.begin()
      await ask(primary, `ALTER SYSTEM SET synchronous_standby_names = ''`, 'SELECT pg_reload_conf()')
      standby.end('fast')
      address.move(primary.address)
      for (let round = 0; round < 6; round++)
        for (const server of fleet.servers) {
          const answer = await new Client(server, fleet.password).send('GET', '/v2/_catalog')
          assert.equal(answer.status, 503, 'the old primary was asked')
        }
      standby.begin()
      address.move(standby.address)
      await client.checkAll(plain.replace(primary.address, standby.address))
      console.log(
        `fail-over by ${by}: pushes ${client.sum.pushes}, pulls ${client.sum.pulls}, requests sent again ${client.sum.again}, lost: 0`,
      )
    } finally {
      await fleet.stop()
      address.stop()
      stop()
    }
  })

test('a connection that was at work when a promotion was seen is not asked again, though its server answered and is still there', async () => {
  const primary = await startPostgres()
  const standby = await startPostgres({ standbyOf: primary })
  const address = await startMovingAddress(primary.address)
  const connections = new Connections({ url: `postgres://postgres@${address.address}/postgres`, connections: 2 })
  const question = 'SELECT inet_server_port() AS port'
  const portOf = (client: PoolClient) => client.query<{ port: number }>(question).then(({ rows }) => rows[0]?.port)
  const portIn = (server: PostgresServer) => Number(server.address.split(':')[1])
  try {
    const atWork = await connections.take()
    standby.promote()
    address.move(standby.address, 'kept')
    const other = await connections.take()
    assert.equal(await portOf(other), portIn(standby))
    assert.equal(await portOf(atWork), portIn(primary))
    connections.give(other)
    connections.give(atWork)
    const both = [await connections.take(), await connections.take()] as const
    const ports = [await portOf(both[0]), await portOf(both[1])]
    for (const each of both) connections.give(each)
    assert.deepEqual(ports, [portIn(standby), portIn(standby)])
  } finally {
    await connections.end()
    address.stop()
    standby.stop()
    primary.stop()
  }
})

test('a standby that had not all takes over: nothing of what was lost is served from memory, however many changes follow', async () => {
  const primary = await startPostgres()
  const standby = await startPostgres({ standbyOf: primary })
  const plain = await primary.database()
  const store = await openPostgresStore({ url: bothOf(plain, primary.address, standby.address), connections: 2 })
  const { registry } = await Scene.open(store)
  const isAnonymous = async () => (await store.registry(registry.name))?.anonymousPull
  assert.equal(await isAnonymous(), false)
  const caughtUp = async () => {
    const database = new Database({ connectionString: plain })
    await database.connect()
    const { rows } = await database.query('SELECT 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()')
    await database.end()
    return rows.length === 1
  }
  while (!(await caughtUp())) await pause(10)
  await ask(standby, `ALTER SYSTEM SET primary_conninfo = ''`, 'SELECT pg_reload_conf()')
  const isAlone = async () => {
    const database = new Database({ connectionString: plain })
    await database.connect()
    const { rows } = await database.query('SELECT 1 FROM pg_stat_replication')
    await database.end()
    return rows.length === 0
  }
  while (!(await isAlone())) await pause(10)
  try {
    // Lost, but seen and kept by this server.
    await putRegistry(store, registry.name, { anonymousPull: true })
    assert.equal(await isAnonymous(), true)
    primary.end('killed')
    standby.promote()
    // As many changes as were lost, by others: an epoch that counts would stand where it stood.
    const others = await openPostgresStore({ url: plain.replace(primary.address, standby.address), connections: 2 })
    await putRegistry(others, 'another', {})
    assert.equal(await isAnonymous(), false)
    await putRegistry(others, 'another', { anonymousPull: true })
    assert.equal(await isAnonymous(), false)
    await others.close()
  } finally {
    await store.close()
    standby.stop()
    primary.stop()
  }
})
