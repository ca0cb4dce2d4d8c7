import assert from 'node:assert/strict'
import { type It, a, b, blobOf, hour, image, start } from './metadata-scene.contract.ts'

/** What a registry takes under its limit: bytes that are named, on their way, or left behind. */
export function storageLimitContract(it: It): void {
  it('a registry takes no more than its limit, whoever asks', async (scene) => {
    await scene.change({ limit: 100 })
    const full = { name: 'RegistryError', failure: 'quota-exceeded' }
    await assert.rejects(scene.startUpload(a, 101), full)
    const { uploadId } = await scene.startUpload(a, 60)
    await assert.rejects(scene.startUpload(a, 41), full)
    await assert.rejects(scene.noteUpload(uploadId, { size: 101 }), full)
    assert.equal((await scene.store.upload(scene.registryId, a, uploadId))?.size, 0)
    await scene.startUpload(a, 40)
    await assert.rejects(scene.finishUpload(uploadId, blobOf('x'.repeat(61))), full)
    await scene.finishUpload(uploadId, blobOf('x'.repeat(60)))
    assert.deepEqual({ ...(await scene.usage()) }, { used: 0, unreferenced: 60, pending: 60, reserved: 40, condemned: 0, limit: 100 })
  })

  it('a place is held for what is on its way, and given back down to what was acknowledged', async (scene) => {
    await scene.change({ limit: 100 })
    const { uploadId } = await scene.startUpload(a)
    const hold = (size: number) => scene.store.reserveUpload({ uploadId, epoch: 1, size, now: start, expiresAt: start + 48 * hour })
    const reserved = async () => (await scene.usage()).reserved
    await scene.noteUpload(uploadId, { size: 10 })
    await hold(90)
    assert.equal(await reserved(), 90)
    await assert.rejects(hold(101), { failure: 'quota-exceeded' })
    assert.equal(await reserved(), 90)
    const lying = { uploadId, epoch: 1, size: 120, areThere: true, now: start, expiresAt: start + 48 * hour } as const
    await scene.store.reserveUpload(lying)
    assert.equal(await reserved(), 120, 'what lies there is counted, whatever the limit')
    await hold(0)
    assert.equal(await reserved(), 10)
    assert.equal((await scene.store.upload(scene.registryId, a, uploadId))?.size, 10)
    await assert.rejects(scene.store.reserveUpload({ uploadId: scene.id(), epoch: 1, size: 1, now: start, expiresAt: start }), {
      failure: 'upload-unknown',
    })
  })

  it('the bytes of uploads that end otherwise than well are counted until they are gone', async (scene) => {
    const condemned = async () => (await scene.usage()).condemned
    const [known, marked, reserved] = [await scene.startUpload(a), await scene.startUpload(a), await scene.startUpload(a, 40)]
    for (const { uploadId } of [known, marked]) await scene.noteUpload(uploadId, { size: 10 })
    await scene.store.cancelUpload({ uploadId: known.uploadId, held: 25, now: start })
    assert.equal(await condemned(), 25)
    await scene.store.cancelUpload({ uploadId: marked.uploadId, now: start })
    assert.equal(await condemned(), 35)
    await scene.store.cancelUpload({ uploadId: reserved.uploadId, now: start })
    assert.equal(await condemned(), 75)
    for (const round of [1, 2]) {
      const { uploadId } = await scene.startUpload(a)
      assert.equal((await scene.finishUpload(uploadId, blobOf('the same'))).joined, round === 2)
    }
    assert.equal(await condemned(), 75 + 'the same'.length, 'the second copy')
    assert.deepEqual({ ...(await scene.usage()) }, { ...(await scene.store.recomputedUsage(scene.registryId)) })
    const objects = await scene.store.condemnedObjects({ now: start, age: 0, limit: 10 })
    await scene.store.forgetObjects({ objectIds: objects.map((each) => each.objectId), now: start })
    assert.equal(await condemned(), 0)
  })

  it('sessions that were left behind give their places back, the longest at rest first, and no more of them than is wanted', async (scene) => {
    const ending = [3, 1, 2, 9]
    const uploads: string[] = []
    for (const hours of ending) uploads.push((await scene.startUpload(a, 10, start + hours * hour)).uploadId)
    await scene.startUpload(b, 0, start)
    const end = (bytes: number) =>
      scene.store.endRestingUploads({ registryId: scene.registryId, now: start, expiring: start + 5 * hour, bytes, limit: 10 })
    const left = async () =>
      (await Promise.all(uploads.map((each) => scene.store.upload(scene.registryId, a, each)))).map((each) => each !== undefined)
    assert.equal(await end(11), 20)
    assert.deepEqual(await left(), [true, false, false, true])
    assert.equal(await end(100), 10)
    assert.deepEqual(await left(), [false, false, false, true])
    assert.equal((await scene.usage()).reserved, 10)
  })

  it('bytes that are there already need no room, and neither do links', async (scene) => {
    const blob = await scene.push(a, 'x'.repeat(100))
    const { uploadId } = await scene.startUpload(b)
    await scene.change({ limit: 100 })
    assert.equal((await scene.finishUpload(uploadId, blob)).joined, true)
    assert.equal(await scene.mount('c' as typeof a, a, blob), true)
  })

  it('a manifest that does not fit under the limit is refused whole', async (scene) => {
    const config = await scene.push(a, 'config')
    const pushed = image({ config })
    await scene.change({ limit: 6 + pushed.bytes.length - 1 })
    await assert.rejects(scene.put(a, pushed, 'v1'), { failure: 'quota-exceeded' })
    assert.equal(await scene.manifest(a, pushed), undefined)
    assert.deepEqual(await scene.repositories(), [])
    await scene.change({ limit: 6 + pushed.bytes.length })
    await scene.put(a, pushed, 'v1')
    assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
  })
}
