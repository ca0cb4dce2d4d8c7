import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '../../conformance/client.ts'
import { ChildServer } from '../../world/child.ts'
import { send } from '../../world/send.ts'
import { seedPeople } from './seeding-people.ts'
import { readEverything, seedGraph, seedRegistry } from './seeding-registry.ts'
import { seed, type Seeding } from './seeding.ts'

let server: ChildServer
let seeding: Seeding

before(async () => {
  server = await ChildServer.start({ LONGSHORE_ADMIN: '127.0.0.1:0', LONGSHORE_LOG_LEVEL: 'debug' })
  seeding = await seed(server)
})
after(() => server.stop())

/** What gives a secret, to who asks for it with a right to it. */
function gives(request: string, status: number): boolean {
  if (status >= 400) return false
  return /^(?:POST .*(?:\/oauth2\/(?:v2\.0\/)?(?:token|exchange|devicecode)|\/(?:listCredentials|regenerateCredential|generateCredentials|addPassword))|GET \/oauth2\/token|POST \/common\/login)$/i.test(
    request,
  )
}

test('H1 zot CVE-2025-48374: no secret is in a log, a refusal, a figure, or anything that can be read', async () => {
  const { seeds, stray } = seeding
  await seedRegistry(seeding)
  await seedPeople(seeding)
  await seedGraph(seeding)
  await readEverything(seeding)
  const { address } = server
  const admin = server.started.admin ?? address
  const figures = await Promise.all(
    ['/metrics', '/readyz', '/healthz', `/${stray('path of the admin listener')}`].map((path) =>
      send({ ...server, address: admin } as ChildServer, 'GET', path, { as: 'nobody' }),
    ),
  )
  for (const { body } of figures) assert.deepEqual(seeds.in(body.toString()), [])

  const { errors, gets, requests } = seeds.answered
  assert.ok(
    seeds.kinds.size >= 50 && errors > 60 && gets > 150 && requests.size > 80,
    `${seeds.kinds.size} kinds, ${errors} errors, ${gets} GETs, ${requests.size} requests`,
  )
  assert.ok(seeds.leaks(() => false).length > 20, 'what is given is found')
  assert.deepEqual(seeds.leaks(gives), [])
  assert.ok(!server.log.includes('"msg":"request failed unexpectedly"'), 'nothing failed that was not expected to')
  await send(server, 'GET', '/v2/the-last-line')
  assert.ok(await eventually(async () => /the-last-line.*\n$/.test(server.log)))
  const { log } = server
  assert.ok(log.split('\n').filter((line) => line.includes('"msg":"request"')).length >= errors + gets)
  assert.deepEqual(seeds.in(log), [])
})

test('H1 nor does any lie in the data directory as it is', async () => {
  const { seeds } = seeding
  await server.end('SIGTERM')
  assert.deepEqual(seeds.in(server.log), [])
  const files = globSync(['longshore.db*', 'keys/*', 'tls/*'], { cwd: server.dataDir })
  assert.ok(files.includes('longshore.db'))
  for (const file of files) assert.deepEqual(seeds.in(readFileSync(join(server.dataDir, file)).toString('latin1')), [], file)
})
