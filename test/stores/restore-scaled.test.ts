// What PostgreSQL and a bucket are backed up with is theirs: the dump first, then the objects. What comes back fits together.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { digestOf, pushImage } from '../world/content.ts'
import { send } from '../world/send.ts'
import { answersOf, at, cli, fill, move, moveWorld, restart } from './move-world.ts'
import { programs } from './postgres-server.ts'
import { startRadosgw } from './radosgw.ts'

const world = moveWorld(startRadosgw())

interface Scrubbed {
  objects: number
  bad: { digest: string; problem: string }[]
  strangers: string[]
}

const scrub = async (dataDir: string, environment: Record<string, string>): Promise<[number, Scrubbed]> => {
  const { code, out, problem } = await cli(['scrub', '--data-dir', dataDir, '--output', 'json'], environment)
  assert.ok(code < 2 && out !== '', problem)
  return [code, JSON.parse(out) as Scrubbed]
}

test('a dump of the facts, then a copy of the bucket while pushes and deletes go on: restored, all of the dump is there', async () => {
  const server = await world.server()
  await fill(server)
  const [there, later] = [await world.places(), await world.places()]
  const bucketsOf = await world.store()
  await move(server.dataDir, ['--to-store', there.url, '--to-blobs', there.blobs], there.keys)
  await restart(server, at(there))
  const before = await answersOf(server)
  const dump = execFileSync(`${programs()}/pg_dump`, ['--no-owner', there.url], { maxBuffer: 1 << 28 })
  // Between the two, and while the bytes are copied: what came is in the bucket alone, what was deleted keeps its bytes for the delay of collection.
  const image = await pushImage(server, 'team/after', 'v1')
  assert.equal((await send(server, 'DELETE', '/acr/v1/team%2Fmoved')).status, 202)
  assert.equal((await cli(['gc', '--data-dir', server.dataDir], at(there))).code, 0)
  const copying = bucketsOf.copy(there.bucket, later.bucket)
  for (let turn = 0; turn < 5; turn++) await pushImage(server, 'team/after', `later${turn}`)
  await copying
  await server.end('SIGTERM')
  execFileSync(`${programs()}/psql`, ['--quiet', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1', later.url], {
    input: dump,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  await server.up(at(later))
  assert.deepEqual(await answersOf(server), before)
  assert.equal((await send(server, 'GET', '/v2/team/after/manifests/v1')).status, 404)
  const [code, scrubbed] = await scrub(server.dataDir, at(later))
  assert.deepEqual([code, scrubbed.bad], [0, []], 'no row is without its bytes')
  assert.ok(scrubbed.objects > 5)
  // Pushed again it is whole, whatever lies there of it.
  await pushImage(server, 'team/after', 'v1', image)
  for (const blob of image.layers) assert.ok((await send(server, 'GET', `/v2/team/after/blobs/${digestOf(blob)}`)).body.equals(blob))
})

test('scrub finds in a bucket what was changed, what is missing and what is nobody’s; a push heals it', async () => {
  const there = await world.places()
  const home = await world.server()
  const image = await pushImage(home, 'team/other', 'v1')
  await fill(home)
  await move(home.dataDir, ['--to-store', there.url, '--to-blobs', there.blobs], there.keys)
  await restart(home, at(there))
  const bucketsOf = await world.store()
  assert.equal((await scrub(home.dataDir, at(there)))[0], 0)
  const [first = '', second = ''] = (await bucketsOf.keys(there.bucket)).filter((key) => /objects\/..\/[0-9a-f-]{36}$/.test(key))
  await bucketsOf.change(there.bucket, first, (bytes) => bytes.fill(0, 10, 20))
  await bucketsOf.move(there.bucket, second, second.replace(/..$/, '00'))
  const [code, { bad, strangers }] = await scrub(home.dataDir, at(there))
  assert.deepEqual([code, bad.map(({ problem }) => problem).sort(), strangers.length], [1, ['corrupt', 'missing'], 1])
  for (const { digest } of bad) assert.equal((await send(home, 'GET', `/v2/team/app/blobs/${digest}`)).status, 404)
  assert.equal((await send(home, 'GET', `/v2/team/other/manifests/${image.digest}`)).status, 200)
})
