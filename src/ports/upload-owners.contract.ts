import assert from 'node:assert/strict'
import { a, blobOf, hour, type It, type Scene, start } from './metadata-scene.contract.ts'

const overtaken = (size: number) => (error: unknown) => {
  const { failure, detail } = error as { failure?: string; detail?: { size?: number } }
  assert.deepEqual([failure, detail?.size], ['range-invalid', size])
  return true
}

const markOf = (size: number, state = 'parts') => ({
  size,
  state: new TextEncoder().encode(state),
  digest: blobOf('x'.repeat(size)).digest,
})
const life = { now: start, expiresAt: start + 24 * hour }

const end = (scene: Scene, uploadId: string, { epoch, from }: { epoch: number; from: number }, text = 'x') => {
  const { digest, size } = blobOf(text)
  const times = { now: scene.now, leaseUntil: scene.now + hour, keepUntil: scene.now + hour }
  return scene.store.finishUpload({ uploadId, epoch, from, digest, size, checksums: Uint8Array.of(1, 2, 3, 4), ...times })
}

/** Whose an upload is, when several servers have it before them. */
export function uploadOwnersContract(it: It): void {
  it('who claims an upload gets all that it needs to go on: size, last chunk, digest and what the blob store keeps of it', async (scene) => {
    const { uploadId } = await scene.startUpload(a)
    const fresh = await scene.store.claimUpload({ uploadId })
    assert.deepEqual([fresh.epoch, fresh.size, fresh.lastStart, fresh.mark.size, fresh.mark.digest], [2, 0, 0, 0, undefined])
    assert.equal(fresh.mark.state.length, 0)
    await scene.store.noteUpload({ uploadId, epoch: 2, from: 0, mark: markOf(30, 'one'), lastStart: 0, ...life })
    await scene.store.noteUpload({ uploadId, epoch: 2, from: 30, mark: markOf(70, 'one two'), lastStart: 30, ...life })
    const { epoch, size, lastStart, mark } = await scene.store.claimUpload({ uploadId })
    assert.deepEqual([epoch, size, lastStart, mark.size], [3, 70, 30, 70])
    assert.deepEqual([Buffer.from(mark.state).toString(), mark.digest], ['one two', markOf(70).digest])
    assert.equal((await scene.store.upload(scene.registryId, a, uploadId))?.epoch, 3)
  })

  it('the second who claims has it: nothing of the first counts any more, and it is told what the row has', async (scene) => {
    const { uploadId } = await scene.startUpload(a, 100)
    await scene.noteUpload(uploadId, { size: 10 })
    const { epoch } = await scene.store.claimUpload({ uploadId })
    const late = { uploadId, epoch: 1 }
    await assert.rejects(scene.store.noteUpload({ ...late, from: 10, mark: markOf(20), lastStart: 10, ...life }), overtaken(10))
    await assert.rejects(scene.store.reserveUpload({ ...late, size: 500, ...life }), overtaken(10))
    await assert.rejects(end(scene, uploadId, { epoch: 1, from: 10 }), overtaken(10))
    await assert.rejects(scene.store.cancelUpload({ ...late, now: scene.now }), overtaken(10))
    assert.equal((await scene.usage()).reserved, 100)
    await scene.store.noteUpload({ uploadId, epoch, from: 10, mark: markOf(30), lastStart: 10, ...life })
    await end(scene, uploadId, { epoch, from: 30 }, 'x'.repeat(30))
    assert.ok(await scene.blob(a, blobOf('x'.repeat(30))))
  })

  it('an owner that takes the row for another size than it has is refused', async (scene) => {
    const { uploadId } = await scene.startUpload(a)
    await scene.noteUpload(uploadId, { size: 10 })
    for (const from of [0, 9, 11]) {
      await assert.rejects(scene.noteUpload(uploadId, { from, size: 20 }), overtaken(10))
      await assert.rejects(end(scene, uploadId, { epoch: 1, from }), overtaken(10))
    }
    await scene.noteUpload(uploadId, { from: 10, size: 4 })
    assert.equal((await scene.store.upload(scene.registryId, a, uploadId))?.size, 4, 'the machine lost some: the row says so')
  })

  it('a client ends an upload, whoever has it', async (scene) => {
    const { uploadId, objectId } = await scene.startUpload(a)
    const { epoch } = await scene.store.claimUpload({ uploadId })
    await scene.store.cancelUpload({ uploadId, now: scene.now })
    assert.equal(await scene.stateOf(objectId), 'condemned')
    const unknown = { failure: 'upload-unknown' }
    await assert.rejects(scene.store.noteUpload({ uploadId, epoch, from: 0, mark: markOf(1), lastStart: 0, ...life }), unknown)
  })

  it('what is done, gone or was never there is claimed by nobody', async (scene) => {
    const done = await scene.startUpload(a)
    await scene.finishUpload(done.uploadId, blobOf('x'))
    const gone = await scene.startUpload(a)
    await scene.store.cancelUpload({ uploadId: gone.uploadId, now: scene.now })
    for (const uploadId of [done.uploadId, gone.uploadId, scene.id()])
      await assert.rejects(scene.store.claimUpload({ uploadId }), { failure: 'upload-unknown' })
  })

  it('of many who claim at once each gets an epoch of its own, and only the last one goes on', async (scene) => {
    const { uploadId } = await scene.startUpload(a)
    const claims = await Promise.all(Array.from({ length: 12 }, () => scene.store.claimUpload({ uploadId })))
    assert.deepEqual(
      claims.map(({ epoch }) => epoch).toSorted((one, other) => one - other),
      Array.from({ length: 12 }, (_, index) => index + 2),
    )
    const notes = await Promise.allSettled(
      claims.map(({ epoch }) => scene.store.noteUpload({ uploadId, epoch, from: 0, mark: markOf(epoch), lastStart: 0, ...life })),
    )
    assert.equal(notes.filter((each) => each.status === 'fulfilled').length, 1)
    assert.equal((await scene.store.upload(scene.registryId, a, uploadId))?.size, 13)
  })

  it('of a claim and an ending at once one wins', async (scene) => {
    for (let round = 0; round < 10; round++) {
      const { uploadId } = await scene.startUpload(a)
      const [claim, ending] = await Promise.allSettled([
        scene.store.claimUpload({ uploadId }),
        end(scene, uploadId, { epoch: 1, from: 0 }, `round ${round}`),
      ])
      assert.notEqual(claim.status, ending.status)
      const upload = await scene.store.upload(scene.registryId, a, uploadId)
      assert.equal(upload?.state, ending.status === 'fulfilled' ? 'done' : 'open')
    }
  })

  it('so many sessions a principal may have: the one that has rested longest makes room, none that rests less than an hour does', async (scene) => {
    const { store, registryId } = scene
    const begin = async (expiresAt: number, { principalId = 'p', most = 2 } = {}) => {
      const [uploadId, objectId] = [scene.id(), scene.id()]
      const stored = { objectId, storageKey: objectId, backend: 'files', algorithm: 'sha256', reserve: 10 } as const
      await store.startUpload({ registryId, name: a, uploadId, ...stored, principalId, now: start, expiresAt, most })
      return uploadId
    }
    const there = async (...ids: string[]) =>
      (await Promise.all(ids.map((id) => store.upload(registryId, a, id)))).map((each) => each !== undefined)
    const [late, early] = [await begin(start + 25 * hour), await begin(start + 24 * hour)]
    await assert.rejects(begin(start + 25 * hour - 1), { failure: 'overloaded', detail: { open: 2 } })
    const other = await begin(start + 24 * hour, { principalId: 'q' })
    assert.deepEqual(await there(late, early, other), [true, true, true])
    const next = await begin(start + 25 * hour)
    assert.deepEqual(await there(late, early, other, next), [true, false, true, true])
    assert.equal((await scene.usage()).reserved, 30)
    const third = await begin(start + 25 * hour, { most: 3 })
    assert.deepEqual(await there(late, next, third), [true, true, true])
  })
}
