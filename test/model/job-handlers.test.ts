import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { drainDeleted } from '#app/jobs/drain.ts'
import { askToReap, reapHistory } from '#app/jobs/reap-history.ts'
import { putManifest } from '#app/distribution/manifests.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import { mediaTypes } from '#core/media-type.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { ResourceKey } from '#core/resource-id.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { Registry } from '#ports/registries.ts'
import { FakeClock, hash, hour, newWorldRegistry, nextId, worldSettings } from './world.ts'

const name = 'a' as RepositoryName
let store: MetadataStore
let registry: Registry
const clock = new FakeClock()
const going = new AbortController().signal
const told = AbortSignal.abort()

beforeEach(async () => {
  store = openMemoryMetadataStore()
  registry = await newWorldRegistry(store)
})
afterEach(() => store.close())

/** So many manifests, each an index of nothing, and uploads that are under way. */
async function fill(manifests: number, uploads: number): Promise<void> {
  const deps = { store, clock, settings: worldSettings, hash, failpoint: () => {} } as unknown as Parameters<typeof putManifest>[0]
  for (let index = 0; index < manifests; index++) {
    const body = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], annotations: { index: String(index) } }
    const bytes = Buffer.from(JSON.stringify(body))
    const reference = { kind: 'tag', tag: `t${index}` } as never
    await putManifest(deps, { registry, name, reference, tags: [], contentType: mediaTypes.ociIndex, bytes })
  }
  for (let index = 0; index < uploads; index++) {
    const ids = { uploadId: nextId(), objectId: nextId() }
    await store.startUpload({
      ...ids,
      registryId: registry.id,
      name,
      storageKey: ids.objectId,
      backend: 'memory',
      principalId: 'somebody',
      algorithm: 'sha256',
      reserve: 0,
      now: clock.now(),
      expiresAt: clock.now() + hour,
    })
  }
}

const used = async (): Promise<number> => (await store.usage(registry.id)).used
/** Steps until nothing is left of deleted repositories. */
const left = async (): Promise<number> => store.drainRepositories({ now: clock.now(), limit: 10_000 })

test('a deleted repository is emptied in many steps, with the uploads that were under way in it', async () => {
  await fill(150, 210)
  await store.deleteRepository({ registryId: registry.id, name, now: clock.now() })
  const steps: string[] = []
  await drainDeleted({ store, clock, emptying: new Emptying({ store, clock }), failpoint: (point) => void steps.push(point) }, going)
  assert.equal(await left(), 0)
  assert.equal((await store.reapUploads({ now: clock.now() + 2 * hour, limit: 1000 })).length, 0)
  assert.equal(await used(), 0)
  assert.ok(steps.length > 1 && steps.every((point) => point === 'drain.after-step'))
})

test('who is told to stop leaves the rest to the next', async () => {
  await fill(1, 1)
  await store.deleteRepository({ registryId: registry.id, name, now: clock.now() })
  await drainDeleted({ store, clock, emptying: new Emptying({ store, clock }), failpoint: () => assert.fail('nothing is done') }, told)
  assert.ok((await left()) > 0)
})

const kinds = async () => (await store.jobs({ after: 0, limit: 10 })).map(({ kind, runAfter }) => [kind, runAfter - clock.now()])

test('what is older than it is kept goes, however much it is; what is younger stays', async () => {
  await fill(1100, 0)
  const events = async () => (await store.events({ registryId: registry.id, after: '', limit: 5000 })).length
  const before = await events()
  assert.ok(before >= 1100)
  // Events bear the database's own time.
  const deps = { store, clock, wallClock: { look: async () => Date.now() + 2 * hour }, historyMost: 10_000 }
  await reapHistory({ ...deps, historyLife: 24 * hour }, going)
  assert.equal(await events(), before)
  await reapHistory({ ...deps, historyLife: hour }, told)
  assert.equal(await events(), before)
  await reapHistory({ ...deps, historyLife: hour }, going)
  assert.equal(await events(), 0)
})

test('what clients might have asked of goes an hour after it ended, however much it is', async () => {
  const key = (index: number) => `/subscriptions/one/resourcegroups/g${index}` as ResourceKey
  const by = { createdAt: 0, createdBy: '', createdByType: '', changedAt: 0, changedBy: '', changedByType: '' }
  for (let index = 0; index < 501; index++) {
    const resource = {
      key: key(index),
      id: key(index),
      type: 'g',
      name: 'g',
      parentKey: '' as ResourceKey,
      location: null,
      body: { properties: {} },
      etag: 'e',
      ...by,
    }
    await store.putResource({ resource, match: undefined })
    const operation = { id: `o${index}`, subscriptionId: 'one', principalId: 'somebody' }
    await store.deleteResource({ key: key(index), match: undefined, now: clock.now(), operation })
  }
  const left = async () => (await Promise.all([store.operation('o0'), store.operation('o500')])).map((each) => each !== undefined)
  const at = (now: number) =>
    reapHistory({ store, clock, wallClock: { look: async () => now }, historyLife: 100 * hour, historyMost: 1 }, going)
  await at(clock.now() + hour)
  assert.deepEqual(await left(), [true, true])
  await at(clock.now() + hour + 1)
  assert.deepEqual(await left(), [false, false])
})

test('it asks for itself again, also while nobody knows the time, and the first time when it is told to', async () => {
  await askToReap({ store, clock }, 5)
  assert.deepEqual(await kinds(), [['history.reap', 5]])
  await reapHistory({ store, clock, wallClock: { look: async () => undefined }, historyLife: hour, historyMost: 1 }, going)
  assert.deepEqual(await kinds(), [['history.reap', hour / 12]])
})

test('what is more than a registry may have goes too, also while nobody knows the time', async () => {
  await fill(1100, 0)
  const wallClock = { look: async () => undefined }
  const events = async () => (await store.events({ registryId: registry.id, after: '', limit: 5000 })).length
  assert.ok((await events()) >= 1100)
  await reapHistory({ store, clock, wallClock, historyLife: hour, historyMost: 20 }, told)
  assert.ok((await events()) >= 1100)
  await reapHistory({ store, clock, wallClock, historyLife: hour, historyMost: 20 }, going)
  assert.equal(await events(), 20)
})
