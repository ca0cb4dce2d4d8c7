import assert from 'node:assert/strict'
import { type It, a, b, blobOf, hour, image, start, putRegistry } from './metadata-scene.contract.ts'

/** The life of an upload session, and the links of blobs. */
export function uploadsContract(it: It): void {
  it('an upload is open with what was asked of it, and its repository is hidden', async (scene) => {
    const { uploadId, objectId, storageKey } = await scene.startUpload(a, 100)
    const upload = await scene.store.upload(scene.registryId, a, uploadId)
    assert.deepEqual(
      { ...upload, repositoryId: 0 },
      {
        id: uploadId,
        repositoryId: 0,
        repository: 'a',
        principalId: 'p',
        objectId,
        storageKey,
        backend: 'files',
        algorithm: 'sha256',
        epoch: 1,
        size: 0,
        lastStart: 0,
        state: 'open',
        digest: null,
      },
    )
    assert.equal((await scene.usage()).reserved, 100)
    assert.equal(await scene.stateOf(objectId), 'staging')
    assert.equal(await scene.tags(a), undefined)
    assert.deepEqual(await scene.repositories(), [])
  })

  it('A5 an upload is found under its own repository and registry only', async (scene) => {
    const { uploadId } = await scene.startUpload(a)
    await scene.push(b, 'x')
    const other = await putRegistry(scene.store, 'second')
    assert.equal(await scene.store.upload(scene.registryId, b, uploadId), undefined)
    assert.equal(await scene.store.upload(other.id, a, uploadId), undefined)
    assert.equal(await scene.store.upload(scene.registryId, a, scene.id()), undefined)
  })

  it('what an upload acknowledged is kept, and more is reserved only when it outgrew its place', async (scene) => {
    const { uploadId } = await scene.startUpload(a, 50)
    for (const [size, from, reserved] of [
      [30, 0, 50],
      [50, 30, 50],
      [80, 50, 80],
    ] as const) {
      await scene.noteUpload(uploadId, { from, size })
      const upload = await scene.store.upload(scene.registryId, a, uploadId)
      assert.deepEqual([upload?.size, upload?.lastStart, upload?.digest], [size, from, blobOf('x'.repeat(size)).digest])
      assert.equal((await scene.usage()).reserved, reserved)
    }
  })

  it('a finished upload is a blob that its repository reads, and its reservation is given back', async (scene) => {
    const { uploadId, objectId, storageKey } = await scene.startUpload(a, 1000)
    const blob = blobOf('hello')
    assert.deepEqual({ ...(await scene.finishUpload(uploadId, blob)) }, { objectId, joined: false })
    const linked = await scene.blob(a, blob)
    assert.deepEqual(
      [linked?.size, linked?.storageKey, linked?.objectId, linked?.leaseUntil, Buffer.from(linked?.checksums ?? []).toString('hex')],
      [5, storageKey, objectId, start + 24 * hour, '01020304'],
    )
    assert.equal(await scene.stateOf(objectId), 'ready')
    const { used, unreferenced, reserved } = await scene.usage()
    assert.deepEqual({ used, unreferenced, reserved }, { used: 0, unreferenced: 5, reserved: 0 })
    const upload = await scene.store.upload(scene.registryId, a, uploadId)
    assert.deepEqual([upload?.state, upload?.digest, upload?.size], ['done', blob.digest, 5])
  })

  it('a small blob may lie in its row: its bytes come back with it, and with its object', async (scene) => {
    const { uploadId, storageKey } = await scene.startUpload(a)
    const { digest } = blobOf('small')
    const bytes = new TextEncoder().encode('small')
    const times = { now: scene.now, leaseUntil: scene.now + hour, keepUntil: scene.now + hour }
    await scene.store.finishUpload({ uploadId, epoch: 1, from: 0, digest, size: 5, checksums: Uint8Array.of(1, 2, 3, 4), bytes, ...times })
    const text = (found: { bytes: Uint8Array | null } | undefined) => Buffer.from(found?.bytes ?? []).toString()
    assert.equal(text(await scene.store.blob(scene.registryId, a, digest)), 'small')
    assert.equal(text(await scene.store.objectByKey(storageKey)), 'small')
    assert.equal(text((await scene.store.readyObjects({ after: '', limit: 10 }))[0]), 'small')
    const other = await scene.push(a, 'in a file')
    assert.equal((await scene.store.blob(scene.registryId, a, other.digest))?.bytes, null)
    assert.equal((await scene.usage()).unreferenced, 5 + other.size)
  })

  it('bytes that the registry has already are joined, and the newer object is condemned', async (scene) => {
    const first = await scene.push(a, 'same')
    const second = await scene.push(b, 'same')
    assert.deepEqual([first.joined, second.joined, second.objectId], [false, true, first.objectId])
    assert.equal((await scene.blob(b, first))?.objectId, first.objectId)
    assert.equal((await scene.usage()).unreferenced, 4)
    const { uploadId, objectId } = await scene.startUpload(a)
    await scene.finishUpload(uploadId, first)
    assert.equal(await scene.stateOf(objectId), 'condemned')
    assert.ok((await scene.store.condemnedObjects({ now: scene.now, age: 0, limit: 10 })).some((each) => each.objectId === objectId))
  })

  it('an upload that is done, cancelled or was never there takes nothing', async (scene) => {
    const unknown = { name: 'RegistryError', failure: 'upload-unknown' }
    const done = await scene.startUpload(a)
    await scene.finishUpload(done.uploadId, blobOf('x'))
    const gone = await scene.startUpload(a, 10)
    await scene.store.cancelUpload({ uploadId: gone.uploadId, now: scene.now })
    assert.equal(await scene.stateOf(gone.objectId), 'condemned')
    assert.equal((await scene.usage()).reserved, 0)
    for (const uploadId of [done.uploadId, gone.uploadId, scene.id()]) {
      await assert.rejects(scene.noteUpload(uploadId, { size: 1 }), unknown)
      await assert.rejects(scene.finishUpload(uploadId, blobOf('x')), unknown)
      await assert.rejects(scene.store.cancelUpload({ uploadId, now: scene.now }), unknown)
    }
  })

  it('expired uploads end, with their bytes condemned and their reservation given back; others stay', async (scene) => {
    const early = await scene.startUpload(a, 10, start + hour)
    const late = await scene.startUpload(a, 20, start + 3 * hour)
    assert.deepEqual(await scene.store.reapUploads({ now: start + hour, limit: 10 }), [])
    const ended = await scene.store.reapUploads({ now: start + 2 * hour, limit: 10 })
    assert.deepEqual(
      ended.map((each) => ({ ...each })),
      [{ uploadId: early.uploadId, storageKey: early.storageKey }],
    )
    assert.equal(await scene.stateOf(early.objectId), 'condemned')
    assert.equal(await scene.stateOf(late.objectId), 'staging')
    assert.equal((await scene.usage()).reserved, 20)
  })

  it('an acknowledged chunk puts the end of an upload off', async (scene) => {
    const { uploadId } = await scene.startUpload(a, 0, start + hour)
    await scene.noteUpload(uploadId, { size: 1, expiresAt: start + 5 * hour })
    await scene.store.reapUploads({ now: start + 2 * hour, limit: 10 })
    assert.equal((await scene.store.upload(scene.registryId, a, uploadId))?.state, 'open')
  })

  it('a session that is done is forgotten when its time is over, and its blob stays', async (scene) => {
    const { uploadId } = await scene.startUpload(a)
    const blob = blobOf('x')
    await scene.finishUpload(uploadId, blob)
    await scene.store.reapUploads({ now: start + 2 * hour, limit: 10 })
    assert.equal(await scene.store.upload(scene.registryId, a, uploadId), undefined)
    assert.ok(await scene.blob(a, blob))
  })

  it('a session that joined an older blob is forgotten too, though its own object went before it', async (scene) => {
    await scene.push(a, 'same')
    const { uploadId, objectId } = await scene.startUpload(a)
    await scene.finishUpload(uploadId, blobOf('same'))
    await scene.store.forgetObjects({ objectIds: [objectId], now: scene.now })
    await scene.store.reapUploads({ now: start + 2 * hour, limit: 10 })
    assert.equal(await scene.store.upload(scene.registryId, a, uploadId), undefined)
  })

  it('a limit ends several expired sessions piece by piece', async (scene) => {
    for (let made = 0; made < 5; made++) await scene.startUpload(a, 1, start + made)
    assert.equal((await scene.store.reapUploads({ now: start + hour, limit: 3 })).length, 3)
    assert.equal((await scene.store.reapUploads({ now: start + hour, limit: 3 })).length, 2)
    assert.equal((await scene.usage()).reserved, 0)
  })

  it('a push heals a quarantined object, for every repository that has the digest', async (scene) => {
    const bad = await scene.push(a, 'bytes')
    await scene.mount(b, a, bad)
    await scene.put(a, image({ config: bad }))
    await scene.store.quarantineObject({ objectId: bad.objectId, now: scene.now })
    assert.equal(await scene.blob(a, bad), undefined)
    assert.equal(await scene.mount(b, a, bad), false)
    const good = await scene.push(b, 'bytes')
    assert.equal(good.joined, false)
    assert.notEqual(good.objectId, bad.objectId)
    assert.equal((await scene.blob(a, bad))?.objectId, good.objectId)
    assert.equal((await scene.blob(b, bad))?.objectId, good.objectId)
    assert.equal(await scene.stateOf(bad.objectId), 'condemned')
  })

  it('only a ready object is quarantined or verified', async (scene) => {
    const { objectId } = await scene.startUpload(a)
    await scene.store.quarantineObject({ objectId, now: scene.now })
    await scene.store.verifiedObjects({ objectIds: [objectId, scene.id()], now: scene.now })
    assert.equal(await scene.stateOf(objectId), 'staging')
  })

  it('A1 A18 a repository reads what its own link reaches, and nothing else', async (scene) => {
    const blob = await scene.push(a, 'secret')
    await scene.push(b, 'other')
    assert.equal(await scene.blob(b, blob), undefined)
    await assert.rejects(scene.put(b, image({ config: blob })), { failure: 'manifest-blob-unknown' })
    assert.equal(await scene.blob(b, blob), undefined)
  })

  it('a mount links what its source has; from elsewhere it links nothing', async (scene) => {
    const blob = await scene.push(a, 'bytes')
    assert.equal(await scene.mount(b, a, blob), true)
    assert.equal((await scene.blob(b, blob))?.objectId, blob.objectId)
    assert.equal(await scene.mount(b, a, blobOf('absent')), false)
    const other = await scene.push(b, 'only in b')
    assert.equal(await scene.mount(a, a, other), false)
    assert.equal(await scene.mount(a, 'nowhere' as typeof a, other), false)
    assert.equal(await scene.blob(a, other), undefined)
    assert.deepEqual(await scene.store.repositoriesWithBlob(scene.registryId, blob.digest, 10), ['a', 'b'])
    assert.deepEqual(await scene.store.repositoriesWithBlob(scene.registryId, blob.digest, 1), ['a'])
  })

  it('A2 a deleted link stays deleted, whoever else has the blob', async (scene) => {
    const blob = await scene.push(a, 'bytes')
    await scene.mount(b, a, blob)
    await scene.deleteBlob(a, blob)
    assert.equal(await scene.blob(a, blob), undefined)
    assert.ok(await scene.blob(b, blob))
    assert.equal(await scene.blob(a, blob), undefined)
    assert.equal(await scene.mount(b, a, blob), false)
  })

  it('the last link takes the blob with it; a later push is another object', async (scene) => {
    const blob = await scene.push(a, 'bytes')
    await scene.deleteBlob(a, blob)
    assert.equal(await scene.stateOf(blob.objectId), 'condemned')
    assert.equal((await scene.usage()).unreferenced, 0)
    const again = await scene.push(a, 'bytes')
    assert.deepEqual([again.joined, again.objectId === blob.objectId], [false, false])
  })

  it('a blob that a manifest of the repository names is not deleted; one that is not there is unknown', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    await assert.rejects(scene.deleteBlob(a, pushed.layer), { failure: 'in-use' })
    await assert.rejects(scene.deleteBlob(b, pushed.layer), { failure: 'blob-unknown' })
    await assert.rejects(scene.deleteBlob(a, blobOf('absent')), { failure: 'blob-unknown' })
    await scene.mount(b, a, pushed.layer)
    await scene.deleteBlob(b, pushed.layer)
    assert.ok(await scene.blob(a, pushed.layer))
  })

  it('a lease is only ever put off, and tells when its link is gone', async (scene) => {
    const blob = await scene.push(a, 'bytes', start + 10)
    const repositoryId = (await scene.blob(a, blob))?.repositoryId ?? 0
    const renew = (leaseUntil: number) => scene.store.renewBlobLease({ repositoryId, digest: blob.digest, now: start, leaseUntil })
    assert.equal(await renew(start + 20), true)
    assert.equal(await renew(start + 5), true)
    assert.equal((await scene.blob(a, blob))?.leaseUntil, start + 20)
    await scene.push(a, 'bytes', start + 15)
    assert.equal((await scene.blob(a, blob))?.leaseUntil, start + 20)
    await scene.deleteBlob(a, blob)
    assert.equal(await renew(start + 30), false)
  })
}
