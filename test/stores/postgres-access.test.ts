// How a server comes to its database: by a password in a file, over TLS; and what is said where it does not.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Connections } from '#adapters/postgres/connections.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { Refusal, type RefusalReason } from '#core/refusal.ts'
import { ChildServer } from '../world/child.ts'
import { pushImage } from '../world/content.ts'
import { send } from '../world/send.ts'
import { certificateIn } from './certificate.ts'
import { move, refusedMove } from './move-world.ts'
import { ownDatabase } from './own-database.ts'
import { startPostgres } from './postgres-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-access-'))

const [ours, another] = [certificateIn(folder, 'ours'), certificateIn(folder, 'another')]
const starting = startPostgres({ asksForPasswords: true, certificate: ours })
const plain = startPostgres()
after(async () => {
  for (const postgres of [await starting, await plain]) postgres.stop()
  rmSync(folder, { recursive: true })
})

// With all that a URL would take for something else.
const password = 'p@ss:/?#%41 wörd'

const ownDatabaseHere = async () => ownDatabase(await starting, password)

function fileOf(text: string): string {
  const path = join(mkdtempSync(join(folder, 'password-')), 'password')
  writeFileSync(path, text)
  return path
}

const open = async (url: string, passwordFile?: string) => (await openPostgresStore({ url, passwordFile, connections: 2 })).close()

const refusedWith =
  (reason: RefusalReason, found = /^/) =>
  (error: unknown) =>
    error instanceof Refusal && error.reason === reason && found.test(String(error.detail.found ?? '')) && !String(error).includes(password)

test('a password comes from its file, or percent-encoded from the URL, and may hold anything', async () => {
  const { url } = await ownDatabaseHere()
  await open(url, fileOf(`${password}\n`))
  await open(url.replace('@', `:${encodeURIComponent(password)}@`))
  // The file is what somebody renews.
  await open(url.replace('@', ':outdated@'), fileOf(password))
})

test('without a password, with a wrong one and without its file the start is refused in words', async () => {
  const { url } = await ownDatabaseHere()
  await assert.rejects(open(url), refusedWith('database-password'))
  await assert.rejects(open(url, fileOf('')), refusedWith('database-password'))
  await assert.rejects(open(url, fileOf('wrong')), refusedWith('database-away', /password authentication failed.*28P01/))
  await assert.rejects(open(url, join(folder, 'absent')), refusedWith('database-away', /ENOENT.*absent/))
})

test('a password that is changed in the file is used by the next connection; those that are open stay', async () => {
  const { url, user, say } = await ownDatabaseHere()
  const file = fileOf(password)
  const connections = new Connections({ url, passwordFile: file, connections: 2 })
  const first = await connections.take()
  await say(`ALTER ROLE ${user} PASSWORD 'renewed'`)
  await assert.rejects(connections.take(), /password authentication failed/)
  writeFileSync(file, 'renewed')
  const second = await connections.take()
  for (const client of [first, second]) connections.give(client)
  await connections.end()
})

test('over TLS its authority is looked at, whichever of the modes asks for TLS; no-verify takes any', async () => {
  const { url } = await ownDatabaseHere()
  const file = fileOf(password)
  const warnings: string[] = []
  const warned = (warning: Error) => void warnings.push(warning.message)
  process.on('warning', warned)
  for (const mode of ['require', 'verify-ca', 'verify-full']) {
    await open(`${url}?sslmode=${mode}&sslrootcert=${ours.cert}`, file)
    const other = open(`${url}?sslmode=${mode}&sslrootcert=${another.cert}`, file)
    await assert.rejects(other, refusedWith('database-away', /certificate/))
  }
  await open(`${url}?sslmode=no-verify`, file)
  process.off('warning', warned)
  assert.deepEqual(warnings, [])
})

test('a database without TLS is refused in words where TLS is asked for', async () => {
  const url = await (await plain).database()
  await assert.rejects(open(`${url}?sslmode=verify-full`), refusedWith('database-away', /does not support SSL/))
})

test('a registry moves to a database with a password, and is told all settings that its servers need there', async () => {
  const { url } = await ownDatabaseHere()
  const server = await ChildServer.start()
  after(() => server.stop())
  await pushImage(server, 'team/app', 'v1')
  assert.match(await refusedMove(server.dataDir, ['--to-store', url]), /asks for a password/)
  const file = fileOf(password)
  const { settings } = await move(server.dataDir, ['--to-store', url, '--to-store-password-file', file])
  await server.end('SIGTERM')
  await server.up(Object.fromEntries(settings.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])))
  assert.equal((await send(server, 'GET', '/v2/team/app/manifests/v1')).status, 200)
})

test('a database that takes fewer connections than a server may open makes its requests wait, and is given more when it takes them', async () => {
  const { url, user, say } = await ownDatabaseHere()
  await open(url, fileOf(password))
  await say(`ALTER ROLE ${user} CONNECTION LIMIT 3`)
  const connections = new Connections({ url, passwordFile: fileOf(password), connections: 12 })
  const all = (many: number) => Promise.all(Array.from({ length: many }, () => connections.query('SELECT pg_sleep(0.02)')))
  const openOnes = async () =>
    (await connections.query<{ n: string }>(`SELECT count(*) AS n FROM pg_stat_activity WHERE usename = '${user}'`)).rows[0]?.n
  try {
    for (let turn = 0; turn < 3; turn++) await all(40)
    assert.equal(Number(await openOnes()), 3)
    await say(`ALTER ROLE ${user} CONNECTION LIMIT -1`)
    for (const end = Date.now() + 30_000; Number(await openOnes()) <= 3; await all(40)) assert.ok(Date.now() < end, 'no more were opened')
  } finally {
    await connections.end()
  }
})
