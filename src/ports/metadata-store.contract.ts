import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deletedContentContract } from './deleted-content.contract.ts'
import { directoryContract } from './directory.contract.ts'
import { ownChangesContract } from './own-changes.contract.ts'
import { eventLogContract } from './event-log.contract.ts'
import { jobQueueContract } from './job-queue.contract.ts'
import { installationContract } from './installation.contract.ts'
import { conditionsContract } from './metadata-conditions.contract.ts'
import { drainingContract } from './metadata-draining.contract.ts'
import { collectionContract } from './metadata-collection.contract.ts'
import { listsContract } from './metadata-lists.contract.ts'
import { manifestsContract } from './metadata-manifests.contract.ts'
import { a, b, blobOf, hour, image, type It, name, Scene } from './metadata-scene.contract.ts'
import { usageHolds } from './metadata-usage.contract.ts'
import type { MetadataStore } from './metadata-store.ts'
import { signInsContract } from './sign-ins.contract.ts'
import { attributesContract } from './repository-attributes.contract.ts'
import { storageLimitContract } from './metadata-storage-limit.contract.ts'
import { uploadsContract } from './metadata-uploads.contract.ts'
import { uploadOwnersContract } from './upload-owners.contract.ts'
import { registryResourcesContract } from './registry-resources.contract.ts'
import { resourceContract } from './resources.contract.ts'
import { roleAssignmentsContract } from './roles.contract.ts'

/**
 * The promises of the port, for every adapter. Nothing here relies on the order of commands that are under way
 * together, nor on ids following one another: a store with many writers passes too.
 * @param open a new store that is empty; the contract closes it
 */
export function metadataStoreContract(adapter: string, open: () => Promise<MetadataStore>): void {
  const it: It = (does, work) =>
    test(`${adapter}: ${does}`, async () => {
      const store = await open()
      try {
        await work(await Scene.open(store))
      } finally {
        await store.close()
      }
    })
  uploadsContract(it)
  storageLimitContract(it)
  uploadOwnersContract(it)
  manifestsContract(it)
  conditionsContract(it)
  drainingContract(it)
  collectionContract(it)
  listsContract(it)
  resourceContract(it)
  registryResourcesContract(it)
  roleAssignmentsContract(it)
  directoryContract(it)
  signInsContract(it)
  attributesContract(it)
  deletedContentContract(it)
  eventLogContract(it)
  jobQueueContract(it)
  ownChangesContract(it)
  installationContract(it)
  concurrencyContract(it)
}

const outcomes = async (work: readonly Promise<unknown>[]): Promise<{ done: number; failures: string[] }> => {
  const settled = await Promise.allSettled(work)
  const failures = settled.flatMap((each) => (each.status === 'rejected' ? [String((each.reason as { failure?: string }).failure)] : []))
  return { done: settled.length - failures.length, failures }
}

