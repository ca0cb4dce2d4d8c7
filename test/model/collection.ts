import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { findBlob } from '#app/distribution/blobs.ts'
import { findManifest, putManifest } from '#app/distribution/manifests.ts'
import { refusedAmongServers } from '#app/distribution/unleased-answers.ts'
import { collect, Collector, UndeletedObjects } from '#app/maintenance/collect.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import type { Digest } from '#core/digest.ts'
import { mediaTypes } from '#core/media-type.ts'
import type { RepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import { digestOf } from './expected.ts'
import { admin, hour, newWorldRegistry, World, type WorldDeps, type Places } from './world.ts'

const name = 'a' as RepositoryName
const lease = 24 * hour

interface Scene {
  world: World
  registry: Registry
  digest: Digest
  /** Where the bytes of `digest` lie. */
  key: string
}

async function push(world: World, registry: Registry, text: string): Promise<{ digest: Digest }> {
  const content = Buffer.from(text)
  const digest = digestOf(content)
  const whose = { registry, name, principalId: admin.id }
  const { uploadId } = await world.uploads.start({ ...whose, algorithm: 'sha256' })
  const bytes = (async function* () {
    yield content
  })()
  await world.uploads.finish({ ...whose, uploadId }, { length: content.length, bytes }, undefined, digest)
  return { digest }
}

/** An image of which the blob is the config; its manifest's digest. */
async function putImageOf({ world, registry, digest: config }: Scene): Promise<Digest> {
  const size = 1000
  const descriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size }
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptor, layers: [] }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const digest = digestOf(bytes)
  const reference = { kind: 'digest', digest } as const
  await putManifest(world.deps, { registry, name, reference, tags: [], contentType: mediaTypes.ociManifest, bytes })
  return digest
}

const isThere = async ({ world, key }: Scene): Promise<boolean> => (await world.blobs.digest(key, 'sha256')) !== undefined
const full = new RegistryError('storage-full', 'the disk is full', {})

/**
 * When collection takes what nobody names, and when it rests.
 * @param placesOf a world, each its own; without it SQLite and files
 */
