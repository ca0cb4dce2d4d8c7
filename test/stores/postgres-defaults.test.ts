// A database that somebody else made: what it, or a role, was told of all transactions, whom it belongs to, how it keeps texts.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { Connections } from '#adapters/postgres/connections.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { Refusal } from '#core/refusal.ts'
import { ChildServer } from '../world/child.ts'
import { startPostgres } from './postgres-server.ts'

const starting = startPostgres()
after(async () => (await starting).stop())

async function as(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await work(client).finally(() => client.end())
}

const nameOf = (url: string) => new URL(url).pathname.slice(1)

for (const [what, setting, told, had] of [
  ['reads what is there when it has its row', 'transaction_isolation', "default_transaction_isolation = 'serializable'", 'read committed'],
  ['waits for the disk', 'synchronous_commit', 'synchronous_commit = off', 'on'],
] as const)
  test(`a command ${what}, whatever its role or its database was told`, async () => {
    const url = await (await starting).database()
    await as(url, (admin) => admin.query(`ALTER DATABASE ${nameOf(url)} SET ${told}`))
    const store = await openPostgresStore({ url, connections: 2 })
    try {
      await as(url, async (admin) => {
        await admin.query(`CREATE TABLE noted (value TEXT);
          CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO noted VALUES (current_setting('${setting}')); RETURN NULL; END $$;
          CREATE TRIGGER note AFTER INSERT ON installation FOR EACH ROW EXECUTE FUNCTION note()`)
        await store.putInstallation({ keyCheck: 'word', begun: true, ownerSealed: null, passwordsShown: true })
        assert.deepEqual((await admin.query('SELECT value FROM noted')).rows, [{ value: had }])
      })
    } finally {
      await store.close()
    }
  })

test('bytes come back as they were put, in whichever form the database was told to write them', async () => {
  const url = await (await starting).database()
  await as(url, (admin) => admin.query(`ALTER DATABASE ${nameOf(url)} SET bytea_output = 'escape'`))
  const connections = new Connections({ url, connections: 1 })
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  try {
    for (const bytes of [all, Uint8Array.of(), Buffer.from('\\\\x41'), Buffer.from('\\x41')]) {
      const { rows } = await connections.query<{ bytes: Uint8Array }>('SELECT CAST($1 AS BYTEA) AS bytes', [bytes])
      assert.deepEqual(rows[0]?.bytes, Uint8Array.from(bytes))
    }
  } finally {
    await connections.end()
  }
})

test('what fails beside all requests is in the log with what the database said of it', async () => {
  const url = await (await starting).database()
  const server = await ChildServer.start({ LONGSHORE_STORE: url, LONGSHORE_GC_INTERVAL: '100ms' })
  try {
    await as(url, (admin) => admin.query('ALTER TABLE gc_queue RENAME TO gone'))
    const failed = () => server.lines().find(({ msg }) => msg === 'collection failed')
    for (let tries = 0; !failed() && tries < 500; tries++) await pause(20)
    assert.match(String(failed()?.cause), /relation "gc_queue" does not exist/)
  } finally {
    await server.stop()
  }
})

test('a user who may make no tables is told whose the database has to be', async () => {
  const url = new URL(await (await starting).database())
  await as(url.href, (admin) => admin.query(`CREATE ROLE guest LOGIN; GRANT ALL ON DATABASE ${nameOf(url.href)} TO guest`))
  url.username = 'guest'
  await assert.rejects(
    openPostgresStore({ url: url.href, connections: 2 }),
    (error) => error instanceof Refusal && error.reason === 'database-permission' && /schema public/.test(String(error.detail.found)),
  )
})

for (const [encoding, taken] of [
  ['LATIN1', false],
  ['EUC_JP', false],
  ['SQL_ASCII', true],
] as const)
  test(`a database that keeps texts in ${encoding} is ${taken ? 'taken' : 'refused'}`, async () => {
    const url = new URL(await (await starting).database())
    const name = encoding.toLowerCase()
    await as(url.href, (admin) =>
      admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`),
    )
    url.pathname = name
    const opening = openPostgresStore({ url: url.href, connections: 2 })
    if (taken) return (await opening).close()
    await assert.rejects(
      opening,
      (error) => error instanceof Refusal && error.reason === 'database-encoding' && error.detail.encoding === encoding,
    )
  })
