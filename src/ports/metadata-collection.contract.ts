import assert from 'node:assert/strict'
import { type It, a, b, blobOf, type Bytes, hour, image, name, putRegistry, Scene, start } from './metadata-scene.contract.ts'
import type { QueuePlace } from './collection.ts'

/** The collection of what nothing holds. */
export function collectionContract(it: It): void {
  it('a link is condemned when no manifest names it and its lease is over, not before', async (scene) => {
    const blob = await scene.push(a, 'x', start + hour)
    scene.now = start + hour - 1
    await scene.condemn()
    assert.ok(await scene.blob(a, blob))
    scene.now = start + hour
    const { condemned, bytes } = await scene.condemn()
    assert.deepEqual([condemned, bytes], [1, 1])
    assert.equal(await scene.blob(a, blob), undefined)
    assert.equal(await scene.stateOf(blob.objectId), 'condemned')
    assert.deepEqual({ ...(await scene.usage()) }, { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 1, limit: null })
  })

  it('a renewed lease holds the link, and the review comes again at its end', async (scene) => {
    const blob = await scene.push(a, 'x', start + hour)
    const repositoryId = (await scene.blob(a, blob))?.repositoryId ?? 0
    await scene.store.renewBlobLease({ repositoryId, digest: blob.digest, now: start, leaseUntil: start + 10 * hour })
    scene.now = start + 5 * hour
    await scene.condemn()
    assert.ok(await scene.blob(a, blob))
    scene.now = start + 10 * hour
    await scene.condemn()
    assert.equal(await scene.blob(a, blob), undefined)
  })

  it('what a manifest names is held for ever; when it goes, the link is reviewed again', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    scene.now = start + 1000 * hour
    await scene.condemn()
    assert.ok(await scene.blob(a, pushed.layer))
    assert.ok(await scene.blob(a, pushed.config))
    await scene.deleteManifest(a, pushed)
    assert.equal((await scene.condemn()).condemned, 2)
    assert.equal(await scene.blob(a, pushed.layer), undefined)
  })

  it('a manifest that went leaves its blobs under the lease that they had', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    scene.now = start + hour
    await scene.deleteManifest(a, pushed)
    await scene.condemn()
    assert.ok(await scene.blob(a, pushed.layer))
    scene.now = start + 24 * hour
    await scene.condemn()
    assert.equal(await scene.blob(a, pushed.layer), undefined)
  })

  it('a blob lives while one repository of the registry holds it', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    await scene.mount(b, a, pushed.layer, start + hour)
    scene.now = start + 100 * hour
    await scene.condemn()
    assert.equal(await scene.blob(b, pushed.layer), undefined)
    assert.ok(await scene.blob(a, pushed.layer))
    assert.equal(await scene.mount(b, a, pushed.layer), true)
  })

  it('a manifest after the condemning is refused; a push after it makes a new object', async (scene) => {
    const blob = await scene.push(a, 'x', start)
    scene.now = start + hour
    await scene.condemn()
    await assert.rejects(scene.put(a, image({ config: blob })), { failure: 'manifest-blob-unknown' })
    const again = await scene.push(a, 'x')
    assert.notEqual(again.objectId, blob.objectId)
    assert.equal(again.joined, false)
    assert.equal(await scene.stateOf(blob.objectId), 'condemned')
  })

  it('a limit condemns piece by piece', async (scene) => {
    for (let each = 0; each < 7; each++) await scene.push(a, `blob ${each}`, start)
    scene.now = start + 1
    const passes: number[] = []
    for (let reviewed = 1; reviewed > 0; ) {
      ;({ reviewed } = await scene.condemn(3))
      passes.push(reviewed)
    }
    assert.deepEqual(passes, [3, 3, 1, 0])
    assert.equal((await scene.usage()).unreferenced, 0)
  })

  it('condemned objects are told from their time on, and forgotten once their bytes are gone', async (scene) => {
    const blob = await scene.push(a, 'x', start)
    scene.now = start + hour
    await scene.condemn()
    assert.deepEqual(await scene.store.condemnedObjects({ now: scene.now, age: 1, limit: 10 }), [])
    const [object, ...more] = await scene.store.condemnedObjects({ now: scene.now, age: 0, limit: 10 })
    assert.deepEqual([object?.objectId, object?.state, object?.size, more.length], [blob.objectId, 'condemned', 1, 0])
    await scene.store.forgetObjects({ objectIds: [blob.objectId], now: scene.now })
    assert.equal(await scene.stateOf(blob.objectId), undefined)
    await scene.store.forgetObjects({ objectIds: [blob.objectId], now: scene.now })
  })

  it('condemned objects of all registries are told page by page, of the one that waits longest first', async (scene) => {
    const other = new Scene(scene.store, await putRegistry(scene.store, 'second'))
    other.id = () => scene.id()
    const second = await other.push(a, 'x', start)
    other.now = start + hour
    await other.condemn()
    const first = [await scene.push(a, 'x', start), await scene.push(a, 'y', start)].map((blob) => blob.objectId)
    scene.now = start + 2 * hour
    await scene.condemn()
    const told = async (limit: number, age = 0) =>
      (await scene.store.condemnedObjects({ now: scene.now, age, limit })).map((object) => object.objectId)
    assert.deepEqual(await told(10, 1), [second.objectId])
    const [one, ...more] = await told(2)
    assert.deepEqual([one, more.length, first.includes(more[0] ?? '')], [second.objectId, 1, true])
    await scene.store.forgetObjects({ objectIds: [second.objectId, ...more], now: scene.now })
    assert.deepEqual(
      await told(10),
      first.filter((each) => !more.includes(each)),
    )
  })

  it('only a condemned object is ever forgotten', async (scene) => {
    const blob = await scene.push(a, 'x')
    const { objectId } = await scene.startUpload(a)
    await scene.store.forgetObjects({ objectIds: [blob.objectId, objectId], now: scene.now })
    assert.deepEqual([await scene.stateOf(blob.objectId), await scene.stateOf(objectId)], ['ready', 'staging'])
  })

  it('ready objects are listed in order of their ids, page by page; nothing else is', async (scene) => {
    const ready = await Promise.all(['x', 'y', 'z'].map((text) => scene.push(a, text)))
    await scene.startUpload(a)
    const bad = await scene.push(a, 'bad')
    await scene.store.quarantineObject({ objectId: bad.objectId, now: scene.now })
    const found: string[] = []
    for (let after = ''; ; ) {
      const page = await scene.store.readyObjects({ after, limit: 2 })
      found.push(...page.map((each) => each.objectId))
      if (page.length < 2) break
      after = page.at(-1)?.objectId ?? ''
    }
    assert.deepEqual(found, ready.map((each) => each.objectId).sort())
  })

  it('what holds a digest can be told: links with their leases, manifests, tags, objects', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const of = await scene.store.explain(scene.registryId, pushed.layer.digest)
    assert.deepEqual(
      of.manifests.map((each) => ({ ...each })),
      [{ repository: 'a', manifest: pushed.digest, kind: 'blob' }],
    )
    assert.deepEqual(
      of.links.map(({ repository, leaseUntil }) => [repository, leaseUntil]),
      [['a', start + 24 * hour]],
    )
    assert.deepEqual(
      of.objects.map((each) => each.state),
      ['ready'],
    )
    const itself = await scene.store.explain(scene.registryId, pushed.digest)
    assert.deepEqual(
      itself.stored.map((each) => ({ ...each })),
      [{ repository: 'a', tags: ['v1'] }],
    )
    const nothing = await scene.store.explain(scene.registryId, blobOf('absent').digest)
    assert.deepEqual(nothing, { objects: [], links: [], manifests: [], stored: [] })
  })

  it('a manifest that went ends older leases of what only it named; younger ones last', async (scene) => {
    const shared = await scene.push(a, 'shared')
    const pushed = await scene.pushImage(a, 'x')
    await scene.put(a, image({ config: shared }))
    const both = image({ config: shared, layers: [pushed.layer] })
    await scene.put(a, both)
    scene.now += 2 * hour
    const repositoryId = (await scene.blob(a, pushed.config))?.repositoryId ?? 0
    const { digest } = pushed.config
    await scene.store.renewBlobLease({ repositoryId, digest, now: scene.now, leaseUntil: scene.now + 24 * hour })
    await scene.deleteManifest(a, pushed)
    await scene.condemn()
    assert.ok(await scene.blob(a, pushed.layer), 'another manifest names it')
    await scene.deleteManifest(a, both)
    await scene.condemn()
    assert.equal(await scene.blob(a, pushed.layer), undefined)
    assert.ok(await scene.blob(a, pushed.config), 'an answer of this hour relied on it')
    assert.ok(await scene.blob(a, shared))
  })

  it('bytes that come need room beside what no manifest names yet, and beside what none names any more', async (scene) => {
    const full = { name: 'RegistryError', failure: 'unreferenced-full' }
    const limit = (bytes: number | null) => scene.change({ limit: bytes })
    await limit(1000)
    const [one, other] = ['1'.repeat(600), '2'.repeat(600)] as const
    const first = await scene.push(a, one)
    await assert.rejects(scene.startUpload(a, 401), full)
    const { uploadId } = await scene.startUpload(a, 400)
    await assert.rejects(scene.startUpload(b, 1), full)
    await scene.store.cancelUpload({ uploadId, held: 0, now: scene.now })
    // Named and deleted, the first is no push's any more: the second has the place of one.
    for (const blob of [first, undefined]) {
      const pushed = image({ config: blob ?? (await scene.push(a, other)) })
      await scene.put(a, pushed)
      await scene.deleteManifest(a, pushed)
    }
    const { unreferenced, pending } = await scene.usage()
    assert.deepEqual([unreferenced, pending], [1200, 0])
    await assert.rejects(scene.startUpload(a, 1), full)
    await limit(null)
    const [begun, late] = [await scene.startUpload(a), await scene.startUpload(b)]
    await limit(1000)
    await assert.rejects(scene.noteUpload(begun.uploadId, { size: 1 }), full)
    await assert.rejects(scene.finishUpload(late.uploadId, blobOf('y')), full)
    // What is there already takes none.
    assert.equal((await scene.finishUpload(late.uploadId, blobOf(other))).joined, true)
  })

  it('what nothing names is given up by age, but not what was relied on since, nor what is named', async (scene) => {
    const drop = (bytes: number, limit = 10, after?: QueuePlace) =>
      scene.store.dropUnreferenced({
        registryId: scene.registryId,
        now: scene.now,
        reliedBefore: scene.now - hour,
        bytes,
        only: undefined,
        after,
        limit,
      })
    const named = await scene.pushImage(a, 'named')
    const pushed: Bytes[] = []
    for (let each = 0; each < 4; each++) {
      pushed.push(await scene.push(a, `blob ${each}`))
      scene.now += hour
    }
    const [first, second, third, fourth] = pushed as [Bytes, Bytes, Bytes, Bytes]
    // The first is asked for again; the second is also named in another repository, and takes no room of its own.
    const repositoryId = (await scene.blob(a, first))?.repositoryId ?? 0
    await scene.store.renewBlobLease({ repositoryId, digest: first.digest, now: scene.now, leaseUntil: scene.now + 24 * hour })
    await scene.mount(b, a, second)
    await scene.put(b, image({ config: second }))
    assert.deepEqual((await drop(1)).freed, third.size)
    assert.equal(await scene.blob(a, third), undefined)
    for (const each of [first, second, fourth, named.config, named.layer]) assert.ok(await scene.blob(a, each))
    assert.equal((await scene.usage()).condemned, third.size)
    const [object] = await scene.store.condemnedObjects({ now: 0, age: 0, limit: 10, registryId: scene.registryId })
    assert.equal(object?.size, third.size, 'its bytes need not wait')
    assert.deepEqual(await scene.store.condemnedObjects({ now: scene.now, age: 0, limit: 10, registryId: scene.registryId + 1 }), [])
    // The fourth was pushed an hour ago, to the second; the first just now.
    let found = await drop(1000, 2)
    let freed = found.freed
    for (let round = 0; found.last && round < 10; round++) {
      found = await drop(1000, 2, found.last)
      freed += found.freed
    }
    assert.deepEqual([freed, found.heldSince], [fourth.size, scene.now])
    assert.ok(await scene.blob(a, first))
    scene.now += hour
    assert.equal((await drop(1000)).freed, first.size)
    for (const each of [second, named.config, named.layer]) assert.ok(await scene.blob(a, each))
  })

  it('what frees just as much as is wanted is enough: no place to go on from is told', async (scene) => {
    const { registryId } = scene
    const { size } = await scene.push(a, 'just enough')
    scene.now += 2 * hour
    const { now } = scene
    const dropped = await scene.store.dropUnreferenced({
      registryId,
      now,
      reliedBefore: now - hour,
      bytes: size,
      only: undefined,
      after: undefined,
      limit: 1,
    })
    assert.deepEqual({ ...dropped }, { freed: size, heldSince: undefined, last: undefined })
  })

  it('many collectors and pushes at once lose nothing that was promised', async (scene) => {
    const repositories = [a, b, name('c')]
    const work = Array.from({ length: 12 }, async (_, each) => {
      const repository = repositories[each % 3] ?? a
      for (let round = 0; round < 4; round++) {
        // The lease is over as it is given: only the manifest that follows at once can save the blob.
        const config = await scene.push(repository, `shared ${round}`, scene.now + (each % 2) * hour)
        const pushed = image({ config, annotations: { by: String(each), round: String(round) } })
        try {
          await scene.put(repository, pushed, `t${each}`)
        } catch (error) {
          assert.equal((error as { failure?: string }).failure, 'manifest-blob-unknown')
          assert.equal(each % 2, 0, 'a blob under a lease is never taken')
          continue
        }
        await Promise.all([scene.condemn(2), scene.condemn(100)])
        assert.ok(await scene.blob(repository, config), 'what a manifest names is there')
      }
    })
    await Promise.all(work)
  })
}