export function collectionTests(on: string, placesOf?: () => Promise<Places>): void {
  describe(`collection on ${on}`, () => {
    /** One blob that nothing names, pushed at the world's beginning. */
    async function withBlob(work: (scene: Scene) => Promise<void>): Promise<void> {
      const folder = mkdtempSync(join(tmpdir(), 'longshore-collection-'))
      const world = await World.open(folder, await placesOf?.())
      try {
        const registry = await newWorldRegistry(world.store)
        const { digest } = await push(world, registry, 'x'.repeat(1000))
        const key = (await world.store.blob(registry.id, name, digest))?.storageKey ?? ''
        await work({ world, registry, digest, key })
      } finally {
        await world.close()
        rmSync(folder, { recursive: true })
      }
    }

    test('a link that is condemned between the reading and its renewal is not answered for', () =>
      withBlob(async ({ world, registry, digest }) => {
        world.clock.wall += lease - hour
        const store = { ...world.store, renewBlobLease: async () => false }
        await assert.rejects(findBlob({ ...world.deps, store }, registry, name, digest), { failure: 'blob-unknown' })
        assert.ok(await findBlob(world.deps, registry, name, digest))
      }))

    test('bytes go when the delay has passed since they were condemned, not before', () =>
      withBlob(async (scene) => {
        const { world } = scene
        world.clock.wall += lease + 1
        assert.equal((await collect(world.deps, world.clock.wall)).condemned, 1)
        world.clock.wall += hour - 2
        assert.equal((await collect(world.deps, world.clock.wall)).deleted, 0)
        assert.equal(await isThere(scene), true)
        world.clock.wall += 2
        assert.equal((await collect(world.deps, world.clock.wall)).deleted, 1)
        assert.equal(await isThere(scene), false)
      }))

    test('after an answer that no lease holds nothing is condemned for the length of one', () =>
      withBlob(async (scene) => {
        const { world, registry, digest } = scene
        world.clock.wall += lease - hour
        const store = { ...world.store, renewBlobLease: () => Promise.reject(full) }
        const deps: WorldDeps = { ...world.deps, store }
        assert.ok(await findBlob(deps, registry, name, digest), 'a full disk does not stop a read')
        world.clock.wall += lease - 1
        assert.equal((await collect(deps, world.clock.wall)).condemned, 0)
        world.clock.wall += 2
        assert.equal((await collect(deps, world.clock.wall)).condemned, 1)
      }))

    test('among several servers, where no lease can be written, what a manifest names is answered for and nothing else is', () =>
      withBlob(async (scene) => {
        const { world, registry, digest } = scene
        world.clock.wall += lease - hour
        const failed = new RegistryError('storage-failed', 'the database failed', {})
        const store = { ...world.store, renewBlobLease: () => Promise.reject(full), renewManifestLease: () => Promise.reject(failed) }
        const deps: WorldDeps = { ...world.deps, store, unleased: refusedAmongServers }
        await assert.rejects(findBlob(deps, registry, name, digest), { failure: 'storage-full' })
        const pushed = await putImageOf(scene)
        assert.equal((await findBlob(deps, registry, name, digest)).digest, digest)
        world.clock.wall += lease - hour
        assert.ok(await findManifest(deps, registry, name, { kind: 'digest', digest: pushed }))
        const busy = { ...store, renewBlobLease: () => Promise.reject(new RegistryError('overloaded', 'busy', {})) }
        await assert.rejects(findBlob({ ...deps, store: busy }, registry, name, digest), { failure: 'overloaded' })
        const broken = { ...store, renewBlobLease: () => Promise.reject(new TypeError('a bug')) }
        await assert.rejects(findBlob({ ...deps, store: broken }, registry, name, digest), TypeError)
        world.clock.wall += 10 * lease
        assert.equal((await collect(deps, world.clock.wall)).condemned, 0, 'and collection leaves it')
        assert.ok(await findBlob(deps, registry, name, digest))
      }))

    for (const [way, jump] of [
      ['ahead', 2 * 365 * lease],
      ['back', -2 * 365 * lease],
    ] as const)
      test(`when the wall clock jumps ${way} collection rests for one lease, and what was held is held on`, () =>
        withBlob(async (scene) => {
          const { world, registry, digest } = scene
          let uptime = 1000
          const jumps: unknown[] = []
          const watch = { ...world.deps, uptime: { boot: 'one', now: () => uptime } }
          const wallClock = new WallClock(watch, (seen) => jumps.push(seen))
          const pass = (passed: number) => {
            uptime += passed
            world.clock.wall += passed
            return wallClock.look()
          }
          assert.ok(await pass(1000))
          world.clock.wall += jump
          assert.equal(await pass(1000), undefined)
          assert.equal(jumps.length, 1)
          assert.equal(await pass(lease - 60_000), undefined, 'for the whole of it')
          assert.ok(await findBlob(world.deps, registry, name, digest))
          assert.ok(await pass(120_000))
          assert.equal(jumps.length, 1)
        }))

    test('a pass that the database failed is followed by a rest; one that the disk refused a file is not', () =>
      withBlob(async ({ world }) => {
        for (const [failure, rests] of [
          [new RegistryError('storage-failed', 'no', {}), true],
          [new UndeletedObjects(new Error('busy')), false],
        ] as const) {
          let failing = true
          const store = {
            ...world.store,
            reapUploads: (input: Parameters<typeof world.store.reapUploads>[0]) =>
              failing ? Promise.reject(failure) : world.store.reapUploads(input),
          }
          const deps = { ...world.deps, store, uptime: { boot: 'one', now: () => world.clock.elapsed() } }
          const wallClock = new WallClock(deps, () => {})
          const failed = Promise.withResolvers<unknown>()
          const collector = new Collector(deps, { interval: 1, wallClock, report: () => {}, failed: failed.resolve })
          collector.start()
          assert.equal(await failed.promise, failure)
          failing = false
          await collector.stop()
          assert.equal((await collector.run()) === undefined, rests)
          world.clock.wall += lease + 1
          assert.ok(await collector.run(), 'and goes on then')
        }
      }))

    test('bytes that could not be deleted keep their row, and go with the next pass', () =>
      withBlob(async (scene) => {
        const { world, registry, key } = scene
        const other = await push(world, registry, 'y'.repeat(1000))
        const otherKey = (await world.store.blob(registry.id, name, other.digest))?.storageKey ?? ''
        world.clock.wall += lease + 1
        await collect(world.deps, world.clock.wall)
        world.clock.wall += hour + 1
        const busy = Object.assign(Object.create(world.blobs) as typeof world.blobs, {
          delete: (each: string) => (each === key ? Promise.reject(new Error('busy')) : world.blobs.delete(each)),
        })
        await assert.rejects(collect({ ...world.deps, blobs: busy }, world.clock.wall), UndeletedObjects)
        assert.equal(await isThere(scene), true)
        assert.equal((await world.store.objectByKey(key))?.state, 'condemned')
        assert.equal(await world.store.objectByKey(otherKey), undefined, 'one does not hold up the others')
        assert.equal((await collect(world.deps, world.clock.wall)).deleted, 1)
        assert.equal(await isThere(scene), false)
        assert.equal(await world.store.objectByKey(key), undefined)
      }))
  })
}
