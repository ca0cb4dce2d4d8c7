import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '../conformance/client.ts'
import { digestOf, type Image, makeImage, pushBlob, pushImage, putManifest, someBytes, startUpload } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { type Answer, errorCode, header, json, send } from '../world/send.ts'

const limit = 1_000_000
let door: Door
before(async () => {
  door = await openDoor({ flags: { storageLimit: String(limit), gcInterval: '1h', sparse: 'index' } })
})
after(() => door.stop())

const usage = () => door.open.deps.store.usage(door.open.registry.id)
const sizeOf = ({ manifest, config, layers }: Image) => [manifest, config, ...layers].reduce((sum, each) => sum + each.length, 0)
const startOf = (bytes: Uint8Array) => send(door, 'POST', `/v2/full/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes })
const removeRepository = async (name: string) => assert.equal((await send(door, 'DELETE', `/acr/v1/${name}`)).status, 202)

function isExhausted(answer: Answer): void {
  assert.deepEqual([answer.status, errorCode(answer)], [405, 'REGISTRY_DISALLOWED_OPERATION'], answer.body.toString())
  const [error] = json<{ errors: { message: string; detail: { limit: number } }[] }>(answer).errors
  assert.match(
    error?.message ?? '',
    /^The operation is disallowed on this registry, repository or image: its storage limit of 1000000 bytes/,
  )
  assert.equal(error?.detail.limit, limit)
}

test('storage that is exhausted is the disallowed operation, which names the limit; nothing of the push stays', async () => {
  const image = await pushImage(door, 'full', 'v1', makeImage({}, [700_000]))
  isExhausted(await startOf(someBytes(400_000)))
  assert.deepEqual({ ...(await usage()) }, { used: sizeOf(image), unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit })
  await removeRepository('full')
})

test('a manifest whose blobs came one by one is refused where together they are too much, and the tag stays where it was', async () => {
  const old = await pushImage(door, 'full', 'v1', makeImage({}, [300_000]))
  const large = makeImage({}, [400_000, 400_000])
  for (const blob of [large.config, ...large.layers]) await pushBlob(door, 'full', blob)
  isExhausted(await putManifest(door, 'full', 'v1', large.manifest))
  assert.equal((await send(door, 'HEAD', '/v2/full/manifests/v1')).headers['docker-content-digest'], old.digest)
  assert.equal((await usage()).used, sizeOf(old))
  await removeRepository('full')
})

test('what was deleted, by its digest or with its repository, can be pushed again at once', async () => {
  for (const remove of [
    async (image: Image) => assert.equal((await send(door, 'DELETE', `/v2/again/manifests/${image.digest}`)).status, 202),
    () => removeRepository('again'),
  ]) {
    const first = await pushImage(door, 'again', 'v1', makeImage({}, [700_000]))
    await remove(first)
    assert.equal((await usage()).used, 0)
    const second = await pushImage(door, 'again', 'v1', makeImage({}, [700_000]))
    assert.equal((await usage()).used, sizeOf(second))
    await removeRepository('again')
  }
})

test('a deleted repository counts no more from the first moment, and is emptied without a collection', async () => {
  const { deps, registry } = door.open
  const shared = someBytes(50_000)
  const kept = await pushImage(door, 'kept', 'v1', { ...makeImage(), ...imageOf(shared) })
  const begun = header(await startUpload(door, 'drained'), 'location')
  assert.equal((await send(door, 'PATCH', begun, { body: someBytes(1000) })).status, 202)
  for (let each = 0; each < 150; each++) await pushImage(door, 'drained', `v${each}`, { ...makeImage(), ...imageOf(shared) })
  const answers = await Promise.all([send(door, 'DELETE', '/acr/v1/drained'), ...Array.from({ length: 20 }, usageAfter)])
  assert.equal((answers[0] as Answer).status, 202)
  assert.equal((await usage()).used, sizeOf(kept))
  const count = async () => (await deps.store.explain(registry.id, digestOf(shared) as never)).links.length
  assert.ok(await eventually(async () => (await count()) === 1, 20_000), 'only the repository that stays holds the layer')
  assert.ok(await eventually(async () => (await usage()).reserved === 0, 20_000), 'its uploads give their places back')
  assert.deepEqual({ ...(await usage()) }, { ...(await deps.store.recomputedUsage(registry.id)) })
  assert.equal((await usage()).used, sizeOf(kept))
  await removeRepository('kept')
})

test('what is too much is told before all of it has come', async () => {
  const mebibyte = Buffer.alloc(2 ** 20, 'x')
  const path = header(await startUpload(door, 'stream'), 'location')
  let answered = () => {}
  const answer = new Promise<void>((resolve) => (answered = resolve))
  async function* body() {
    for (let each = 0; each < 70; each++) yield mebibyte
    // The rest comes only to an answer that was waited for.
    await answer
  }
  const refused = await send(door, 'PATCH', path, { body: body() })
  answered()
  isExhausted(refused)
  // Azure keeps the blocks that were sent for a blob, and they are counted while it does.
  if (!door.open.deps.blobs.name.startsWith('azblob')) assert.equal((await usage()).reserved, 0)
  assert.equal((await send(door, 'DELETE', path)).status, 204)
})

test("an upload that was left behind stands in nobody's way", async () => {
  const { settings } = door.open.deps
  const path = header(await startUpload(door, 'left'), 'location')
  assert.equal((await send(door, 'PATCH', path, { body: someBytes(600_000) })).status, 202)
  isExhausted(await startOf(someBytes(500_000)))
  assert.equal((await send(door, 'GET', path)).status, 204)
  const lease = settings.lease
  settings.lease = { ...lease, promise: 0 }
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal((await startOf(someBytes(500_000))).status, 201)
  settings.lease = lease
  assert.equal((await send(door, 'GET', path)).status, 404)
})

const usageAfter = async () => usage()

/** An image of one layer that others have too. */
function imageOf(layer: Buffer): Image {
  const { config, manifest } = makeImage({}, [])
  const body = JSON.parse(manifest.toString()) as object
  const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(layer), size: layer.length }]
  const bytes = Buffer.from(JSON.stringify({ ...body, layers }))
  return { config, layers: [layer], manifest: bytes, digest: digestOf(bytes), descriptor: { mediaType: '', digest: '', size: 0 } }
}
