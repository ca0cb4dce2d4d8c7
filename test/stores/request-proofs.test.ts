import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { hostNames } from '#http/hosts.ts'
import { trustedProxies } from '#http/proxies.ts'
import { budgetOf, gatesOf } from '#main/budget.ts'
import { frontDoor } from '#main/front-door.ts'
import { transportInProcess } from '#main/operate-here.ts'
import { hostsOf } from '#main/origins.ts'
import { registryPlane } from '#main/registry-plane.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { type ArmScene, newest, openArm, registryId } from '../world/arm.ts'
import { configOf } from '../world/server.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

/** The statements that were sent to the database, in their order. */
const sent: string[] = []
const query = Client.prototype.query as (...args: unknown[]) => unknown
Client.prototype.query = function (this: Client, ...args: unknown[]) {
  const [statement] = args
  sent.push(typeof statement === 'string' ? statement : String((statement as { text?: string }).text))
  return query.apply(this, args)
} as typeof Client.prototype.query
const proof = /FROM change_log/

let server: PostgresServer
let stores: MetadataStore[]
let scene: ArmScene
let url: string
let path: string
const door = createServer()

before(async () => {
  server = await startPostgres()
  const database = await server.database()
  stores = []
  for (let each = 0; each < 2; each++) stores.push(await openPostgresStore({ url: database, connections: 4 }))
  scene = await openArm(stores[0])
  path = registryId(scene, 'proven')
  await scene.ask('PUT', path, { body: { location: 'local', sku: { name: 'Premium' } } })

  const config = configOf('/nowhere', {})
  const deps = { ...scene.deps, uploads: new Uploads(scene.deps, { most: 1, longestWait: 1, sessionsOfOne: 1 }) }
  door.on(
    'request',
    frontDoor({
      deps: { ...deps, ...registryPlane(deps) },
      hosts: hostsOf(hostNames(['localhost']), config.domain),
      proxies: trustedProxies([]),
      gates: gatesOf(budgetOf(config, 20_000), config),
      telemetry: { answered: () => {} },
      corsOrigins: new Set(),
    }),
  )
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  url = `http://localhost:${(door.address() as AddressInfo).port}${path}?api-version=${newest}`
})
after(async () => {
  door.closeAllConnections()
  door.close()
  await scene.stop()
  await stores[1]?.close()
  server.stop()
})

test('a request at the front door whose facts are all kept sends one statement, its proof', async () => {
  const token = await scene.person('reader', { Reader: scene.group })
  const ask = async () => (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status
  assert.equal(await ask(), 200)
  sent.length = 0
  assert.equal(await ask(), 200)
  assert.equal(sent.length, 1)
  assert.match(sent[0] ?? '', proof)
  // It asks for more than one: outside of a request each has a proof of its own.
  sent.length = 0
  const outside = await scene.ask('GET', path, { as: token })
  assert.equal(outside.status, 200)
  assert.ok(sent.length > 3 && sent.every((each) => proof.test(each)), sent.join('\n'))
})

test('the operator’s request is one, too', async () => {
  const send = transportInProcess(scene.deps)
  const ask = () => send({ method: 'GET', path: `${path}?api-version=${newest}` })
  assert.equal((await ask()).status, 200)
  sent.length = 0
  assert.equal((await ask()).status, 200)
  assert.equal(sent.filter((each) => proof.test(each)).length, 1)
})

test('a role that was taken through another server is missed by the next request', async () => {
  const token = await scene.person('former', { Reader: scene.group })
  const ask = async () => (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status
  for (const status of [200, 200]) assert.equal(await ask(), status)
  const [, other] = stores
  const given = await other?.roleAssignments({ at: [scene.group.toLowerCase()] }, { after: '', limit: 100 })
  for (const { scope, name } of given ?? []) await other?.deleteRoleAssignment({ scope, name })
  assert.equal(await ask(), 403)
})