function concurrencyContract(it: It): void {
  it('many pushes of the same bytes at once make one blob', async (scene) => {
    const pushed = await Promise.all(Array.from({ length: 40 }, (_, each) => scene.push(name(`r${each % 4}`), 'same bytes')))
    assert.equal(new Set(pushed.map((each) => each.objectId)).size, 1)
    assert.equal(pushed.filter((each) => !each.joined).length, 1)
    assert.equal((await scene.usage()).unreferenced, 'same bytes'.length)
  })

  it('of many endings of one upload one succeeds', async (scene) => {
    const { uploadId } = await scene.startUpload(a, 10)
    const { done, failures } = await outcomes(Array.from({ length: 10 }, () => scene.finishUpload(uploadId, blobOf('x'))))
    assert.equal(done, 1)
    assert.deepEqual(new Set(failures), new Set(['upload-unknown']))
  })

  it('of an ending and a cancelling one wins', async (scene) => {
    for (let round = 0; round < 10; round++) {
      const { uploadId } = await scene.startUpload(a, 10)
      const blob = blobOf(`round ${round}`)
      const { done } = await outcomes([scene.finishUpload(uploadId, blob), scene.store.cancelUpload({ uploadId, now: scene.now })])
      assert.equal(done, 1)
      const upload = await scene.store.upload(scene.registryId, a, uploadId)
      assert.equal((await scene.blob(a, blob)) !== undefined, upload?.state === 'done')
    }
  })

  it('reservations at once never pass the limit together', async (scene) => {
    await scene.change({ limit: 100 })
    const { done, failures } = await outcomes(Array.from({ length: 30 }, () => scene.startUpload(a, 9)))
    assert.equal(done, 11)
    assert.deepEqual(new Set(failures), new Set(['quota-exceeded']))
    assert.equal((await scene.usage()).reserved, 99)
  })

  it('a tag that many move at once is one of theirs, and each manifest is there', async (scene) => {
    const config = await scene.push(a, 'config')
    const made = Array.from({ length: 20 }, (_, each) => image({ config, annotations: { each: String(each) } }))
    await Promise.all(made.map((each) => scene.put(a, each, 'latest')))
    const latest = await scene.tagged(a, 'latest')
    assert.ok(made.some((each) => each.digest === latest))
    for (const each of made) assert.ok(await scene.manifest(a, each))
  })

  it('the same manifest put at once counts once', async (scene) => {
    const config = await scene.push(a, 'config')
    await scene.push(b, 'config')
    const pushed = image({ config })
    await Promise.all(Array.from({ length: 20 }, (_, each) => scene.put(each % 2 ? a : b, pushed, `t${each}`)))
    assert.equal((await scene.usage()).used, config.size + pushed.bytes.length)
    assert.equal((await scene.tags(a))?.length, 10)
  })

  it('a manifest and the delete of its blob at once: one is refused', async (scene) => {
    for (let round = 0; round < 10; round++) {
      const config = await scene.push(a, `config ${round}`)
      const pushed = image({ config })
      const { done, failures } = await outcomes([scene.put(a, pushed), scene.deleteBlob(a, config)])
      assert.equal(done, 1)
      assert.ok(['in-use', 'manifest-blob-unknown'].includes(failures[0] ?? ''))
      assert.equal((await scene.manifest(a, pushed)) !== undefined, (await scene.blob(a, config)) !== undefined)
    }
  })

  it('a mount and the delete of its source at once leave the target whole or without a link', async (scene) => {
    for (let round = 0; round < 10; round++) {
      const blob = await scene.push(a, `blob ${round}`)
      const [mounted] = await Promise.all([scene.mount(b, a, blob), scene.deleteBlob(a, blob)])
      assert.equal((await scene.blob(b, blob)) !== undefined, mounted)
    }
  })

  it('a first push and the delete of its repository at once leave no half of either', async (scene) => {
    for (let round = 0; round < 10; round++) {
      const pushed = await scene.pushImage(a, `${round}`, 'v1')
      const other = image({ config: pushed.config, annotations: { round: String(round) } })
      const { failures } = await outcomes([scene.put(a, other, 'v2'), scene.deleteRepository(a)])
      assert.ok(failures.every((each) => each === 'manifest-blob-unknown'))
      assert.equal(await scene.manifest(a, pushed), undefined)
      assert.equal(await scene.manifest(a, other), undefined)
      while ((await scene.drain()) > 0);
    }
  })

  it('any commands at once leave counters that the rows add up to', async (scene) => {
    const repositories = [a, b, name('c')]
    const digits = '314159265358979323846264338327950288419716939937510'
    const work = [...digits].map(async (digit, each) => {
      const repository = repositories[each % 3] ?? a
      const text = `layer ${digit}`
      const blob = await scene.push(repository, text)
      const pushed = image({ config: blob, annotations: { digit } })
      if (each % 2) await scene.put(repository, pushed, `t${digit}`).catch(() => {})
      if (each % 3 === 0) await scene.deleteManifest(repository, pushed).catch(() => {})
      if (each % 5 === 0) await scene.mount(repositories[(each + 1) % 3] ?? b, repository, blob)
      if (each % 7 === 0) await scene.deleteBlob(repository, blob).catch(() => {})
      if (each % 17 === 0) await scene.deleteRepository(repository).catch(() => {})
      if (each % 11 === 0) await scene.store.condemn({ now: scene.now + 25 * hour, limit: 100 })
      if (each % 13 === 0) await scene.drain(3)
    })
    await Promise.all(work)
    await usageHolds(scene.store, scene.registryId)
    for (const repository of await scene.repositories()) await scene.deleteRepository(repository)
    while ((await scene.drain()) > 0);
    scene.now += 1000 * hour
    await scene.condemn()
    const objects = await scene.store.condemnedObjects({ now: scene.now, age: 0, limit: 1000 })
    await scene.store.forgetObjects({ objectIds: objects.map((each) => each.objectId), now: scene.now })
    assert.deepEqual({ ...(await scene.usage()) }, { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: null })
  })
}
