import assert from 'node:assert/strict'
import { a, b, hour, type It, type Scene } from './metadata-scene.contract.ts'
import type { RepositoryName } from '#core/reference.ts'

const manifestsOf = async ({ store, registryId }: Scene, name: RepositoryName) =>
  (await store.deletedManifests(registryId, name, { after: '', limit: 100 })).map((each) => each.digest)
const tagsOf = async ({ store, registryId }: Scene, name: RepositoryName) =>
  (await store.deletedTags(registryId, name, { after: { tag: '', digest: '' }, limit: 100 })).map(({ tag, digest }) => [tag, digest])

async function collectAll(scene: Scene): Promise<number> {
  scene.now += 1000 * hour
  return (await scene.condemn()).condemned
}

/** What a registry that keeps what is deleted makes of deletes. */
export function deletedContentContract(it: It): void {
  it('a registry that does not keep what is deleted keeps nothing of it', async (scene) => {
    const pushed = await scene.pushImage(a, 'one', 'v1')
    await scene.deleteTag(a, 'v1')
    await scene.deleteManifest(a, pushed)
    assert.deepEqual([await manifestsOf(scene, a), await tagsOf(scene, a)], [[], []])
    assert.equal(await collectAll(scene), 2)
  })

  it('a deleted manifest is found by nobody, and all that it names stands whatever is collected', async (scene) => {
    await scene.change({ keepDeleted: true })
    const pushed = await scene.pushImage(a, 'one', 'v1', 'v2')
    const before = await scene.usage()
    scene.now += 7
    const { manifests, tags } = await scene.deleteManifest(a, pushed)
    assert.deepEqual([manifests, tags], [[pushed.digest], ['v1', 'v2']])
    assert.equal(await scene.manifest(a, pushed), undefined)
    assert.equal(await scene.tagged(a, 'v1'), undefined)
    assert.deepEqual(await scene.repositories(), [])
    assert.deepEqual(await scene.store.deletedManifests(scene.registryId, a, { after: '', limit: 100 }), [
      { digest: pushed.digest, mediaType: pushed.manifest.mediaType, deletedAt: scene.now },
    ])
    assert.deepEqual(await tagsOf(scene, a), [
      ['v1', pushed.digest],
      ['v2', pushed.digest],
    ])
    assert.equal(await collectAll(scene), 0)
    assert.ok(await scene.blob(a, pushed.layer))
    assert.equal((await scene.usage()).used, before.used)
    await assert.rejects(scene.deleteBlob(a, pushed.layer), { failure: 'in-use' })
  })

  it('its referrers are kept with it, and so is a tag that is deleted alone', async (scene) => {
    await scene.change({ keepDeleted: true })
    const subject = await scene.pushImage(a, 'one', 'v1', 'old')
    await scene.deleteTag(a, 'old')
    assert.deepEqual(await tagsOf(scene, a), [['old', subject.digest]])
    assert.equal(await scene.tagged(a, 'v1'), subject.digest)
    const { manifests } = await scene.deleteManifest(a, subject)
    assert.deepEqual(await manifestsOf(scene, a), [...manifests].sort())
  })

  it('a deleted manifest that is put again is deleted no more, and counts once', async (scene) => {
    await scene.change({ keepDeleted: true })
    const pushed = await scene.pushImage(a, 'one', 'v1')
    const before = await scene.usage()
    await scene.deleteManifest(a, pushed)
    await scene.put(a, pushed, 'v1')
    assert.deepEqual(await manifestsOf(scene, a), [])
    assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
    assert.equal((await scene.usage()).used, before.used)
    await scene.change({ keepDeleted: false })
    await scene.deleteManifest(a, pushed)
    assert.equal((await scene.usage()).used, 0)
    assert.equal(await collectAll(scene), 2)
  })

  it('a deleted repository keeps its manifests and tags; one of its name that comes later is another', async (scene) => {
    await scene.change({ keepDeleted: true })
    const [one, other] = [await scene.pushImage(a, 'one', 'v1'), await scene.pushImage(a, 'other', 'v2')]
    await scene.pushImage(b, 'one', 'v1')
    const before = await scene.usage()
    await scene.deleteRepository(a)
    assert.deepEqual(await scene.repositories(), [b])
    while ((await scene.drain(1)) > 0);
    assert.deepEqual(await manifestsOf(scene, a), [one.digest, other.digest].sort())
    assert.deepEqual(await tagsOf(scene, a), [
      ['v1', one.digest],
      ['v2', other.digest],
    ])
    assert.equal((await scene.usage()).used, before.used)
    assert.equal(await collectAll(scene), 0)

    const later = await scene.pushImage(a, 'later', 'v1')
    assert.equal(await scene.manifest(a, one), undefined)
    assert.equal(await scene.blob(a, one.layer), undefined)
    await scene.deleteManifest(a, later)
    assert.deepEqual(await manifestsOf(scene, a), [one.digest, other.digest, later.digest].sort())
  })

  for (const gone of ['its manifest', 'its repository'])
    it(`a tag that was deleted alone goes with ${gone} where nothing is kept, and holds no repository`, async (scene) => {
      await scene.change({ keepDeleted: true })
      const pushed = await scene.pushImage(a, 'one', 'v1', 'old')
      await scene.deleteTag(a, 'old')
      await scene.change({ keepDeleted: false })
      if (gone === 'its manifest') await scene.deleteManifest(a, pushed)
      else await scene.deleteRepository(a)
      while ((await scene.drain()) > 0);
      assert.deepEqual(await tagsOf(scene, a), [])
      await scene.store.reapUploads({ now: scene.now + 2 * hour, limit: 10 })
      while ((await scene.drain()) > 0);
      assert.equal(await collectAll(scene), gone === 'its manifest' ? 2 : 0)
      assert.equal((await scene.usage()).used, 0)
    })

  it('a repository that was emptied of all but what it kept is looked at no more, and keeps it', async (scene) => {
    await scene.change({ keepDeleted: true })
    const one = await scene.pushImage(a, 'one', 'v1')
    await scene.deleteRepository(a)
    while ((await scene.drain()) > 0);
    await scene.store.reapUploads({ now: scene.now + 2 * hour, limit: 10 })
    assert.deepEqual([await scene.drain(), await scene.drain()], [1, 0])
    assert.deepEqual(await manifestsOf(scene, a), [one.digest])
    assert.deepEqual(await tagsOf(scene, a), [['v1', one.digest]])
  })

  it('a repository that is deleted where nothing is kept takes along what was kept before', async (scene) => {
    await scene.change({ keepDeleted: true })
    const kept = await scene.pushImage(a, 'kept', 'v1')
    await scene.pushImage(a, 'stands', 'v2')
    await scene.deleteManifest(a, kept)
    await scene.change({ keepDeleted: false })
    await scene.deleteRepository(a)
    assert.equal((await scene.usage()).used, 0)
    while ((await scene.drain()) > 0);
    assert.deepEqual([await manifestsOf(scene, a), await tagsOf(scene, a)], [[], []])
    assert.equal((await scene.usage()).used, 0)
  })

  it('pages of what is deleted follow one another', async (scene) => {
    await scene.change({ keepDeleted: true })
    const { store, registryId } = scene
    for (const text of ['one', 'two', 'three']) await scene.deleteManifest(a, await scene.pushImage(a, text, 'v', text))
    const all = await manifestsOf(scene, a)
    assert.equal(all.length, 3)
    const first = await store.deletedManifests(registryId, a, { after: '', limit: 2 })
    const rest = await store.deletedManifests(registryId, a, { after: first.at(-1)?.digest ?? '', limit: 2 })
    assert.deepEqual(
      [...first, ...rest].map((each) => each.digest),
      all,
    )
    const tags = await tagsOf(scene, a)
    assert.equal(tags.length, 6)
    const [tag = '', digest = ''] = tags[3] ?? []
    const after = await store.deletedTags(registryId, a, { after: { tag, digest }, limit: 100 })
    assert.deepEqual(
      after.map((each) => [each.tag, each.digest]),
      tags.slice(4),
    )
  })
}
