import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '../conformance/client.ts'
import { digestOf, type Image, makeImage, pushBlob, putManifest, someBytes, startUpload } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { type Answer, errorCode, header, json, send, type Target } from '../world/send.ts'
import { Server } from '../world/server.ts'

const limit = 1_000_000
const promise = 1500
let door: Door
before(async () => {
  door = await openDoor({ flags: { storageLimit: String(limit), gcInterval: '1h', gcLease: '1h', sparse: 'off' } })
  door.open.deps.settings.lease = { ...door.open.deps.settings.lease, promise }
})
after(() => door.stop())

const usage = () => door.open.deps.store.usage(door.open.registry.id)
const sizeOf = ({ manifest, config, layers }: Image) => [manifest, config, ...layers].reduce((sum, each) => sum + each.length, 0)
const post = (name: string, bytes: Uint8Array) =>
  send(door, 'POST', `/v2/${name}/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes })
const head = async (name: string, bytes: Uint8Array) => (await send(door, 'HEAD', `/v2/${name}/blobs/${digestOf(bytes)}`)).status

/** As clients push: the layers first. */
async function push(target: Target, name: string, image: Image): Promise<Image> {
  for (const blob of [...image.layers, image.config]) await pushBlob(target, name, blob)
  const put = await putManifest(target, name, 'v1', image.manifest)
  assert.equal(put.status, 201, put.body.toString())
  return image
}

async function pushAndDelete(target: Target, name: string, size = 700_000): Promise<Image> {
  const image = await push(target, name, makeImage({}, [size]))
  assert.equal((await send(target, 'DELETE', `/v2/${name}/manifests/${image.digest}`)).status, 202)
  return image
}

/** The layer of an image alone. */
const layerOf = ({ layers: [layer] }: Image): Buffer => layer as Buffer

function hasNoRoom(answer: Answer): void {
  assert.deepEqual([answer.status, errorCode(answer)], [503, 'UNAVAILABLE'], answer.body.toString())
  const seconds = Number(header(answer, 'retry-after'))
  assert.ok(seconds >= 1 && seconds <= 2, `Retry-After: ${seconds}`)
  assert.equal(json<{ errors: [{ detail: { limit: number } }] }>(answer).errors[0].detail.limit, limit)
}

test('what nothing names is bounded, its oldest go first, and never what an answer of the last hour relied on', async () => {
  const [first, second] = [await pushAndDelete(door, 'aged'), await pushAndDelete(door, 'aged')]
  const third = makeImage({}, [700_000])
  hasNoRoom(await post('aged', layerOf(third)))
  for (const each of [first, second]) assert.equal(await head('aged', layerOf(each)), 200)
  // Somebody goes on asking for the second: the first goes alone.
  const pushed = await eventually(async () => {
    assert.equal(await head('aged', layerOf(second)), 200)
    const answer = await post('aged', layerOf(third))
    if (answer.status === 503) hasNoRoom(answer)
    return answer.status === 201
  }, 20_000)
  assert.ok(pushed)
  assert.equal(await head('aged', layerOf(first)), 404)
  assert.equal(await head('aged', layerOf(second)), 200)
  await pushBlob(door, 'aged', third.config)
  assert.equal((await putManifest(door, 'aged', 'third', third.manifest)).status, 201)
  const { used, condemned } = await usage()
  assert.equal(used, sizeOf(third))
  // Configs that were given up together with a layer may wait: with the layer there was room.
  const waits = first.config.length + second.config.length
  assert.ok(condemned <= waits, `what was given up left the disk, although the delay is a day: ${condemned} bytes are there`)
  assert.equal((await send(door, 'DELETE', '/acr/v1/aged')).status, 202)
})

test('what no manifest names yet is bounded too, and a session that finds no room goes on when there is some', async () => {
  const waiting = someBytes(600_000)
  await pushBlob(door, 'waits', waiting)
  const bytes = someBytes(600_000)
  const path = header(await startUpload(door, 'waits'), 'location')
  hasNoRoom(await send(door, 'PATCH', path, { body: bytes }))
  const taken = await eventually(async () => {
    const answer = await send(door, 'PATCH', path, { body: bytes })
    if (answer.status === 503) hasNoRoom(answer)
    return answer.status === 202
  }, 20_000)
  assert.ok(taken)
  assert.equal(await head('waits', waiting), 404)
  const put = await send(door, 'PUT', `${path}${path.includes('?') ? '&' : '?'}digest=${digestOf(bytes)}`)
  assert.equal(put.status, 201, put.body.toString())
  assert.equal(await head('waits', bytes), 200)
  await send(door, 'DELETE', `/v2/waits/blobs/${digestOf(bytes)}`)
})

test('pushes at once never take more than the limit together, and what was accepted is whole', async () => {
  const images = Array.from({ length: 12 }, () => makeImage({}, [240_000]))
  const outcomes = await Promise.allSettled(images.map((image, at) => push(door, `race-${at}`, image)))
  const { used, unreferenced, reserved, condemned } = await usage()
  assert.equal(reserved, 0)
  assert.ok(used <= limit && used + unreferenced + condemned <= 2 * limit)
  const pushed = images.filter((_, at) => outcomes[at]?.status === 'fulfilled')
  assert.ok(pushed.length <= 4, `${pushed.length} images of 240 kB`)
  assert.equal(
    used,
    pushed.reduce((sum, image) => sum + sizeOf(image), 0),
  )
  for (const outcome of outcomes) if (outcome.status === 'rejected') assert.match(String(outcome.reason), /storage limit/)
  for (const image of pushed) assert.equal(await head(`race-${images.indexOf(image)}`, layerOf(image)), 200)
  assert.deepEqual({ ...(await usage()) }, { ...(await door.open.deps.store.recomputedUsage(door.open.registry.id)) })
})

test('a server takes image after image in the place of one, whether its manifest is deleted or its repository', async () => {
  const server = await Server.start({ storageLimit: String(limit), gcInterval: '1h', sparse: 'off' })
  try {
    for (let round = 0; round < 4; round++) {
      await push(server, 'turn', makeImage({}, [700_000]))
      assert.equal((await send(server, 'DELETE', '/acr/v1/turn')).status, 202, `round ${round}`)
    }
    for (let round = 0; round < 2; round++) await pushAndDelete(server, 'digest')
    // Both were pushed within the hour.
    const third = makeImage({}, [700_000])
    const refused = await send(server, 'POST', `/v2/digest/blobs/uploads/?digest=${digestOf(layerOf(third))}`, { body: layerOf(third) })
    assert.equal(refused.status, 503)
    assert.ok(Number(header(refused, 'retry-after')) > 3000)
  } finally {
    await server.stop()
  }
})

test('a small blob in its row is given up as a file is', async () => {
  const blobs = Array.from({ length: 3 }, () => someBytes(5000))
  const small = await openDoor({ flags: { storageLimit: '10000', gcInterval: '1h', sparse: 'off' } })
  try {
    small.open.deps.settings.lease = { ...small.open.deps.settings.lease, promise: 200 }
    const statuses = async () => Promise.all(blobs.map(async (each) => (await send(small, 'HEAD', `/v2/s/blobs/${digestOf(each)}`)).status))
    for (const each of blobs.slice(0, 2)) await pushBlob(small, 's', each)
    assert.ok(
      await eventually(async () => {
        const bytes = blobs[2] as Buffer
        return (await send(small, 'POST', `/v2/s/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes })).status === 201
      }, 20_000),
    )
    assert.deepEqual(await statuses(), [404, 200, 200])
  } finally {
    await small.stop()
  }
})
