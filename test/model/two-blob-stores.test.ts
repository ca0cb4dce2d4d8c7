import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { findBlob, openBlob } from '#app/distribution/blobs.ts'
import { refusedAmongServers } from '#app/distribution/unleased-answers.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { collect } from '#app/maintenance/collect.ts'
import { scrub } from '#app/maintenance/scrub.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import { digestOf } from './expected.ts'
import { FakeClock, hour, newWorldRegistry, nextId, worldSettings } from './world.ts'

const name = 'a' as RepositoryName
const bodyOf = (bytes: Uint8Array) => ({
  length: bytes.length,
  bytes: (async function* () {
    yield bytes
  })(),
})

test('where new objects go to another store, each is read, scrubbed, gone on with and deleted where its row says', async () => {
  const store = openMemoryMetadataStore()
  const registry = await newWorldRegistry(store)
  const clock = new FakeClock()
  const before = openMemoryBlobStore()
  const after = openMemoryBlobStore()
  const both: BlobStore = { ...after, name: 'new', at: (backend) => (backend === 'new' ? both : before.at(backend)) }
  const depsOf = (blobs: BlobStore) => {
    const ids = { next: nextId }
    const emptying = new Emptying({ store, clock })
    return { store, blobs, clock, ids, emptying, failpoint: () => {}, unleased: refusedAmongServers, settings: worldSettings }
  }
  const [old, now] = [depsOf(before), depsOf(both)]
  const [early, late] = [new Uploads(old), new Uploads(now)]
  const whose = { registry, name, principalId: 'p' }
  const contents = ['early', 'late', 'begun early'].map((text) => Buffer.alloc(2000, text))
  for (const [index, uploads] of [early, late].entries()) {
    const content = contents[index] ?? Buffer.alloc(0)
    const { uploadId } = await uploads.start({ ...whose, algorithm: 'sha256' })
    await uploads.finish({ ...whose, uploadId }, bodyOf(content), undefined, digestOf(content))
  }
  const begun = contents[2] ?? Buffer.alloc(0)
  const { uploadId } = await early.start({ ...whose, algorithm: 'sha256' })
  await early.append({ ...whose, uploadId }, bodyOf(begun.subarray(0, 1000)), undefined)
  await late.finish({ ...whose, uploadId }, bodyOf(begun.subarray(1000)), undefined, digestOf(begun))
  assert.deepEqual([before.objects.size, after.objects.size], [2, 1])

  for (const content of contents) {
    const blob = await findBlob(now, registry, name, digestOf(content))
    const reader = await openBlob(now, blob)
    const pieces: Buffer[] = []
    await reader.read(0, content.length - 1, async (piece) => pieces.push(Buffer.from(piece)) > 0)
    assert.ok(Buffer.concat(pieces).equals(content))
  }
  const { objects, bad } = await scrub({ ...now, facts: { check: async () => [] } })
  assert.deepEqual([objects, bad], [3, []])

  clock.wall += worldSettings.lease.length + 1
  await collect(now, clock.now())
  clock.wall += 2 * hour
  assert.equal((await collect(now, clock.now())).deleted, 3)
  assert.deepEqual([before.objects.size, after.objects.size], [0, 0])
  await store.close()
})
