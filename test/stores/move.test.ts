// A registry moves to PostgreSQL and a bucket while a server is at work on it, and back.
import assert from 'node:assert/strict'
import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Client } from 'pg'
import { moveLock } from '#adapters/postgres/locks.ts'
import { digestOf, locationOf, makeImage, pushBlob, pushImage, someBytes, startUpload } from '../world/content.ts'
import { send } from '../world/send.ts'
import { answersOf, at, beginMove, cli, fill, folderBeside, move, moveWorld, refusedMove, restart } from './move-world.ts'
import { startRadosgw } from './radosgw.ts'
import { thereAndBack } from './there-and-back.ts'

const world = moveWorld(startRadosgw())

thereAndBack(world)

test('a server that is left reads on and says why it writes nothing; begun again it is refused, until somebody leads it back', async () => {
  const server = await world.server()
  const image = await pushImage(server, 'team/app', 'v1')
  const there = await world.places()
  const words = ['--to-store', there.url, '--to-blobs', there.blobs]
  const plan = await cli(['migrate', '--data-dir', server.dataDir, ...words, '--dry-run', '--output', 'json'], there.keys)
  assert.deepEqual([plan.code, (JSON.parse(plan.out) as { goesOn: boolean }).goesOn], [0, false])
  const upload = await startUpload(server, 'team/app')
  const { settings } = await move(server.dataDir, words, there.keys)
  assert.deepEqual(settings, [
    `LONGSHORE_STORE=${there.url}`,
    `LONGSHORE_BLOBS=${there.blobs}`,
    `LONGSHORE_SECRET_KEY_FILE=${join(server.dataDir, 'keys/secret.key')}`,
  ])
  const read = await send(server, 'GET', '/v2/team/app/manifests/v1')
  assert.ok(read.status === 200 && read.body.equals(image.manifest))
  for (const blob of image.layers) assert.equal((await send(server, 'GET', `/v2/team/app/blobs/${digestOf(blob)}`)).status, 200)
  const written = await send(server, 'POST', '/v2/team/app/blobs/uploads/')
  assert.deepEqual([written.status, /has moved to another place/.test(written.body.toString())], [503, true])
  assert.ok(Number(written.headers['retry-after']) > 0)
  // Given again it has nothing to do.
  assert.equal((await move(server.dataDir, words, there.keys)).copied, 0)
  await server.end('SIGTERM')
  await assert.rejects(server.up(), /has moved from .*longshore\.db to postgres:.*s3:/)
  await server.up(at(there))
  assert.equal((await send(server, 'PATCH', locationOf(upload), { body: 'x' })).status, 404, 'an upload begins again')
  await pushImage(server, 'team/app', 'v2')
  await server.end('SIGTERM')
  const undone = await cli(['migrate', '--undo', '--data-dir', server.dataDir])
  assert.match(undone.out, /since is not here/)
  await server.up({ LONGSHORE_STORE: 'sqlite', LONGSHORE_BLOBS: 'files' })
  assert.deepEqual([(await send(server, 'GET', '/v2/team/app/manifests/v2')).status], [404])
  await pushImage(server, 'team/app', 'v3')
})

