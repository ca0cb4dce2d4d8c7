import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '../conformance/client.ts'
import { digestOf, makeImage, mediaTypes, pushBlob, pushImage, putManifest, someBytes } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { errorCode, json, send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor({ flags: { gcInterval: '1s' } })
})
after(() => door.stop())

const status = async (method: string, path: string) => (await send(door, method, path)).status
const remove = (path: string) => send(door, 'DELETE', path)
const catalog = async () => json<{ repositories: string[] }>(await send(door, 'GET', '/v2/_catalog?n=1000')).repositories

test('a blob that a manifest names is in use: 405; without the manifest it goes', async () => {
  const image = await pushImage(door, 'use', 'v1')
  for (const blob of [image.config, ...image.layers]) {
    const answer = await remove(`/v2/use/blobs/${digestOf(blob)}`)
    assert.deepEqual([answer.status, errorCode(answer)], [405, 'UNSUPPORTED'])
    assert.equal(await status('HEAD', `/v2/use/blobs/${digestOf(blob)}`), 200)
  }
  assert.equal((await remove(`/v2/use/manifests/${image.digest}`)).status, 202)
  for (const blob of [image.config, ...image.layers]) {
    const gone = await remove(`/v2/use/blobs/${digestOf(blob)}`)
    assert.ok([202, 404].includes(gone.status))
    assert.equal(await status('GET', `/v2/use/blobs/${digestOf(blob)}`), 404)
  }
})

test('what is deleted is gone at the next request, on every path to it', async () => {
  const image = await pushImage(door, 'gone', 'v1')
  await putManifest(door, 'gone', 'v2', image.manifest)
  await pushImage(door, 'gone', 'other')
  assert.equal((await remove(`/v2/gone/manifests/${image.digest}`)).status, 202)
  for (const reference of ['v1', 'v2', image.digest])
    for (const method of ['GET', 'HEAD', 'DELETE']) assert.equal(await status(method, `/v2/gone/manifests/${reference}`), 404)
  assert.deepEqual(json<{ tags: string[] }>(await send(door, 'GET', '/v2/gone/tags/list')).tags, ['other'])
})

test('a repository without a manifest is hidden, and is there again with the next', async () => {
  const image = await pushImage(door, 'hidden', 'v1')
  assert.ok((await catalog()).includes('hidden'))
  await remove(`/v2/hidden/manifests/${image.digest}`)
  assert.ok(!(await catalog()).includes('hidden'))
  const tags = await send(door, 'GET', '/v2/hidden/tags/list')
  assert.deepEqual([tags.status, errorCode(tags)], [404, 'NAME_UNKNOWN'])
  await pushBlob(door, 'only-a-blob', someBytes())
  assert.ok(!(await catalog()).includes('only-a-blob'))
  assert.equal(await status('GET', '/v2/only-a-blob/tags/list'), 404)
  await pushImage(door, 'hidden', 'v1', image)
  assert.ok((await catalog()).includes('hidden'))
})

test('a subject takes its referrers along, and theirs; an index leaves its children', async () => {
  const subject = await pushImage(door, 'tree', 'subject')
  const signature = await pushImage(door, 'tree', 'signature', makeImage({ subject: subject.descriptor }))
  const attestation = await pushImage(door, 'tree', 'attestation', makeImage({ subject: signature.descriptor }))
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [subject.descriptor] })
  await putManifest(door, 'tree', 'index', index, { mediaType: mediaTypes.index })
  assert.equal((await remove(`/v2/tree/manifests/${digestOf(index)}`)).status, 202)
  assert.equal(await status('GET', `/v2/tree/manifests/${subject.digest}`), 200)
  assert.equal((await remove(`/v2/tree/manifests/${subject.digest}`)).status, 202)
  for (const each of [subject, signature, attestation]) assert.equal(await status('GET', `/v2/tree/manifests/${each.digest}`), 404)
})

