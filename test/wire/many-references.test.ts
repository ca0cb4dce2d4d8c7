import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Descriptor, describeBytes, digestOf, mediaTypes, pushBlob, putManifest } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor({ flags: { sparse: 'index' } })
})
after(() => door.stop())

const usage = async () => {
  const { deps, registry } = door.open
  const { used, unreferenced, pending } = await deps.store.usage(registry.id)
  assert.deepEqual(await deps.store.recomputedUsage(registry.id), await deps.store.usage(registry.id))
  return { used, unreferenced, pending }
}

/** More than one statement takes, of each size that a statement has. */
const blobs = 275

test('an index of hundreds of blobs, whatever it calls them, counts each once and holds each until the last such index goes', async () => {
  const layers = Array.from({ length: blobs }, (_, at) => Buffer.from(`layer ${at}`))
  for (const layer of layers) await pushBlob(door, 'many', layer)
  const all = layers.reduce((sum, layer) => sum + layer.length, 0)
  const absent = describeBytes(mediaTypes.layer, Buffer.from('absent'))
  const indexOf = async (named: readonly Descriptor[], note: string) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: named, annotations: { note } }))
    assert.equal((await putManifest(door, 'many', digestOf(bytes), bytes, { mediaType: mediaTypes.index })).status, 201)
    return { digest: digestOf(bytes), size: bytes.length }
  }
  const half = layers.slice(0, 260)
  const first = await indexOf([...layers.map((layer) => describeBytes(mediaTypes.layer, layer)), absent], 'as layers')
  assert.deepEqual(await usage(), { used: all + first.size, unreferenced: 0, pending: 0 })
  const second = await indexOf([...half.map((layer) => describeBytes(mediaTypes.image, layer)), absent], 'as images')
  assert.deepEqual(await usage(), { used: all + first.size + second.size, unreferenced: 0, pending: 0 })

  const remove = async (digest: string) => assert.equal((await send(door, 'DELETE', `/v2/many/manifests/${digest}`)).status, 202)
  const blobStatus = async (layer: Buffer) => (await send(door, 'DELETE', `/v2/many/blobs/${digestOf(layer)}`)).status
  await remove(first.digest)
  const left = layers.slice(260).reduce((sum, layer) => sum + layer.length, 0)
  assert.deepEqual(await usage(), { used: all - left + second.size, unreferenced: left, pending: 0 })
  assert.deepEqual([await blobStatus(half[259] as Buffer), await blobStatus(layers[260] as Buffer)], [405, 202])
  await remove(second.digest)
  assert.equal((await usage()).used, 0)
  assert.equal(await blobStatus(half[0] as Buffer), 202)
})