test('the facts alone: the folder of objects stays, and uploads go on', async () => {
  const server = await world.server()
  await fill(server)
  const bytes = someBytes(60_000)
  const upload = await send(server, 'PATCH', locationOf(await startUpload(server, 'team/app')), { body: bytes.subarray(0, 30_000) })
  assert.equal(upload.status, 202)
  const before = await answersOf(server)
  const { url } = await world.places()
  await move(server.dataDir, ['--to-store', url])
  await restart(server, { LONGSHORE_STORE: url })
  assert.deepEqual(await answersOf(server), before)
  const put = await send(server, 'PUT', locationOf(upload, `digest=${digestOf(bytes)}`), { body: bytes.subarray(30_000) })
  assert.equal(put.status, 201, put.body.toString())
  await server.end('SIGTERM')
  const home = join(server.dataDir, 'longshore.db')
  assert.match(await refusedMove(server.dataDir, ['--to-store', 'sqlite'], { LONGSHORE_STORE: url }), /has a registry of its own/)
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${home}${suffix}`, { force: true })
  await move(server.dataDir, ['--to-store', 'sqlite'], { LONGSHORE_STORE: url })
  await server.up({ LONGSHORE_STORE: 'sqlite' })
  assert.ok((await send(server, 'GET', `/v2/team/app/blobs/${digestOf(bytes)}`)).body.equals(bytes))
  assert.deepEqual({ ...(await answersOf(server)) }, before)
})

test('the bytes alone, into a bucket and back: the old server reads on, the next one has the new place', async () => {
  const server = await world.server()
  await fill(server)
  const before = await answersOf(server)
  const there = await world.places()
  await move(server.dataDir, ['--to-blobs', there.blobs], there.keys)
  assert.deepEqual(await answersOf(server), before)
  await server.end('SIGTERM')
  await assert.rejects(server.up(), /has moved/)
  await server.up({ LONGSHORE_BLOBS: there.blobs, ...there.keys })
  await restart(server, { LONGSHORE_BLOBS: 'files' })
  assert.equal((await send(server, 'POST', '/v2/team/app/blobs/uploads/')).status, 503, 'begun again with the settings from before')
  await restart(server, { LONGSHORE_BLOBS: there.blobs, ...there.keys })
  rmSync(join(server.dataDir, 'objects'), { recursive: true })
  assert.deepEqual(await answersOf(server), before)
  await pushImage(server, 'team/app', 'later')
  const kept = await answersOf(server)
  await move(server.dataDir, ['--to-blobs', 'files'], { LONGSHORE_BLOBS: there.blobs, ...there.keys })
  await restart(server, { LONGSHORE_BLOBS: 'files' })
  assert.deepEqual(await answersOf(server), kept)
  assert.equal((await cli(['scrub', '--data-dir', server.dataDir])).code, 0)
})

test('of servers that begin together after the bytes moved one tells all rows, and the others wait for it', async () => {
  const server = await world.server()
  await fill(server)
  const [there, later] = [await world.places(), await world.places()]
  await move(server.dataDir, ['--to-store', there.url, '--to-blobs', there.blobs], there.keys)
  await restart(server, at(there))
  const before = await answersOf(server)
  await move(server.dataDir, ['--to-blobs', later.blobs], at(there))
  await server.end('SIGTERM')
  const another = new Client({ connectionString: there.url })
  await another.connect()
  await another.query('SELECT pg_advisory_lock($1)', [moveLock])
  let isOver = false
  const beginning = server.up(at({ ...there, blobs: later.blobs })).finally(() => (isOver = true))
  beginning.catch(() => {})
  const hasAsked = async () =>
    (await another.query(`SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE 'SELECT pg_try_advisory_lock(%'`))
      .rowCount
  while (!isOver && !(await hasAsked()));
  await another.end()
  await beginning
  assert.deepEqual(await answersOf(server), before)
})

test('the bytes alone while a server goes on with the old store: what it would write there is refused, until somebody leads back', async () => {
  const [home, there] = [await world.places(), await world.places()]
  const old = await world.server()
  await move(old.dataDir, ['--to-store', home.url, '--to-blobs', home.blobs], home.keys)
  await restart(old, at(home))
  const image = await pushImage(old, 'team/app', 'v1', makeImage({}, [40_000]))
  await move(old.dataDir, ['--to-blobs', there.blobs], at(home))
  const key = { LONGSHORE_SECRET_KEY_FILE: join(old.dataDir, 'keys/secret.key') }
  const next = await world.server({ ...at({ ...home, blobs: there.blobs }), ...key })
  Object.assign(next, { user: old.user, password: old.password })
  const begins = () => send(old, 'POST', '/v2/team/app/blobs/uploads/')
  const refused = await begins()
  assert.deepEqual([refused.status, /has moved to another place/.test(refused.body.toString())], [503, true])
  assert.ok(Number(refused.headers['retry-after']) > 0)
  assert.ok((await send(old, 'GET', '/v2/team/app/manifests/v1')).body.equals(image.manifest))
  const later = await pushImage(next, 'team/app', 'v2', makeImage({}, [40_000]))
  for (const blob of [...image.layers, ...later.layers])
    assert.ok((await send(next, 'GET', `/v2/team/app/blobs/${digestOf(blob)}`)).body.equals(blob))
  // Back where it was, the other way round.
  await move(next.dataDir, ['--to-blobs', home.blobs], { ...at({ ...home, blobs: there.blobs }), ...key })
  await restart(old, at(home))
  await pushImage(old, 'team/app', 'v3', makeImage({}, [40_000]))
  assert.equal((await send(next, 'POST', '/v2/team/app/blobs/uploads/')).status, 503)
  const undone = await cli(['migrate', '--undo', '--data-dir', old.dataDir], at(home))
  assert.equal(undone.code, 0, undone.problem)
  assert.equal((await send(next, 'POST', '/v2/team/app/blobs/uploads/')).status, 202)
  assert.equal((await cli(['migrate', '--undo', '--data-dir', old.dataDir], at(home))).code, 1)
})

test('what cannot be moved is refused by name, and the registry goes on', async () => {
  const server = await world.server()
  const [there, other] = [await world.places(), await world.places()]
  const blob = await pushBlob(server, 'team/app', someBytes(50_000))
  const { dataDir } = server
  const refused = (words: string[], environment: Record<string, string> = there.keys) => refusedMove(dataDir, words, environment)
  const nowhere = await cli(['migrate', '--data-dir', dataDir])
  assert.deepEqual([nowhere.code, /nothing was named to move to/.test(nowhere.problem)], [2, true])
  assert.match(await refused(['--to-store', 'sqlite']), /already/)
  assert.match(await refused(['--to-store', folderBeside(server, 'new')]), /--to-blobs files/)
  assert.match(await refused(['--undo']), /nothing to undo/)
  assert.match(await refused(['--to-store', 'postgres://nobody@127.0.0.1:9/x']), /does not answer/)
  assert.equal((await cli(['migrate', '--data-dir', dataDir, '--to-blobs', 'ftp://x'])).code, 2)
  const taken = await world.server({ LONGSHORE_STORE: other.url })
  assert.match(await refused(['--to-store', other.url]), /has a registry of its own/)
  await taken.end('SIGTERM')
  // Another key than the secrets were sealed with.
  const folder = folderBeside(server, 'keyed')
  cpSync(join(dataDir, 'keys'), join(folder, 'keys'), { recursive: true })
  rmSync(join(folder, 'keys', 'secret.key'))
  writeFileSync(join(folder, 'keys', 'secret.key'), someBytes(32))
  assert.match(await refused(['--to-store', folder, '--to-blobs', 'files']), /another key/)
  // A damaged blob: the move goes on without it when it is known.
  const database = new DatabaseSync(join(dataDir, 'longshore.db'))
  const { key } = database.prepare('SELECT storage_key AS key FROM object WHERE bytes IS NULL').get() as { key: string }
  database.close()
  copyFileSync(join(dataDir, 'longshore.db'), join(folder, 'other'))
  writeFileSync(join(dataDir, 'objects', key), someBytes(50_000))
  const words = ['--to-store', there.url, '--to-blobs', there.blobs]
  assert.match(await refused(words), new RegExp(`1 blob is damaged or missing.*${blob}`))
  assert.match(await refused(['--to-store', there.url]), /was begun before/)
  const kept = await pushImage(server, 'team/app', 'v1')
  assert.equal((await cli(['scrub', '--data-dir', dataDir])).code, 1)
  await move(dataDir, words, there.keys)
  await restart(server, at(there))
  assert.ok((await send(server, 'GET', '/v2/team/app/manifests/v1')).body.equals(kept.manifest))
  assert.equal((await send(server, 'GET', `/v2/team/app/blobs/${blob}`)).status, 404)
})

test('two at once, a text that PostgreSQL does not keep, and a move that is given up', async () => {
  const server = await world.server()
  const there = await world.places()
  const words = ['--to-store', there.url, '--to-blobs', there.blobs]
  const { dataDir } = server
  const database = new DatabaseSync(join(dataDir, 'longshore.db'))
  database.prepare(`UPDATE directory_object SET name = ? WHERE kind = 'user'`).run('a\0b')
  assert.match(await refusedMove(dataDir, words, there.keys), /directory_object .*U\+0000 in name/)
  await pushImage(server, 'team/app', 'v1')
  database.prepare(`UPDATE directory_object SET name = ? WHERE kind = 'user'`).run('ab')
  database.close()
  const lock = new DatabaseSync(join(dataDir, 'longshore.db.move'))
  lock.exec('BEGIN EXCLUSIVE')
  assert.match(await refusedMove(dataDir, words, there.keys), /somebody moves/)
  // A server begins beside a move.
  await restart(server, {})
  lock.close()
  assert.equal((await cli(['migrate', '--undo', '--data-dir', dataDir])).code, 0)
  assert.match(await refusedMove(dataDir, words, there.keys), /given-up move/)
  await restart(server, {})
  await pushImage(server, 'team/app', 'v2')
  const moving = beginMove(dataDir, ['--to-blobs', there.blobs], there.keys)
  assert.equal((await moving.ended).code, 0, moving.problem())
  assert.ok((await (await world.store()).keys(there.bucket)).length > 0)
})
