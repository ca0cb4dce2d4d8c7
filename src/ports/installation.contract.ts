import assert from 'node:assert/strict'
import { guid, objectOf, secretOf } from './control-scene.contract.ts'
import { a, b, blobOf, hour, type It, start } from './metadata-scene.contract.ts'

/** What a data directory knows of itself, and what becomes of its times when the clock was wrong. */
export function installationContract(it: It): void {
  it('an installation is nothing until it is put, and what was put last', async ({ store }) => {
    assert.equal(await store.installation(), undefined)
    const first = { keyCheck: 'check', begun: false, ownerSealed: 'sealed', passwordsShown: false }
    await store.putInstallation(first)
    assert.deepEqual({ ...(await store.installation()) }, first)
    const later = { keyCheck: 'another', begun: true, ownerSealed: null, passwordsShown: true }
    await store.putInstallation(later)
    assert.deepEqual({ ...(await store.installation()) }, later)
  })

  it('the mark of the time is the last one', async ({ store }) => {
    assert.equal(await store.timeMark(), undefined)
    for (const mark of [
      { wall: start, uptime: 5, boot: 'boot', restLeft: 0 },
      { wall: start + 1, uptime: 6, boot: null, restLeft: hour },
    ]) {
      await store.putTimeMark(mark)
      assert.deepEqual({ ...(await store.timeMark()) }, mark)
    }
  })

  it('an object has a file when its bytes are not in its row and it is ready', async (scene) => {
    const { store, now } = scene
    assert.equal(await store.hasFiles(), false)
    const [inRow, inFile] = [await scene.startUpload(a), await scene.startUpload(a)]
    const { digest } = await scene.push(b, 'small')
    await scene.deleteBlob(b, { digest, size: 5 })
    scene.now += 1000 * hour
    await scene.condemn()
    const times = { now, leaseUntil: now + hour, keepUntil: now + hour }
    const bytes = new TextEncoder().encode('small')
    await store.finishUpload({ uploadId: inRow.uploadId, epoch: 1, from: 0, digest, size: 5, checksums: bytes, bytes, ...times })
    assert.equal(await store.hasFiles(), false)
    await scene.finishUpload(inFile.uploadId, blobOf('lies in a file'))
    assert.equal(await store.hasFiles(), true)
  })

  const lengths = { lease: 24 * hour, uploadLife: 48 * hour, signingLife: 12 * hour }

  it('a clock that was ahead: leases, ends of uploads and what was condemned come near', async (scene) => {
    const { store } = scene
    const { uploadId } = await scene.startUpload(a)
    scene.now += 1000 * hour
    const { storageKey } = await scene.startUpload(b)
    const far = await scene.pushImage(a, 'far', 'v1')
    await scene.push(b, 'given up', scene.now - 1)
    await scene.condemn()
    const from = scene.now
    scene.now = start
    await store.clockJumped({ from, now: start, ...lengths })
    assert.equal((await scene.blob(a, far.layer))?.leaseUntil, start + lengths.lease)
    assert.equal((await scene.manifest(a, far))?.leaseUntil, start + lengths.lease)
    assert.equal((await store.condemnedObjects({ now: start, age: 0, limit: 10 })).length, 1)
    assert.deepEqual(await store.reapUploads({ now: start + lengths.uploadLife, limit: 10 }), [])
    const reaped = await store.reapUploads({ now: start + lengths.uploadLife + 1, limit: 10 })
    assert.deepEqual(new Set(reaped.map((each) => each.uploadId).filter((each) => each === uploadId)), new Set([uploadId]))
    assert.ok(reaped.some((each) => each.storageKey === storageKey))
  })

  it('a clock that was behind: open uploads rest anew, and nothing else is touched', async (scene) => {
    const { store } = scene
    const { uploadId } = await scene.startUpload(a)
    const kept = await scene.push(a, 'kept', start + 1000 * hour)
    const now = start + 100 * hour
    await store.clockJumped({ from: start, now, ...lengths })
    assert.deepEqual(await store.reapUploads({ now: now + lengths.uploadLife, limit: 10 }), [])
    assert.equal((await scene.blob(a, kept))?.leaseUntil, start + 1000 * hour)
    assert.deepEqual(
      (await store.reapUploads({ now: now + lengths.uploadLife + 1, limit: 10 })).map((each) => each.uploadId),
      [uploadId],
    )
  })

  it('a secret that begins in a future that was none begins now; one that is to begin later was meant to', async ({ store }) => {
    const from = start + 1000 * hour
    const user = objectOf(guid(0x70))
    const beginning = { past: start - 1, meanwhile: from, later: from + 1 }
    const secrets = Object.entries(beginning).map(([name, startsAt], each) =>
      secretOf(guid(0x80 + each), user.id, { name, startsAt, endsAt: null }),
    )
    await store.createDirectoryObjects({ objects: [user], secrets })
    await store.clockJumped({ from, now: start, ...lengths })
    const begins = Object.fromEntries((await store.secrets([user.id])).map((each) => [each.name, each.startsAt]))
    assert.deepEqual(begins, { past: start - 1, meanwhile: start, later: from + 1 })
  })
}
