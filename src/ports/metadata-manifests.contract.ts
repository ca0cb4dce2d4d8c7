import assert from 'node:assert/strict'
import { type It, a, b, type Bytes, blobOf, hour, image, indexOf, type Put, start, tag } from './metadata-scene.contract.ts'

/** Manifests, tags, locks and what goes with what. */
export function manifestsContract(it: It): void {
  it('a manifest comes back as it was put, by its digest and by each of its tags', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1', 'v2')
    const found = await scene.manifest(a, pushed)
    assert.ok(Buffer.from(found?.bytes ?? []).equals(pushed.bytes))
    assert.deepEqual(
      [found?.digest, found?.mediaType, found?.subject, found?.leaseUntil],
      [pushed.digest, pushed.manifest.mediaType, null, start + 24 * hour],
    )
    for (const each of ['v1', 'v2']) assert.equal(await scene.tagged(a, each), pushed.digest)
    assert.deepEqual(await scene.tags(a), ['v1', 'v2'])
    assert.deepEqual(await scene.repositories(), ['a'])
    assert.equal(await scene.manifest(b, pushed), undefined)
  })

  it('bytes that the disk has changed are not given; the next push of the right ones mends them', async (scene) => {
    const pushed = image({ config: await scene.push(a, 'config') })
    const changed = { ...pushed, bytes: pushed.bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) }
    await scene.put(a, changed, 'v1')
    await assert.rejects(scene.manifest(a, pushed), { failure: 'manifest-damaged' })
    await scene.put(a, pushed)
    assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
  })

  it('used counts each digest of the registry once, bodies too', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    const size = pushed.config.size + pushed.layer.size + pushed.bytes.length
    assert.deepEqual({ ...(await scene.usage()) }, { used: size, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: null })
    await scene.mount(b, a, pushed.config)
    await scene.mount(b, a, pushed.layer)
    await scene.put(b, pushed)
    assert.equal((await scene.usage()).used, size)
    await scene.deleteManifest(a, pushed)
    assert.equal((await scene.usage()).used, size)
    await scene.deleteManifest(b, pushed)
    assert.deepEqual(
      { ...(await scene.usage()) },
      { used: 0, unreferenced: pushed.config.size + pushed.layer.size, pending: 0, reserved: 0, condemned: 0, limit: null },
    )
  })

  for (const sparse of ['off', 'index'] as const)
    it(`an image that names a blob which is not here is refused (sparse ${sparse}), and every such digest is told`, async (scene) => {
      const config = await scene.push(a, 'config')
      const [one, other] = [blobOf('absent'), blobOf('absent too')]
      await assert.rejects(
        scene.putSparse(sparse, a, image({ config, layers: [one, other] }), 'v1'),
        (error: { failure?: string; detail?: { digests?: string[] } }) => {
          assert.equal(error.failure, 'manifest-blob-unknown')
          assert.deepEqual([...(error.detail?.digests ?? [])].sort(), [one.digest, other.digest].sort())
          return true
        },
      )
      assert.deepEqual(await scene.repositories(), [])
      assert.equal(await scene.tagged(a, 'v1'), undefined)
    })

  it('with sparse all an image may name what is not here; that is not linked, and counts when it comes', async (scene) => {
    const config = await scene.push(a, 'config')
    const layer = blobOf('comes later')
    const pushed = image({ config, layers: [layer] })
    await scene.putSparse('all', a, pushed)
    assert.equal(await scene.blob(a, layer), undefined)
    assert.equal((await scene.usage()).used, config.size + pushed.bytes.length)
    await scene.push(b, 'comes later')
    assert.equal((await scene.usage()).used, config.size + pushed.bytes.length)
    await scene.mount(a, b, layer)
    assert.equal((await scene.usage()).used, config.size + layer.size + pushed.bytes.length)
    await assert.rejects(scene.deleteBlob(a, layer), { failure: 'in-use' })
    await scene.deleteManifest(a, pushed)
    assert.equal((await scene.usage()).used, 0)
  })

  it('two sparse manifests that named a blob before it came hold it until both are gone', async (scene) => {
    const layer = blobOf('late')
    const pushed = await Promise.all(['one', 'two'].map(async (text) => image({ config: await scene.push(a, text), layers: [layer] })))
    for (const each of pushed) await scene.putSparse('all', a, each)
    await scene.push(a, 'late')
    for (const each of pushed) {
      await assert.rejects(scene.deleteBlob(a, layer), { failure: 'in-use' })
      await scene.deleteManifest(a, each)
    }
    await scene.deleteBlob(a, layer)
  })

  it('a foreign layer and one with urls may stay away; one that is here counts', async (scene) => {
    const config = await scene.push(a, 'config')
    const foreign = { ...blobOf('foreign'), mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }
    const away = { ...blobOf('away'), urls: ['https://example.com'] }
    const here = { ...(await scene.push(a, 'here')), urls: ['https://example.com'] }
    const { joined: _, objectId: __, ...layer } = here
    const pushed = image({ config, layers: [foreign, away, layer] })
    await scene.putSparse('off', a, pushed)
    assert.equal((await scene.usage()).used, config.size + layer.size + pushed.bytes.length)
    await assert.rejects(scene.deleteBlob(a, layer), { failure: 'in-use' })
  })

  it('D3 a size that is not that of the stored blob is refused', async (scene) => {
    const config = await scene.push(a, 'config')
    await assert.rejects(scene.put(a, image({ config: { ...config, size: config.size + 1 } })), { failure: 'size-invalid' })
    await assert.rejects(
      scene.putSparse(
        'all',
        a,
        image({
          config,
          layers: [
            { digest: config.digest, size: config.size },
            { ...(await scene.push(a, 'l')), size: 0 },
          ],
        }),
      ),
      {
        failure: 'size-invalid',
      },
    )
  })

  it('an index may name what is not here unless sparse is off', async (scene) => {
    const absent = image({ config: blobOf('absent') })
    await assert.rejects(scene.putSparse('off', a, indexOf([absent])), { failure: 'manifest-blob-unknown' })
    await scene.putSparse('index', a, indexOf([absent]), 'v1')
    assert.equal(await scene.manifest(a, absent), undefined)
    const here = await scene.pushImage(b, 'here')
    await scene.putSparse('off', b, indexOf([here]))
  })

  it('A19 a child in another repository is not here', async (scene) => {
    const elsewhere = await scene.pushImage(b, 'elsewhere')
    await assert.rejects(scene.putSparse('off', a, indexOf([elsewhere])), { failure: 'manifest-blob-unknown' })
  })

  it('the same manifest again changes nothing but its tags and its lease', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const before = await scene.usage()
    scene.now += hour
    await scene.put(a, pushed, 'v2')
    assert.deepEqual({ ...(await scene.usage()) }, { ...before })
    assert.equal((await scene.manifest(a, pushed))?.leaseUntil, scene.now + 24 * hour)
    assert.deepEqual(await scene.tags(a), ['v1', 'v2'])
  })

  it('a tag moves to what was put last; what it left stays under its digest', async (scene) => {
    const [one, other] = [await scene.pushImage(a, 'one', 'v1'), await scene.pushImage(a, 'other', 'v1')]
    assert.equal(await scene.tagged(a, 'v1'), other.digest)
    assert.ok(await scene.manifest(a, one))
    await scene.deleteTag(a, 'v1')
    assert.equal(await scene.tagged(a, 'v1'), undefined)
    assert.ok(await scene.manifest(a, other))
    await assert.rejects(scene.deleteTag(a, 'v1'), { failure: 'manifest-unknown' })
    await assert.rejects(scene.deleteTag(b, 'v1'), { failure: 'manifest-unknown' })
  })

  it('D12 of several tags all move or none: one that is locked holds the others', async (scene) => {
    const one = await scene.pushImage(a, 'one', 'v1', 'v2')
    await scene.lock(a, { kind: 'tag', tag: tag('v2') }, { writeEnabled: false })
    const config = await scene.push(a, 'other')
    const other = image({ config })
    await assert.rejects(scene.put(a, other, 'v1', 'v2', 'v3'), { failure: 'locked' })
    assert.equal(await scene.manifest(a, other), undefined)
    assert.deepEqual([await scene.tagged(a, 'v1'), await scene.tagged(a, 'v3')], [one.digest, undefined])
    await scene.lock(a, { kind: 'tag', tag: tag('v2') }, { writeEnabled: true })
    await scene.put(a, other, 'v1', 'v2', 'v3')
    assert.deepEqual(await scene.tags(a), ['v1', 'v2', 'v3'])
  })

  it('A7 A8 A9 a lock holds at each level, against writing and against deleting', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const other = image({ config: await scene.push(a, 'other') })
    const locked = { name: 'RegistryError', failure: 'locked' }
    const targets = [{ kind: 'repository' }, { kind: 'tag', tag: tag('v1') }, { kind: 'manifest', digest: pushed.digest }] as const
    for (const target of targets) {
      await scene.lock(a, target, { deleteEnabled: false })
      await assert.rejects(scene.deleteManifest(a, pushed), locked, target.kind)
      await assert.rejects(scene.deleteRepository(a), locked, target.kind)
      if (target.kind !== 'manifest') await assert.rejects(scene.deleteTag(a, 'v1'), locked, target.kind)
      assert.ok(await scene.manifest(a, pushed))
      assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
      await scene.lock(a, target, { deleteEnabled: true, writeEnabled: false })
      if (target.kind === 'repository') await assert.rejects(scene.put(a, other), locked)
      if (target.kind === 'manifest') await assert.rejects(scene.put(a, pushed), locked)
      else await assert.rejects(scene.put(a, other, 'v1'), locked, target.kind)
      assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
      await scene.lock(a, target, { writeEnabled: true })
    }
    await scene.deleteManifest(a, pushed)
  })

  it('a lock of what is not there is refused', async (scene) => {
    await assert.rejects(scene.lock(a, { kind: 'repository' }, { writeEnabled: false }), { failure: 'name-unknown' })
    await scene.pushImage(a, 'x', 'v1')
    await assert.rejects(scene.lock(a, { kind: 'tag', tag: tag('v2') }, { writeEnabled: false }), { failure: 'tag-unknown' })
    await assert.rejects(scene.lock(a, { kind: 'manifest', digest: blobOf('x').digest }, { writeEnabled: false }), {
      failure: 'manifest-unknown',
    })
  })

  it('a manifest goes with its tags and all its referrers, direct or not, and what they named is let go', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1', 'v2')
    const config = await scene.push(a, '{}')
    const signature = image({ config, subject: pushed, annotations: { of: 'image' } })
    const attestation = image({ config, subject: signature })
    const kept = image({ config })
    await scene.put(a, signature, 'signed')
    await scene.put(a, attestation)
    await scene.put(a, kept, 'kept')
    const { manifests, tags } = await scene.deleteManifest(a, pushed)
    assert.deepEqual([...manifests].sort(), [pushed.digest, signature.digest, attestation.digest].sort())
    assert.deepEqual([...tags].sort(), ['signed', 'v1', 'v2'])
    assert.deepEqual(await scene.tags(a), ['kept'])
    assert.equal(await scene.manifest(a, attestation), undefined)
    await scene.deleteBlob(a, pushed.layer)
    await assert.rejects(scene.deleteBlob(a, config), { failure: 'in-use' })
    await assert.rejects(scene.deleteManifest(a, pushed), { failure: 'manifest-unknown' })
    await assert.rejects(scene.deleteManifest(b, kept), { failure: 'manifest-unknown' })
  })

  it('D6 referrers that refer to each other go once', async (scene) => {
    const config = await scene.push(a, '{}')
    const put = (label: string, subject: string): Put => {
      // No hash can close a circle; a forged digest is what a store must survive all the same.
      const made = image({ config, annotations: { label } })
      return { ...made, digest: blobOf(label).digest, manifest: { ...made.manifest, subject: blobOf(subject).digest } }
    }
    for (const each of [put('one', 'three'), put('two', 'one'), put('three', 'two'), put('self', 'self')]) await scene.put(a, each)
    const { manifests } = await scene.deleteManifest(a, blobOf('one'))
    assert.equal(manifests.length, 3)
    assert.equal((await scene.deleteManifest(a, blobOf('self'))).manifests.length, 1)
    assert.deepEqual(await scene.repositories(), [])
  })

  it('D6 a chain of 64 referrers, and a diamond of 80 indexes with 2^40 paths: each manifest is looked at once', async (scene) => {
    const config = await scene.push(a, '{}')
    let last = image({ config, annotations: { level: 'first' } })
    const first = last
    await scene.put(a, last)
    for (let level = 0; level < 64; level++) {
      last = image({ config, subject: last, annotations: { level: String(level) } })
      await scene.put(a, last)
    }
    let layer: Put[] = [first]
    let top: Put = first
    for (let level = 0; level < 40; level++) {
      // Both name both below; they differ by their order.
      layer = [indexOf(layer), indexOf([...layer, ...layer].reverse())]
      for (const each of layer) await scene.put(a, each)
      top = layer[0] ?? top
    }
    assert.equal((await scene.deleteManifest(a, top)).manifests.length, 1)
    assert.equal((await scene.deleteManifest(a, first)).manifests.length, 65)
  })

  it('a locked referrer keeps all of them, and is named', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    const signature = image({ config: pushed.config, subject: pushed })
    await scene.put(a, signature)
    await scene.lock(a, { kind: 'manifest', digest: signature.digest }, { deleteEnabled: false })
    await assert.rejects(scene.deleteManifest(a, pushed), (error: { failure?: string; detail?: { digest?: string } }) => {
      assert.deepEqual([error.failure, error.detail?.digest], ['locked', signature.digest])
      return true
    })
    assert.ok(await scene.manifest(a, pushed))
    assert.ok(await scene.manifest(a, signature))
  })

  it('a child of an index that a tag names stays, unless the registry leaves children free; the index stands then', async (scene) => {
    const child = await scene.pushImage(a, 'child')
    const index = indexOf([child])
    await scene.put(a, index, 'v1')
    await assert.rejects(scene.deleteManifest(a, child), { failure: 'in-use' })
    assert.ok(await scene.manifest(a, child))
    await scene.change({ indexChildren: 'free' })
    await scene.deleteManifest(a, child)
    assert.equal(await scene.tagged(a, 'v1'), index.digest)
    const config = await scene.push(a, '{}')
    const late = image({ config, subject: child })
    await scene.put(a, late)
    const { items } = await scene.store.referrers(scene.registryId, a, child.digest, { after: '', limit: 10, bytes: 1000 })
    assert.deepEqual(
      items.map((each) => each.digest),
      [late.digest],
    )
  })

  it('a manifest of a repository is held by a lease that is only ever put off', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    const repositoryId = (await scene.manifest(a, pushed))?.repositoryId ?? 0
    const { registryId } = scene
    const held = { registryId, name: a, repositoryId, digest: pushed.digest }
    const renew = (leaseUntil: number) => scene.store.renewManifestLease({ ...held, now: start, leaseUntil })
    assert.equal(await renew(start + 48 * hour), true)
    assert.equal(await renew(start), true)
    assert.equal((await scene.manifest(a, pushed))?.leaseUntil, start + 48 * hour)
    await scene.deleteManifest(a, pushed)
    assert.equal(await renew(start), false)
  })

  it('a body that is shared is kept until the last repository lets it go', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const both: Bytes[] = [pushed.config, pushed.layer]
    for (const each of both) await scene.mount(b, a, each)
    await scene.put(b, pushed, 'v1')
    await scene.deleteManifest(a, pushed)
    assert.ok(Buffer.from((await scene.manifest(b, pushed))?.bytes ?? []).equals(pushed.bytes))
    assert.equal(await scene.manifest(a, pushed), undefined)
  })

  it('D4 annotations with special names come back with the referrer', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    const annotations = JSON.parse('{"__proto__":"p","constructor":"c","toString":"t","zß😀":"v"}') as Record<string, string>
    await scene.put(a, image({ config: pushed.config, subject: pushed, annotations }))
    const { items } = await scene.store.referrers(scene.registryId, a, pushed.digest, { after: '', limit: 10, bytes: 1000 })
    const [row] = items
    assert.deepEqual(Object.entries(JSON.parse(row?.annotations ?? '{}') as object).sort(), Object.entries(annotations).sort())
  })
}