test('usage follows a delete within 5 seconds, and counts a shared layer once', async () => {
  const { deps, registry } = door.open
  const used = async () => (await deps.store.usage(registry.id)).used
  const before = await used()
  const image = makeImage({}, [300_000])
  await pushImage(door, 'usage', 'v1', image)
  await pushImage(door, 'usage-too', 'v1', image)
  const expected = image.manifest.length + image.config.length + 300_000
  assert.equal((await used()) - before, expected)
  assert.equal((await remove(`/v2/usage/manifests/${image.digest}`)).status, 202)
  assert.equal((await used()) - before, expected, 'the other repository still has all of it')
  assert.equal((await remove(`/v2/usage-too/manifests/${image.digest}`)).status, 202)
  assert.ok(await eventually(async () => (await used()) === before, 5000))
  const recomputed = await deps.store.recomputedUsage(registry.id)
  assert.equal(recomputed.used, await used())
})

test('a push that runs into a delete: it succeeds whole or is told what is missing', async () => {
  const outcomes = new Set<number>()
  for (let round = 0; round < 40; round++) {
    const image = makeImage()
    const name = `race-${round % 4}`
    const old = await pushImage(door, name, 'old', image)
    const rest = JSON.parse(image.manifest.toString()) as object
    const next = Buffer.from(JSON.stringify({ ...rest, annotations: { round: `${round}` } }))
    const [put] = await Promise.all([
      putManifest(door, name, 'new', next),
      remove(`/v2/${name}/manifests/${old.digest}`),
      ...[image.config, ...image.layers].map((blob) => remove(`/v2/${name}/blobs/${digestOf(blob)}`)),
    ])
    outcomes.add(put.status)
    assert.ok(put.status === 201 || (put.status === 400 && errorCode(put) === 'MANIFEST_BLOB_UNKNOWN'), put.body.toString())
    if (put.status === 400) continue
    assert.equal(await status('GET', `/v2/${name}/manifests/new`), 200)
    for (const blob of [image.config, ...image.layers]) {
      const pulled = await send(door, 'GET', `/v2/${name}/blobs/${digestOf(blob)}`)
      // With sparse on, a manifest may be put after its blobs were deleted.
      assert.ok(pulled.status === 200 ? pulled.body.equals(blob) : pulled.status === 404)
    }
  }
  assert.ok(outcomes.size >= 1)
})

test('with sparse off a manifest that was accepted can be pulled whole, whatever was deleted meanwhile', async () => {
  door.open.deps.settings.sparse = 'off'
  for (let round = 0; round < 40; round++) {
    const image = makeImage()
    for (const blob of [image.config, ...image.layers]) await pushBlob(door, 'strict', blob)
    const [put] = await Promise.all([
      putManifest(door, 'strict', 'v', image.manifest),
      ...[image.config, ...image.layers].map((blob) => remove(`/v2/strict/blobs/${digestOf(blob)}`)),
    ])
    assert.ok([201, 400].includes(put.status))
    if (put.status === 201)
      for (const blob of [image.config, ...image.layers]) assert.equal(await status('GET', `/v2/strict/blobs/${digestOf(blob)}`), 200)
  }
  door.open.deps.settings.sparse = 'all'
})

test('a repository that was deleted and is pushed to again starts empty', async () => {
  const { deps, registry } = door.open
  const image = await pushImage(door, 'again', 'v1')
  await deps.store.deleteRepository({ registryId: registry.id, name: 'again' as never, now: Date.now() })
  for (const path of ['manifests/v1', `manifests/${image.digest}`, `blobs/${digestOf(image.config)}`, 'tags/list'])
    assert.equal(await status('GET', `/v2/again/${path}`), 404, path)
  await pushImage(door, 'again', 'v2')
  assert.deepEqual(json<{ tags: string[] }>(await send(door, 'GET', '/v2/again/tags/list')).tags, ['v2'])
  assert.equal(await status('GET', `/v2/again/manifests/${image.digest}`), 404)
})
