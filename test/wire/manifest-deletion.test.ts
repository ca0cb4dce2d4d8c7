import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Descriptor, describeBytes, digestOf, type Image, makeImage, mediaTypes, pushImage, putManifest } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { type Answer, errorCode, json, send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor({ flags: { sparse: 'index' } })
})
after(() => door.stop())

const remove = (path: string) => send(door, 'DELETE', path)
const removeManifest = (name: string, { digest }: { digest: string }) => remove(`/v2/${name}/manifests/${digest}`)
const status = async (method: string, path: string) => (await send(door, method, path)).status
const lock = async (path: string, change: Record<string, boolean>) =>
  assert.equal((await send(door, 'PATCH', `/acr/v1/${path}`, { body: JSON.stringify(change) })).status, 200)

interface Index {
  digest: string
  descriptor: Descriptor
}
async function pushIndex(name: string, reference: string | undefined, children: readonly Descriptor[], extra: object = {}): Promise<Index> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: children, ...extra }))
  const digest = digestOf(bytes)
  const put = await putManifest(door, name, reference ?? digest, bytes, { mediaType: mediaTypes.index })
  assert.equal(put.status, 201, put.body.toString())
  return { digest, descriptor: describeBytes(mediaTypes.index, bytes) }
}
/** Pushed by its digest alone, as clients push what belongs to an index. */
async function pushChild(name: string, extra: object = {}): Promise<Image> {
  const image = makeImage(extra)
  return pushImage(door, name, image.digest, image)
}

async function isWhole(name: string, tag: string): Promise<void> {
  const { manifests } = json<{ manifests: Descriptor[] }>(await send(door, 'GET', `/v2/${name}/manifests/${tag}`))
  for (const { digest, mediaType } of manifests) {
    const child = await send(door, 'GET', `/v2/${name}/manifests/${digest}`)
    assert.equal(child.status, 200, `${name}:${tag} lost ${digest}`)
    if (mediaType === mediaTypes.index) continue
    const { config, layers } = json<{ config: Descriptor; layers: Descriptor[] }>(child)
    for (const blob of [config, ...layers]) assert.equal(await status('HEAD', `/v2/${name}/blobs/${blob.digest}`), 200)
  }
}

function isLocked(answer: Answer, because: RegExp): void {
  assert.deepEqual([answer.status, errorCode(answer)], [405, 'REGISTRY_DISALLOWED_OPERATION'], answer.body.toString())
  const [error] = json<{ errors: [{ message: string; detail: { because: string } }] }>(answer).errors
  assert.match(error.message, /^The operation is disallowed on this registry, repository or image\. View/)
  assert.match(error.detail.because, because)
}
function isPartOf(answer: Answer, { digest }: Index, tag: string): void {
  assert.deepEqual([answer.status, errorCode(answer)], [405, 'UNSUPPORTED'], answer.body.toString())
  const [error] = json<{ errors: [{ message: string; detail: { index: string; tag: string } }] }>(answer).errors
  assert.ok(error.message.includes(`is part of the index ${digest}, which tag ${tag} names`), error.message)
  assert.deepEqual([error.detail.index, error.detail.tag], [digest, tag])
}

const setChildren = (indexChildren: 'kept' | 'free') => putRegistry(door.open.deps.store, 'local', { indexChildren })

for (const children of ['kept', 'free'] as const)
  for (const flag of ['writeEnabled', 'deleteEnabled'])
    for (const where of ['tag', 'manifest'] as const)
      test(`${flag} false on the ${where} of an index keeps its children and their blobs, at every depth (children ${children})`, async () => {
        await setChildren(children)
        const name = `${flag.toLowerCase()}-${where}-${children}`
        const images = [await pushChild(name), await pushChild(name)]
        const inner = await pushIndex(name, undefined, [(images[1] as Image).descriptor])
        const outer = await pushIndex(name, 'v1', [(images[0] as Image).descriptor, inner.descriptor])
        const place = `${name}/${where === 'tag' ? '_tags/v1' : `_manifests/${outer.digest}`}`
        await lock(place, { [flag]: false })
        const because = where === 'tag' ? /^tag v1, which needs manifest sha256:/ : new RegExp(`^manifest ${outer.digest}, which needs`)
        for (const each of [...images, inner]) isLocked(await removeManifest(name, each), because)
        isLocked(await removeManifest(name, outer), where === 'tag' ? /^tag v1 is locked/ : /^manifest .* is locked/)
        for (const { config, layers } of images)
          for (const blob of [config, ...layers]) assert.equal((await remove(`/v2/${name}/blobs/${digestOf(blob)}`)).status, 405)
        isLocked(await remove(`/acr/v1/${name}`), /locked/)
        await isWhole(name, 'v1')
        await lock(place, { [flag]: true })
        assert.equal((await remove(`/acr/v1/${name}`)).status, 202)
        await setChildren('kept')
      })

test('a locked signature keeps the index that it signs, and its children', async () => {
  const child = await pushChild('signed')
  const index = await pushIndex('signed', undefined, [child.descriptor])
  const signature = await pushChild('signed', { subject: index.descriptor })
  await lock(`signed/_manifests/${signature.digest}`, { deleteEnabled: false })
  for (const each of [index, child]) isLocked(await removeManifest('signed', each), new RegExp(`^manifest ${signature.digest}`))
  await lock(`signed/_manifests/${signature.digest}`, { deleteEnabled: true })
  for (const each of [child, index]) assert.equal((await removeManifest('signed', each)).status, 202)
  assert.equal(await status('GET', `/v2/signed/manifests/${signature.digest}`), 404)
})

