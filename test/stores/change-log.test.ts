// What one server changed, another one is told of by its next read, in whatever order transactions end.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { ChangeLog, commitTelling, prunes, type Seen } from '#adapters/postgres/change-log.ts'
import type { Runner } from '#adapters/postgres/connection.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { projection, registryId, resourceOf } from '#ports/control-scene.contract.ts'
import { type Changed, changedBy, Epochs } from '#store/epochs.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const aRegistry = { resource: resourceOf(registryId('first'), { parentKey: '' }), match: undefined, registry: projection('first') }

let server: PostgresServer
let url: string
let clients: Client[]
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())
beforeEach(async () => {
  url = await server.database()
  await (await openPostgresStore({ url, connections: 2 })).close()
  clients = []
})
afterEach(async () => {
  for (const client of clients) await client.end()
})

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: url })
  // One that the database cut off says so when it is asked.
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

const asking = (runner: Runner) => ({
  ask: async <Asked>(columns: string, values: readonly (string | null)[]) =>
    (await runner.query(`SELECT ${columns}`, [...values])).rows[0] as Asked,
})

/** Remembers what it was told of. */
class Told extends Epochs {
  #told: (number | 'all')[] = []

  override raise(changed: readonly Changed[]): void {
    this.#told.push(...changed.map(({ hash }) => hash))
  }

  override raiseAll(): void {
    this.#told.push('all')
  }

  take(): (number | 'all')[] {
    return this.#told.splice(0)
  }
}

/** A server that has read once. */
async function reader(runner?: Runner) {
  const told = new Told()
  const log = new ChangeLog(asking(runner ?? (await connect())), told)
  await log.read()
  assert.deepEqual(told.take(), ['all'], 'before the first read anything may have happened')
  const read = async () => {
    await log.read()
    return told.take()
  }
  return { log, read }
}

const change = (hash: number): Changed => ({ what: 'repository', hash })

/** A transaction that holds a number of its own, and says what it changed when it ends. */
async function begun(client: Client, hash: number) {
  await client.query('BEGIN')
  await client.query('SELECT pg_current_xact_id()')
  return { commit: () => client.query(commitTelling([change(hash)])) }
}

async function commit(client: Client, hash: number): Promise<void> {
  await (await begun(client, hash)).commit()
}

test('a change is told once, each in the read after its commit, though its transaction began before those told earlier', async () => {
  const { read } = await reader()
  const [one, other] = [await connect(), await connect()]
  const slow = await begun(one, -1)
  await commit(other, 2)
  assert.deepEqual(await read(), [2])
  await commit(other, 3)
  assert.deepEqual(await read(), [3])
  assert.deepEqual(await read(), [])
  await slow.commit()
  assert.deepEqual(await read(), [-1])
  assert.deepEqual(await read(), [])
})

test('nobody is told of a command that took no row for itself, or was taken back', async () => {
  const { read } = await reader()
  const client = await connect()
  await client.query('BEGIN; SELECT 1')
  await client.query(commitTelling([change(1)]))
  await begun(client, 2)
  await client.query('ROLLBACK')
  assert.deepEqual(await read(), [])
})

test('who missed what was taken away takes everything for changed, who was told does not', async () => {
  const [early, late, pruner, client] = [await reader(), await reader(), await reader(), await connect()]
  await commit(client, 1)
  assert.deepEqual(await late.read(), [1])
  assert.deepEqual(await pruner.read(), [1])
  const { seen } = pruner.log
  assert.ok(seen)
  await commit(client, 2)
  assert.deepEqual(await late.read(), [2])
  await client.query(...prunes(seen))
  assert.deepEqual(
    (await client.query('SELECT what, hash FROM change_log ORDER BY what')).rows.map(({ what }) => what),
    ['pruned', 'repository'],
  )
  assert.deepEqual(await late.read(), [])
  assert.deepEqual(await early.read(), ['all'])
  await commit(client, 3)
  for (const { read } of [early, late]) assert.deepEqual(await read(), [3])
})

test('a server that knows less takes less away, and what another one took stays known', async () => {
  const [idle, slow, quick, client] = [await reader(), await reader(), await reader(), await connect()]
  await commit(client, 1)
  await slow.read()
  const little = slow.log.seen as Seen
  // This one is told of the first and misses the second.
  await idle.read()
  await commit(client, 2)
  await quick.read()
  await client.query(...prunes(quick.log.seen as Seen))
  await commit(client, 3)
  await client.query(...prunes(little))
  assert.deepEqual(await idle.read(), ['all'])
})

test('a database that was started anew, or more changes than are worth telling, or of a kind that nobody knows: all of it', async () => {
  const client = await connect()
  let starts = 0
  const query = async (...asked: [string, unknown[]?]) => {
    const answer = await client.query(...asked)
    return { ...answer, rows: answer.rows.map((row) => ({ ...row, incarnation: `${row.incarnation} ${starts}` })) }
  }
  const { read } = await reader({ query } as unknown as Runner)
  starts++
  assert.deepEqual(await read(), ['all'])
  const other = await connect()
  await other.query(`INSERT INTO change_log (what, hash) SELECT 'repository', n FROM generate_series(1, 1000) AS n`)
  assert.equal((await read()).length, 1000)
  await other.query(`INSERT INTO change_log (what, hash) SELECT 'repository', n FROM generate_series(1, 1001) AS n`)
  assert.deepEqual(await read(), ['all'])
  await other.query(`INSERT INTO change_log (what, hash) VALUES ('moons', 0)`)
  assert.deepEqual(await read(), ['all'])
})

