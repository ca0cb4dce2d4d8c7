// Servers on machines of their own, whose network to the database or to the bucket is cut without anybody being told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client as Database } from 'pg'
import { type Answer, Client, type Request } from '../faults/client.ts'
import { isReady, type Server } from '../faults/server.ts'
import { Fleet } from './fleet.ts'
import { startMovingAddress, type MovingAddress } from './moving-address.ts'
import { type Machine, makeMachine } from './networks.ts'
import { PatientClient } from './patient-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { type RadosgwServer, startRadosgw } from './radosgw.ts'

let postgres: PostgresServer
let store: RadosgwServer
let relay: MovingAddress
let machines: Machine[]
let fleet: Fleet
const portOf = (address: string): number => Number(address.split(':').at(-1))

before(async () => {
  machines = [makeMachine(), makeMachine(), makeMachine()]
  postgres = await startPostgres({ durable: true, everywhere: true })
  store = await startRadosgw()
  Object.assign(process.env, store.environment)
  const bucket = await store.make()
  relay = await startMovingAddress(new URL(store.endpoint).host, '0.0.0.0')
  const url = await postgres.database()
  // Each reaches this machine by a wire of its own, so each calls it otherwise.
  fleet = await Fleet.start(url, 3, {
    settings: { storeTimeout: '3s', publicUrl: 'http://localhost:5000' },
    perServer: (index) => ({
      store: url.replace('127.0.0.1', machines[index]?.here ?? ''),
      blobs: `s3://${bucket}?endpoint=http://${machines[index]?.here}:${portOf(relay.address)}`,
      names: [machines[index]?.address],
    }),
    surroundings: (index) => ({ within: machines[index]?.within ?? [], host: machines[index]?.address ?? '' }),
  })
})
after(async () => {
  await fleet?.stop()
  relay?.stop()
  postgres?.stop()
  store?.stop()
  for (const machine of machines) machine.remove()
})

/** It comes to an end: how long that may take is told here, so that what hangs fails. */
async function ended(server: Server, method: string, path: string, request: Request = {}): Promise<Answer> {
  const longest = new AbortController()
  const late = pause(90_000, undefined, { signal: longest.signal }).then(() => Promise.reject(new Error(`${method} ${path} hangs`)))
  late.catch(() => {})
  try {
    return await Promise.race([new Client(server, fleet.password).send(method, path, request), late])
  } finally {
    longest.abort()
  }
}

async function back(server: Server): Promise<void> {
  while (!(await isReady(server))) await pause(50)
}

test('a server that is cut off from the database ends each request, allows nothing, and comes back by itself', async () => {
  const [cutOff, other] = fleet.servers as [Server, Server]
  const [machine] = machines as [Machine]
  const before = new PatientClient([other], fleet.password)
  let pushes = 0
  await before.push('team/app', () => pushes++ === 2, 20_000)
  const [kept, gone] = before.pushed
  assert.ok(kept && gone)
  const paths = [`/v2/team/app/manifests/${kept.tag}`, '/v2/team/app/tags/list', `/v2/team/app/blobs/${kept.image.blobs[0]}`]
  // It has read, and keeps, all that it needs to answer.
  for (const path of paths) assert.equal((await ended(cutOff, 'GET', path)).status, 200)
  // Connections are open and rest; some of them are at something.
  const busy = Array.from({ length: 8 }, () => ended(cutOff, 'GET', paths[0] ?? ''))
  machine.cut(portOf(postgres.address))
  for (const answer of await Promise.all(busy)) assert.ok([200, 503].includes(answer.status))
  assert.equal((await ended(other, 'DELETE', `/v2/team/app/manifests/${gone.image.digest}`)).status, 202)
  for (const path of [...paths, `/v2/team/app/manifests/${gone.tag}`]) {
    const answer = await ended(cutOff, 'GET', path)
    assert.equal(answer.status, 503, `${path}: ${answer.body}`)
    assert.ok(Number(answer.headers['retry-after']) > 0)
  }
  assert.equal((await ended(cutOff, 'POST', '/v2/team/app/blobs/uploads/')).status, 503)
  assert.equal(await isReady(cutOff), false)
  // The others go on as if nothing were.
  let more = 0
  await new PatientClient(fleet.servers.slice(1), fleet.password).push('team/more', () => more++ === 2, 20_000)
  machine.heal(portOf(postgres.address))
  await back(cutOff)
  assert.equal((await ended(cutOff, 'GET', paths[0] ?? '')).status, 200)
  assert.equal((await ended(cutOff, 'GET', `/v2/team/app/manifests/${gone.tag}`)).status, 404)
})

test('what a server that is cut off had begun is done by others, once', async () => {
  const [cutOff, other] = fleet.servers as [Server, Server]
  const [machine] = machines as [Machine]
  const client = new PatientClient([other], fleet.password)
  let pushes = 0
  await client.push('gone/app', () => pushes++ === 6, 20_000)
  assert.equal((await ended(cutOff, 'DELETE', '/acr/v1/gone/app')).status, 202)
  machine.cut(portOf(postgres.address))
  const database = new Database({ connectionString: fleet.url })
  await database.connect()
  const left = async () =>
    (await database.query<{ left: number }>(`SELECT count(*)::int AS left FROM repository WHERE state <> 'live'`)).rows[0]?.left ?? 0
  while ((await left()) > 0) await pause(50)
  // Nothing that it had open keeps others waiting.
  const open = async () =>
    (await database.query(`SELECT 1 FROM pg_stat_activity WHERE client_addr = $1 AND state LIKE 'idle in transaction%'`, [machine.address]))
      .rows
  while ((await open()).length > 0) await pause(50)
  await database.end()
  machine.heal(portOf(postgres.address))
  await back(cutOff)
  await client.checkAll(fleet.url).catch((error: Error) => assert.match(error.message, /NAME_UNKNOWN|404/))
})

test('a server that is cut off from the bucket ends each request, and gives no blob that is not whole', async () => {
  const [cutOff, other] = fleet.servers as [Server, Server]
  const [machine] = machines as [Machine]
  const client = new PatientClient([other], fleet.password)
  let pushes = 0
  await client.push('team/bucket', () => pushes++ === 1)
  const [pushed] = client.pushed
  assert.ok(pushed)
  const blob = `/v2/team/bucket/blobs/${pushed.image.blobs[1]}`
  machine.cut(portOf(relay.address))
  const answer = await ended(cutOff, 'GET', blob).catch((error: Error) => error)
  if (!(answer instanceof Error)) assert.equal(answer.status, 503, String(answer.status))
  // Facts are not in the bucket.
  assert.equal((await ended(cutOff, 'GET', `/v2/team/bucket/manifests/${pushed.tag}`)).status, 200)
  assert.equal((await ended(other, 'GET', blob)).status, 200)
  machine.heal(portOf(relay.address))
  assert.equal((await ended(cutOff, 'GET', blob)).status, 200)
  await client.checkAll(fleet.url)
})