test('a child goes when no tag reaches it any more: not with the first of two, nor while it has a tag of its own', async () => {
  const child = await pushChild('shared')
  await putManifest(door, 'shared', 'alone', child.manifest)
  const one = await pushIndex('shared', 'one', [child.descriptor])
  const two = await pushIndex('shared', 'two', [child.descriptor], { annotations: { two: '2' } })
  assert.equal((await removeManifest('shared', child)).status, 405)
  assert.equal((await removeManifest('shared', one)).status, 202)
  isPartOf(await removeManifest('shared', child), two, 'two')
  assert.equal((await remove('/acr/v1/shared/_tags/two')).status, 202)
  assert.equal((await removeManifest('shared', child)).status, 202)
  assert.equal(await status('GET', '/v2/shared/manifests/alone'), 404)
  assert.equal(await status('GET', `/v2/shared/manifests/${two.digest}`), 200, 'an index that no tag names may lack a child')
})

test('a tag that moves on takes its protection along', async () => {
  const [old, fresh] = [await pushChild('moved'), await pushChild('moved')]
  await pushIndex('moved', 'v1', [old.descriptor])
  const now = await pushIndex('moved', 'v1', [fresh.descriptor])
  isPartOf(await removeManifest('moved', fresh), now, 'v1')
  assert.equal((await removeManifest('moved', old)).status, 202)
  await isWhole('moved', 'v1')
})

test('a child of an index in an index stays, and the answer names the index that the tag names', async () => {
  const child = await pushChild('nested')
  let index = await pushIndex('nested', undefined, [child.descriptor])
  for (let depth = 0; depth < 30; depth++) index = await pushIndex('nested', undefined, [index.descriptor])
  const outer = await pushIndex('nested', 'v1', [index.descriptor])
  isPartOf(await removeManifest('nested', child), outer, 'v1')
  assert.equal((await remove('/v2/nested/manifests/v1')).status, 202)
  assert.equal((await removeManifest('nested', child)).status, 202)
})

test('an index goes whatever lock its child has, and the child stays', async () => {
  const child = await pushChild('inner')
  await lock(`inner/_manifests/${child.digest}`, { deleteEnabled: false })
  const index = await pushIndex('inner', 'v1', [child.descriptor])
  assert.equal((await removeManifest('inner', index)).status, 202)
  assert.equal(await status('GET', `/v2/inner/manifests/${child.digest}`), 200)
})

test('a registry whose index children are free answers as Azure does', async () => {
  const child = await pushChild('azure')
  await pushIndex('azure', 'v1', [child.descriptor])
  await setChildren('free')
  assert.equal((await removeManifest('azure', child)).status, 202)
  assert.equal(await status('GET', '/v2/azure/manifests/v1'), 200)
  await setChildren('kept')
})

test('what deletes all that has no tag leaves the images of many architectures whole', async () => {
  const name = 'purged'
  const attestation = await pushChild(name)
  const index = await pushIndex(name, 'multi', [
    (await pushChild(name)).descriptor,
    (await pushChild(name)).descriptor,
    attestation.descriptor,
  ])
  const plain = await pushImage(door, name, 'plain')
  const left = await pushChild(name)
  const leftIndex = await pushIndex(name, undefined, [left.descriptor])
  const { manifests } = json<{ manifests: { digest: string; tags?: string[] }[] }>(await send(door, 'GET', `/acr/v1/${name}/_manifests`))
  const untagged = manifests.filter(({ tags }) => tags?.[0] === undefined)
  assert.equal(untagged.length, 5)
  const statuses = new Map<string, number>()
  for (const each of untagged) statuses.set(each.digest, (await removeManifest(name, each)).status)
  assert.deepEqual([...statuses.values()].sort(), [202, 202, 405, 405, 405])
  assert.deepEqual(
    [left, leftIndex].map(({ digest }) => statuses.get(digest)),
    [202, 202],
  )
  await isWhole(name, 'multi')
  assert.equal(await status('GET', `/v2/${name}/manifests/${plain.digest}`), 200)
  isPartOf(await removeManifest(name, attestation), index, 'multi')
})

test('a delete of the whole repository takes what its indexes need', async () => {
  const child = await pushChild('whole')
  const index = await pushIndex('whole', 'v1', [child.descriptor])
  const gone = await remove('/acr/v1/whole')
  assert.equal(gone.status, 202)
  assert.deepEqual(json<{ manifestsDeleted: string[] }>(gone).manifestsDeleted.sort(), [child.digest, index.digest].sort())
})

test('a manifest that thousands need by ever more ways is looked after for so long and no longer; from the top down all of it goes', async () => {
  const leaf = await pushChild('woven')
  const layers: Index[][] = []
  let below: Descriptor[] = [leaf.descriptor]
  // 1 + 8 levels of 30 are 250 indexes, and 6,330 ways up.
  for (let level = 0; level < 8; level++) {
    const children = below
    const layer = await Promise.all(
      Array.from({ length: 30 }, (_, each) => pushIndex('woven', undefined, children, { annotations: { place: `${level} ${each}` } })),
    )
    layers.push(layer)
    below = layer.map((each) => each.descriptor)
  }
  const refused = await removeManifest('woven', leaf)
  assert.deepEqual([refused.status, errorCode(refused)], [405, 'UNSUPPORTED'])
  assert.match(refused.body.toString(), new RegExp(`manifest ${leaf.digest} is part of more indexes`))
  assert.equal((await send(door, 'GET', `/v2/woven/manifests/${leaf.digest}`)).status, 200)
  for (const layer of layers.toReversed()) for (const index of layer) assert.equal((await removeManifest('woven', index)).status, 202)
  assert.equal((await removeManifest('woven', leaf)).status, 202)
})