test('what was seen of another database, or of this one before it began anew, takes nothing away', async () => {
  const [{ log, read }, client] = [await reader(), await connect()]
  await commit(client, 1)
  await read()
  const left = async () => (await client.query('SELECT what FROM change_log')).rows
  await client.query(...prunes({ ...(log.seen as Seen), incarnation: 'another' }))
  assert.deepEqual(await left(), [{ what: 'repository' }])
  await client.query(...prunes(log.seen as Seen))
  assert.deepEqual(await left(), [{ what: 'pruned' }])
})

test('what came out of the dump of another database, whose numbers are higher, tells nobody anything', async () => {
  const client = await connect()
  await client.query(
    `INSERT INTO change_log (xid, what, hash) VALUES ('9000000000', 'repository', 7), ('9000000001', 'pruned', 9000000000)`,
  )
  const [{ log, read }, other] = [await reader(), await reader()]
  assert.deepEqual(await read(), [])
  await commit(client, 1)
  for (const each of [read, other.read]) assert.deepEqual(await each(), [1])
  const seen = log.seen as Seen
  await commit(client, 2)
  for (const each of [read, other.read]) assert.deepEqual(await each(), [2])
  await client.query(...prunes(seen))
  for (const each of [read, other.read]) assert.deepEqual(await each(), [])
})

test('what is kept is never older than what was answered before it was asked for, with writers, readers and prunings at once', async () => {
  const names = Array.from({ length: 24 }, (_, index) => `team/${index}`)
  const subjectOf = (name: string) => ({ registryId: 1, name, digest: '' })
  const setUp = await connect()
  await setUp.query('CREATE TABLE thing (name TEXT PRIMARY KEY, value INTEGER NOT NULL)')
  for (const name of names) await setUp.query('INSERT INTO thing VALUES ($1, 0)', [name])
  const answered = new Map<string, number>(names.map((name) => [name, 0]))
  const seen = { kept: 0, read: 0, pruned: 0 }
  let over = false

  const write = async (writer: number) => {
    const client = await connect()
    for (let round = 0; !over; round++) {
      const name = names[(writer * 5 + round * (writer + 1)) % names.length] ?? ''
      await client.query('BEGIN')
      const { rows } = await client.query<{ value: number }>('UPDATE thing SET value = value + 1 WHERE name = $1 RETURNING value', [name])
      // Some stay open while others begin and end.
      if (round % 5 === 0) await pause(round % 7)
      if (round % 9 === 0) {
        await client.query('ROLLBACK')
        continue
      }
      await client.query(commitTelling(changedBy('deleteTag', subjectOf(name))))
      answered.set(name, Math.max(answered.get(name) ?? 0, rows[0]?.value ?? 0))
      if (round % 3 === 0) await pause(1)
    }
  }
  const read = async (index: number) => {
    const epochs = new Epochs()
    const log = new ChangeLog(asking(await connect()), epochs)
    const client = await connect()
    const kept = new Map<string, { epoch: number; value: number }>()
    const snapshots: Seen[] = []
    for (let round = 0; round < 200; round++) {
      const least = new Map(answered)
      await log.read()
      for (const name of names.slice(round % 12, (round % 12) + 12)) {
        const epoch = epochs.at(epochs.placesOf(['repository', 'manifests'], subjectOf(name)))
        const known = kept.get(name)
        const isKept = known?.epoch === epoch
        const { rows } = isKept
          ? { rows: [known] }
          : await client.query<{ value: number }>('SELECT value FROM thing WHERE name = $1', [name])
        const value = rows[0]?.value ?? -1
        seen[isKept ? 'kept' : 'read']++
        assert.ok(value >= (least.get(name) ?? 0), `${name} is ${value}, which was over`)
        kept.set(name, { epoch, value })
      }
      snapshots.push(log.seen as Seen)
      const older = snapshots.at(-15)
      if (older === undefined || round % 7 !== index) continue
      await client.query(...prunes(older))
      seen.pruned++
    }
  }
  const writers = [0, 1, 2, 3].map(write)
  try {
    await Promise.all([0, 1, 2].map(read))
  } finally {
    over = true
    await Promise.all(writers)
  }
  assert.ok(seen.kept > 500 && seen.read > 500 && seen.pruned > 20, JSON.stringify(seen))
})

test('events out of a dump of a database with higher numbers are seen, before all that happens here', async () => {
  const client = await connect()
  const filled = await openPostgresStore({ url, connections: 2 })
  await filled.putResource(aRegistry)
  const { id } = (await filled.registry('first')) ?? { id: 0 }
  const note = (store: typeof filled, repository: string) =>
    store.noteEvents({ events: [{ kind: 'manifest.pulled', registryId: id, by: null, details: { repository, digest: 'sha256:x' } }] })
  const seen = async (store: typeof filled) =>
    (await store.events({ registryId: id, after: '', limit: 10 })).flatMap((each) =>
      each.kind === 'manifest.pulled' ? each.details.repository : [],
    )
  for (const name of ['a', 'b', 'c']) await note(filled, name)
  await filled.close()
  await client.query('UPDATE event SET xid = xid + 1000000')
  const restored = await openPostgresStore({ url, connections: 2 })
  await restored.registry('first')
  assert.deepEqual(await seen(restored), ['a', 'b', 'c'])
  await note(restored, 'd')
  assert.deepEqual(await seen(restored), ['a', 'b', 'c', 'd'])
  await restored.close()
})
