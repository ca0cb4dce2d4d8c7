import assert from 'node:assert/strict'
import { test } from 'node:test'
import { a, blobOf, hour, Scene } from './metadata-scene.contract.ts'
import type { MetadataStore } from './metadata-store.ts'

const day = 24 * hour
const skews = [
  ['ahead', 10 * day],
  ['behind', -10 * day],
] as const

/**
 * What a database promises whose own clock judges: a caller whose clock is wrong takes nothing from anybody, and gives no more than it should.
 * @param clock the time, as the database has it but for minutes
 */
export function databaseClockContract(adapter: string, open: () => Promise<MetadataStore>, clock: () => number): void {
  for (const [way, skew] of skews) {
    const it = (does: string, work: (scene: Scene) => Promise<void>) =>
      test(`${adapter}, by a caller whose clock is ten days ${way}: ${does}`, async () => {
        const store = await open()
        try {
          const scene = await Scene.open(store)
          scene.now = clock() + skew
          await work(scene)
        } finally {
          await store.close()
        }
      })
    const near = (time: number | undefined, expected: number) =>
      assert.ok(Math.abs((time ?? 0) - expected) < 10 * 60_000, `${time} is not near ${expected}`)

    it('a lease lasts as long as it should, whoever writes it', async (scene) => {
      const blob = await scene.push(a, 'bytes')
      const leaseOf = async () => (await scene.blob(a, blob))?.leaseUntil
      near(await leaseOf(), clock() + day)
      near((await scene.blob(a, blob))?.reliedAt, clock())
      const { repositoryId = 0 } = (await scene.blob(a, blob)) ?? {}
      const now = scene.now
      await scene.store.renewBlobLease({ repositoryId, digest: blob.digest, now, leaseUntil: now + 2 * day })
      near(await leaseOf(), clock() + 2 * day)
      await scene.mount(a, a, blob, now + 3 * day)
      near(await leaseOf(), clock() + 3 * day)
    })

    it('nothing is condemned before its lease is over, and what is over is', async (scene) => {
      const held = await scene.push(a, 'held')
      const over = await scene.push(a, 'over', scene.now - 1)
      assert.equal((await scene.condemn()).condemned, 1)
      assert.ok(await scene.blob(a, held))
      assert.equal(await scene.blob(a, over), undefined)
    })

    it('what is given up under pressure is what nobody relied on for long, by the clock of all', async (scene) => {
      const blob = await scene.push(a, 'relied on now')
      const { registryId, now } = scene
      const given = await scene.store.dropUnreferenced({
        registryId,
        now,
        reliedBefore: now - hour,
        bytes: 1000,
        only: undefined,
        after: undefined,
        limit: 10,
      })
      assert.equal(given.freed, 0)
      near(given.heldSince, clock())
      assert.ok(await scene.blob(a, blob))
    })

    it('bytes that were condemned are given to nobody before they have waited', async (scene) => {
      const blob = await scene.push(a, 'condemned', scene.now - 1)
      await scene.condemn()
      const found = async (age: number) =>
        (await scene.store.condemnedObjects({ now: scene.now, age, limit: 10 })).map((each) => each.objectId)
      assert.deepEqual(await found(hour), [])
      assert.deepEqual(await found(0), [blob.objectId])
    })

    it('an upload ends when its time is over, not before', async (scene) => {
      const kept = await scene.startUpload(a, 0, scene.now + hour)
      const expired = await scene.startUpload(a, 0, scene.now - 1)
      const touched = await scene.startUpload(a, 0, scene.now - 1)
      await scene.noteUpload(touched.uploadId, { size: 1 })
      const ended = await scene.store.reapUploads({ now: scene.now, limit: 10 })
      assert.deepEqual(
        ended.map((each) => each.uploadId),
        [expired.uploadId],
      )
      for (const { uploadId } of [kept, touched]) assert.ok(await scene.store.upload(scene.registryId, a, uploadId))
      await scene.finishUpload(kept.uploadId, blobOf('done'))
      await scene.store.reapUploads({ now: scene.now, limit: 10 })
      assert.equal((await scene.store.upload(scene.registryId, a, kept.uploadId))?.state, 'done')
    })
  }
}
