import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { eventually } from '../conformance/client.ts'
import { ChildServer } from '../world/child.ts'
import { digestOf, locationOf, makeImage, mediaTypes, pushBlob, pushImage, putManifest, someBytes, startUpload } from '../world/content.ts'
import { openDoor } from '../world/door.ts'
import { type Answer, errorCode, send } from '../world/send.ts'

/** Two hundred descriptors, of which the threads and the database take a third. */
let server: ChildServer
const layer = someBytes(300_000)
let digest: string
before(async () => {
  server = await ChildServer.start({ LONGSHORE_ADMIN: '127.0.0.1:0', LONGSHORE_MAX_WAIT: '5s' }, 200)
  digest = await pushBlob(server, 'calm', layer)
  await pushImage(server, 'calm', 'v1')
})
after(() => server.stop())

const descriptors = (): number => readdirSync(`/proc/${server.pid}/fd`).length

async function assertServed(): Promise<void> {
  const pulled = await send(server, 'GET', `/v2/calm/blobs/${digest}`)
  assert.ok(pulled.status === 200 && pulled.body.equals(layer), `a pull: ${pulled.status}`)
  assert.equal((await send(server, 'GET', '/v2/calm/manifests/v1')).status, 200)
  const bytes = someBytes(50_000)
  assert.equal((await send(server, 'POST', `/v2/calm/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes })).status, 201)
  const { host, port } = server.started.admin ?? { host: '', port: 0 }
  assert.equal((await fetch(`http://${host}:${port}/readyz`)).status, 200)
}

/** So many at once, each after the other. */
async function each<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items]
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
    }),
  )
}

test('a thousand uploads of one byte with two hundred descriptors: pulls and pushes go on, and each upload does', async () => {
  const sessions: { name: string; answer: Answer }[] = []
  const names = Array.from({ length: 1000 }, (_, index) => `random/n${index}`)
  await each(names, 8, async (name) => {
    const answer = await send(server, 'PATCH', locationOf(await startUpload(server, name)), { body: 'a' })
    assert.equal(answer.status, 202, answer.body.toString())
    sessions.push({ name, answer })
    if (sessions.length % 200 === 0) await assertServed()
  })
  assert.ok(descriptors() < 200, `${descriptors()} are open`)
  // The first ones were closed long ago, the last ones are open.
  const some = [...sessions.slice(0, 10), ...sessions.slice(-10)]
  await each(some, 5, async ({ name, answer }) => {
    const rest = someBytes(30_000)
    const whole = Buffer.concat([Buffer.from('a'), rest])
    const middle = await send(server, 'PATCH', locationOf(answer), { body: rest.subarray(0, 10_000) })
    assert.equal(middle.status, 202)
    const put = await send(server, 'PUT', locationOf(middle, `digest=${digestOf(whole)}`), { body: rest.subarray(10_000) })
    assert.equal(put.status, 201, put.body.toString())
    const pulled = await send(server, 'GET', `/v2/${name}/blobs/${digestOf(whole)}`)
    assert.ok(pulled.body.equals(whole))
  })
  await assertServed()
})

test('more connections than there are descriptors: none is lost to those who ask', async () => {
  const sockets: Socket[] = []
  for (let i = 0; i < 400; i++) {
    const socket = connect(server.address)
    socket.on('error', () => {})
    sockets.push(socket)
    if (i % 100 === 99) await assertServed()
  }
  assert.ok(descriptors() < 200, `${descriptors()} are open`)
  await assertServed()
  for (const socket of sockets) socket.destroy()
  assert.deepEqual(
    server.lines().filter((line) => /EMFILE/.test(JSON.stringify(line))),
    [],
  )
})

test('a start with too few descriptors is refused in a sentence; with few of them the log says what fits', async () => {
  await assert.rejects(ChildServer.start({}, 100), /the system allows this process 100 open files and the server needs 128 at least/)
  const warning = server.lines().find((line) => line.msg === 'the system allows few open files')
  assert.deepEqual([warning?.level, warning?.openFiles, warning?.connections, warning?.uploads], [40, 200, 52, 13])
})

