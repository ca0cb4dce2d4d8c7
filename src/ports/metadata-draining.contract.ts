import assert from 'node:assert/strict'
import { type It, a, b, image } from './metadata-scene.contract.ts'

/** Deleted repositories. */
export function drainingContract(it: It): void {
  it('a deleted repository is gone at once, and its name is free', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const { uploadId } = await scene.startUpload(a)
    const { manifests, tags } = await scene.deleteRepository(a)
    assert.deepEqual([manifests, tags], [[pushed.digest], ['v1']])
    assert.equal(await scene.manifest(a, pushed), undefined)
    assert.equal(await scene.tagged(a, 'v1'), undefined)
    assert.equal(await scene.blob(a, pushed.layer), undefined)
    assert.equal(await scene.tags(a), undefined)
    assert.equal(await scene.store.upload(scene.registryId, a, uploadId), undefined)
    assert.deepEqual(await scene.repositories(), [])
    await assert.rejects(scene.deleteRepository(a), { failure: 'name-unknown' })
    await assert.rejects(scene.put(a, pushed), { failure: 'manifest-blob-unknown' })
    const again = await scene.pushImage(a, 'x', 'v2')
    assert.deepEqual(await scene.tags(a), ['v2'])
    assert.equal(again.digest, pushed.digest)
    assert.equal(await scene.mount(b, a, pushed.layer), true)
  })

  it('A15 each explicit delete raises the seq of its registry, and the name remembers it', async (scene) => {
    const seq = async () => (await scene.store.registry('first'))?.seq
    assert.equal(await scene.store.repositoryDeletedSeq(scene.registryId, 'a'), undefined)
    await scene.pushImage(a, 'x')
    await scene.pushImage(b, 'y')
    const before = (await seq()) ?? 0
    await scene.deleteRepository(a)
    assert.equal(await seq(), before + 1)
    assert.equal(await scene.store.repositoryDeletedSeq(scene.registryId, 'a'), before + 1)
    assert.equal(await scene.store.repositoryDeletedSeq(scene.registryId, 'b'), undefined)
    await scene.deleteRepository(b)
    await scene.pushImage(a, 'x')
    await scene.deleteRepository(a)
    assert.equal(await scene.store.repositoryDeletedSeq(scene.registryId, 'a'), before + 3)
    assert.equal(await scene.store.repositoryDeletedSeq(scene.registryId, 'b'), before + 2)
  })

  it('deleted repositories drain piece by piece; what they shared stays with the others', async (scene) => {
    const shared = await scene.push(a, 'shared')
    await scene.mount(b, a, shared)
    await scene.put(b, image({ config: shared }), 'kept')
    for (let each = 0; each < 5; each++) await scene.put(a, image({ config: shared, annotations: { each: String(each) } }), `t${each}`)
    await scene.push(a, 'only here')
    const { uploadId } = await scene.startUpload(a, 10)
    await scene.deleteRepository(a)
    for (let rounds = 0; rounds < 20 && (await scene.drain(2)) > 0; rounds++);
    await scene.store.reapUploads({ now: scene.now, limit: 10 })
    while ((await scene.drain(2)) > 0);
    assert.equal(await scene.store.upload(scene.registryId, a, uploadId), undefined)
    const { used, unreferenced, reserved } = await scene.usage()
    assert.deepEqual([used > 0, unreferenced, reserved], [true, 0, 0])
    assert.ok(await scene.blob(b, shared))
    assert.equal((await scene.store.explain(scene.registryId, shared.digest)).links.length, 1)
    assert.equal(await scene.drain(), 0)
  })

  it('what only a deleted repository names counts no more at once, in usage and under the limit, however far the draining is', async (scene) => {
    const shared = await scene.push(a, 'shared'.repeat(1000))
    await scene.mount(b, a, shared)
    const kept = image({ config: shared })
    await scene.put(b, kept, 'kept')
    await scene.put(a, kept)
    for (let each = 0; each < 5; each++) {
      const layer = await scene.push(a, `layer ${each}`)
      await scene.put(a, image({ config: shared, layers: [layer] }), `t${each}`)
    }
    const left = shared.size + kept.bytes.length
    assert.ok((await scene.usage()).used > left)
    await scene.deleteRepository(a)
    assert.equal((await scene.usage()).used, left)
    await scene.change({ limit: left + 10 })
    await scene.push(b, '0123456789')
    await assert.rejects(scene.startUpload(b, 11), { failure: 'quota-exceeded' })
    // Named again elsewhere, it is counted again.
    const layer = await scene.push(b, 'layer 4')
    const named = image({ config: layer })
    await scene.change({ limit: left + 1000 })
    await scene.put(b, named)
    for (let gone = 1; gone > 0; ) {
      assert.equal((await scene.usage()).used, left + layer.size + named.bytes.length)
      gone = await scene.drain(1)
    }
  })

  it('a repository that is used again while its predecessor drains is untouched by that', async (scene) => {
    await scene.pushImage(a, 'x', 'old')
    await scene.deleteRepository(a)
    const pushed = await scene.pushImage(a, 'x', 'new')
    while ((await scene.drain(1)) > 0);
    assert.equal(await scene.tagged(a, 'new'), pushed.digest)
    assert.ok(await scene.blob(a, pushed.layer))
  })
}
