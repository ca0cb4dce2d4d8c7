// A server on PostgreSQL: what it makes, what it refuses, and what its clients are told while the database is away.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { systemClock } from '#adapters/system/clock.ts'
import { Refusal } from '#core/refusal.ts'
import { directoryOf } from '#main/directory.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { openFacts, openSharedFacts } from '#main/facts.ts'
import { knownFailure } from '#main/failures.ts'
import { NewerDatabase } from '#ports/newer-database.ts'
import { startCluster } from '../world/cluster.ts'
import { makeImage, pushImage } from '../world/content.ts'
import { header, send } from '../world/send.ts'
import { configOf, makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

const refused = (reason: string) => (error: unknown) => error instanceof Refusal && error.reason === reason

test('three servers that begin at once make one registry, and serve what each other is given', async () => {
  const cluster = await startCluster(await postgres.database(), 3)
  try {
    const image = makeImage()
    const [first, second, third] = cluster.servers
    assert.ok(first && second && third)
    await pushImage(first, 'team/app', 'v1', image)
    for (const server of [second, third]) {
      const pulled = await send(server, 'GET', '/v2/team/app/manifests/v1')
      assert.equal(pulled.status, 200)
      for (const { digest } of JSON.parse(pulled.body.toString()).layers)
        assert.equal((await send(server, 'GET', `/v2/team/app/blobs/${digest}`)).status, 200)
    }
  } finally {
    await cluster.stop()
  }
})

test('a key of another installation is refused, and so is a newer database', async () => {
  const store = await postgres.database()
  const first = await Server.start({ store })
  await first.stop()
  const dataDir = makeDataDirectory()
  mkdirSync(join(dataDir, 'keys'))
  await assert.rejects(Server.start({ store }, dataDir), refused('key-missing-shared'))
  writeFileSync(join(dataDir, 'keys', 'secret.key'), randomBytes(32), { mode: 0o400 })
  await assert.rejects(Server.start({ store }, dataDir), refused('key-foreign-shared'))
  await ask(store, 'INSERT INTO schema_version (version, opens_from) VALUES (9999, 9999)')
  await assert.rejects(Server.start({ store }, dataDir), NewerDatabase)
  removeDataDirectory(dataDir)
})

test('a database that does not answer is told with its reason', async () => {
  const dataDir = makeDataDirectory()
  const closed = new URL(await postgres.database())
  closed.port = '1'
  await assert.rejects(
    Server.start({ store: closed.href }, dataDir),
    (error) => refused('database-away')(error) && String((error as Refusal).detail.found).includes('ECONNREFUSED'),
  )
  const absent = new URL(await postgres.database())
  absent.pathname = '/no-such-database'
  await assert.rejects(Server.start({ store: absent.href }, dataDir), refused('database-away'))
  removeDataDirectory(dataDir)
})

test('connections that the database ends are 503 for who asked at that moment and nothing else', async () => {
  const store = await postgres.database()
  const server = await Server.start({ store })
  try {
    await pushImage(server, 'team/app', 'v1')
    let over = false
    const statuses = new Set<number>()
    const asking = Array.from({ length: 8 }, async () => {
      while (!over) {
        const answer = await send(server, 'GET', '/v2/team/app/manifests/v1')
        statuses.add(answer.status)
        if (answer.status === 503) assert.ok(header(answer, 'retry-after'), 'when to come again')
      }
    })
    for (let time = 0; time < 10; time++) {
      await ask(
        store,
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      )
      await pause(50)
    }
    over = true
    await Promise.all(asking)
    assert.ok(statuses.isSubsetOf(new Set([200, 503])), [...statuses].join())
    assert.equal((await send(server, 'GET', '/v2/team/app/manifests/v1')).status, 200)
    await pushImage(server, 'team/app', 'v2')
  } finally {
    await server.stop()
  }
})

test('what the database says of itself is told to no client', async () => {
  const store = await postgres.database()
  const server = await Server.start({ store })
  const facts = await openPostgresStore({ url: store, connections: 2 })
  try {
    await postgres.drop(store)
    const answer = await send(server, 'GET', '/v2/team/app/manifests/v1')
    assert.equal(answer.status, 503)
    assert.deepEqual(JSON.parse(answer.body.toString()).errors[0].detail, {})
    // Whoever is at the machine is told.
    const told = knownFailure(await facts.registries().catch((error: unknown) => error))
    assert.match(told && 'line' in told ? told.line : '', /^the database did not answer as it should \(error: .+\)$/)
  } finally {
    await facts.close()
    await server.stop()
  }
})

test('a server that has another folder of objects loses none of those that it has not', async () => {
  const store = await postgres.database()
  const [one, other] = await Promise.all([Server.start({ store }), makeDataDirectory()])
  mkdirSync(join(other, 'keys'))
  const elsewhere = await Server.start({ store, secretKeyFile: join(one.dataDir, 'keys', 'secret.key') }, other)
  Object.assign(elsewhere, { user: one.user, password: one.password })
  try {
    const image = await pushImage(one, 'team/app', 'v1', makeImage({}, [100_000]))
    const layer = JSON.parse(image.manifest.toString()).layers[0].digest as string
    const path = `/v2/team/app/blobs/${layer}`
    assert.equal((await send(elsewhere, 'GET', path)).status, 503)
    assert.equal((await send(one, 'GET', path)).status, 200, 'it is not taken for lost')
  } finally {
    await Promise.all([one.stop(), elsewhere.stop()])
  }
})

test('all threads of a server count what has elapsed alike, and the time is the database’s', async () => {
  const dataDir = makeDataDirectory()
  const config = configOf(dataDir, { store: await postgres.database() })
  const facts = await openFacts(config, directoryOf(config))
  const shared = await openSharedFacts(facts.share())
  try {
    for (const { clock } of [facts, shared]) {
      assert.equal(clock.elapsed, systemClock.elapsed)
      assert.ok(Math.abs(clock.now() - Date.now()) < 60_000)
    }
  } finally {
    await shared.store.close()
    await facts.store.close()
    removeDataDirectory(dataDir)
  }
})

test('whoever begins waits for who began before, longer than for any statement, and no longer than that one lives', async () => {
  const url = await postgres.database()
  const open = () => openPostgresStore({ url, connections: 2, timeout: 100 })
  const [one, other] = [await open(), await open()]
  try {
    const release = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const first = one.alone(() => (begun.resolve(), release.promise))
    await begun.promise
    const order: string[] = []
    const second = other.alone(async () => void order.push('second'))
    // A statement ends after 100 ms, and its client's patience a second later.
    await pause(1500)
    order.push('first')
    release.resolve()
    await Promise.all([first, second])
    assert.deepEqual(order, ['first', 'second'])

    const lost = one.alone(() => new Promise(() => {}))
    lost.catch(() => {})
    const holders = () => ask(url, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted`)
    while ((await holders()).length === 0) await pause(10)
    const third = other.alone(async () => void order.push('third'))
    await ask(url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`)
    await third
    assert.equal(order.at(-1), 'third')
  } finally {
    await one.close()
    await other.close()
  }
})

test('one connection is too few, and is refused by name', () => {
  assert.throws(
    () => configOf('/data', { storeConnections: '1' }),
    (error) => refused('setting-value')(error) && (error as Refusal).detail.allowed === 'expected.several',
  )
})