test('a name that somebody began to push to and left has no row for ever, however the upload ends', async () => {
  const door = await openDoor({ flags: { uploadLife: '300ms', gcLease: '300ms', gcDelay: '1ms' } })
  const names = () => {
    const database = new DatabaseSync(join(door.dataDir, 'longshore.db'), { readOnly: true })
    const rows = database.prepare('SELECT name FROM repository ORDER BY name').all() as { name: string }[]
    database.close()
    return rows.map(({ name }) => name)
  }
  try {
    const { store, clock } = door.open.deps
    const cancelled = await startUpload(door, 'left/cancelled')
    assert.deepEqual(names(), ['left/cancelled'])
    assert.equal((await send(door, 'DELETE', locationOf(cancelled))).status, 204)
    assert.deepEqual(names(), [])
    const wrong = await startUpload(door, 'left/wrong')
    assert.equal((await send(door, 'PUT', locationOf(wrong, `digest=${digestOf('other')}`), { body: 'this' })).status, 400)
    assert.deepEqual(names(), [])
    for (let i = 0; i < 20; i++) await startUpload(door, `left/open${i}`)
    await pushBlob(door, 'left/blob', someBytes(100))
    const image = await pushImage(door, 'kept', 'v1')
    await new Promise((resolve) => setTimeout(resolve, 400))
    await store.reapUploads({ now: clock.now() + 3_700_000, limit: 500 })
    assert.deepEqual(names(), ['kept', 'left/blob'])
    await store.condemn({ now: clock.now() + 3_700_000, limit: 500 })
    assert.deepEqual(names(), ['kept'])
    assert.equal((await send(door, 'GET', '/v2/kept/manifests/v1')).status, 200)
    assert.equal((await send(door, 'DELETE', `/v2/kept/manifests/${image.digest}`)).status, 202)
    await store.condemn({ now: clock.now() + 3_700_000, limit: 500 })
    assert.deepEqual(names(), [])
    await pushImage(door, 'kept', 'v2')
  } finally {
    await door.stop()
  }
})

test('pushes at once to a name whose sessions come and go never fail', async () => {
  const door = await openDoor()
  try {
    const { store, clock } = door.open.deps
    let going = true
    const coming = (async () => {
      while (going) {
        const session = await startUpload(door, 'race')
        assert.equal((await send(door, 'DELETE', locationOf(session))).status, 204)
        await store.condemn({ now: clock.now(), limit: 500 })
      }
    })()
    for (let round = 0; round < 15; round++) {
      const image = makeImage({}, [40_000])
      for (const blob of [image.config, ...image.layers]) {
        const session = await startUpload(door, 'race')
        const chunk = await send(door, 'PATCH', locationOf(session), { body: blob })
        assert.equal(chunk.status, 202)
        assert.equal((await send(door, 'PUT', locationOf(chunk, `digest=${digestOf(blob)}`))).status, 201)
      }
      assert.equal((await putManifest(door, 'race', 'v1', image.manifest, { mediaType: mediaTypes.image })).status, 201)
      assert.equal((await send(door, 'DELETE', `/v2/race/manifests/${image.digest}`)).status, 202)
    }
    going = false
    await coming
  } finally {
    await door.stop()
  }
})

test('a caller beyond its number of uploads: the one left for an hour makes room, and none that is in use', async () => {
  const door = await openDoor({ flags: { maxUploads: '3' } })
  try {
    const sessions = []
    for (let i = 0; i < 3; i++) sessions.push(await startUpload(door, 'many'))
    const refused = await send(door, 'POST', '/v2/many/blobs/uploads/')
    assert.deepEqual([refused.status, errorCode(refused), Number(refused.headers['retry-after']) > 0], [503, 'UNAVAILABLE', true])
    const database = new DatabaseSync(join(door.dataDir, 'longshore.db'), { timeout: 5000 })
    const [first] = sessions.map((each) => new URL(locationOf(each), 'http://localhost').pathname.split('/').at(-1) ?? '')
    const { changes } = database.prepare('UPDATE upload SET expires_at = expires_at - 3700000 WHERE upload_id = ?').run(first ?? '')
    assert.equal(changes, 1)
    database.close()
    assert.ok(await eventually(async () => (await send(door, 'POST', '/v2/many/blobs/uploads/')).status === 202))
    const states = await Promise.all(sessions.map(async (each) => (await send(door, 'GET', locationOf(each))).status))
    assert.deepEqual(states, [404, 204, 204])
  } finally {
    await door.stop()
  }
})
