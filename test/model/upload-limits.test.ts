// What bounds an upload and what becomes of many, at registries in memory: it is the same wherever they are kept.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { BrokenBody } from '#app/distribution/upload-body.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { collect } from '#app/maintenance/collect.ts'
import type { RepositoryName } from '#core/reference.ts'
import { of, slow, text } from './bodies.ts'
import { digestOf } from './expected.ts'
import { FakeClock, hour, newWorldRegistry, World, worldSettings } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-uploads-'))
let world: World
before(async () => {
  world = await World.open(folder)
})
after(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

const name = 'a' as RepositoryName

test('who lost a connection and comes back at once goes on, while what came before is still put away', async () => {
  const blobs = openMemoryBlobStore()
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const lazy = {
    ...blobs,
    create: (...file: Parameters<typeof blobs.create>) => Object.assign(blobs.create(...file), { rest: () => written }),
  }
  const store = openMemoryMetadataStore()
  const one = await newWorldRegistry(store)
  const uploads = new Uploads({ ...world.deps, store, blobs: lazy })
  const { uploadId } = await uploads.start({ registry: one, name, principalId: 'p', algorithm: 'sha256' })
  const address = { registry: one, name, principalId: 'p', uploadId }
  const torn = slow()
  const broken = uploads.append(address, torn.body, undefined)
  await torn.give(Buffer.from('abc'))
  await torn.give(new Error('reset'))
  await new Promise(setImmediate)
  const again = uploads.append(address, text('def'), { start: 3, end: 5 })
  // A refusal is told while what came is still on its way.
  const early = await Promise.race([again.then(() => 'done', String), new Promise((resolve) => setImmediate(resolve, 'waits'))])
  assert.equal(early, 'waits')
  write()
  await assert.rejects(broken, BrokenBody)
  assert.deepEqual(await again, { size: 6 })
  await uploads.finish(address, text(''), undefined, digestOf(Buffer.from('abcdef')))
  await store.close()
})

test('D a blob that would be larger than is allowed is refused, said or not said', async () => {
  const blobs = openMemoryBlobStore()
  const store = openMemoryMetadataStore()
  const small = await newWorldRegistry(store)
  const uploads = new Uploads({ ...world.deps, store, blobs, settings: { ...worldSettings, largestBlob: 10 } })
  const tooLarge = { name: 'RegistryError', failure: 'blob-too-large' }
  const open = async () => ({
    registry: small,
    name,
    principalId: 'p',
    ...(await uploads.start({ registry: small, name, principalId: 'p', algorithm: 'sha256' })),
  })
  await assert.rejects(uploads.start({ registry: small, name, principalId: 'p', algorithm: 'sha256', length: 11 }), tooLarge)
  const address = await open()
  await assert.rejects(uploads.append(address, text('x'.repeat(11)), undefined), tooLarge)
  await assert.rejects(uploads.append(address, { ...text('x'.repeat(11)), length: undefined }, undefined), tooLarge)
  assert.deepEqual(await uploads.status(address), { size: 0 })
  await uploads.finish(address, text('x'.repeat(10)), undefined, digestOf(Buffer.from('x'.repeat(10))))
  await store.close()
})

test('a quota that is met at the end of an upload ends the session and keeps nothing of it', async () => {
  const clock = new FakeClock()
  const blobs = openMemoryBlobStore()
  const store = openMemoryMetadataStore()
  const small = await newWorldRegistry(store, 10)
  const deps = { ...world.deps, store, blobs, clock }
  const uploads = new Uploads(deps)
  const { uploadId } = await uploads.start({ registry: small, name, principalId: 'p', algorithm: 'sha256' })
  const address = { registry: small, name, principalId: 'p', uploadId }
  const eleven = Buffer.from('x'.repeat(11))
  await assert.rejects(uploads.finish(address, of(eleven), undefined, digestOf(eleven)), { failure: 'quota-exceeded' })
  await assert.rejects(uploads.status(address), { name: 'RegistryError', failure: 'upload-unknown' })
  clock.wall += 10 * hour
  await collect(deps, clock.now())
  assert.equal(blobs.objects.size, 0)
  await store.close()
})

test('more finished sessions than one pass takes are all forgotten by one collection', async () => {
  const clock = new FakeClock()
  const store = openMemoryMetadataStore()
  const one = await newWorldRegistry(store)
  const deps = { ...world.deps, store, blobs: openMemoryBlobStore(), clock }
  const uploads = new Uploads(deps)
  const sessions: string[] = []
  for (let made = 0; made < 620; made++) {
    const { uploadId } = await uploads.start({ registry: one, name, principalId: 'p', algorithm: 'sha256' })
    await uploads.finish({ registry: one, name, principalId: 'p', uploadId }, text('same'), undefined, digestOf(Buffer.from('same')))
    sessions.push(uploadId)
  }
  clock.wall += 2 * hour
  await collect(deps, clock.now())
  const left = (await Promise.all(sessions.map((id) => store.upload(one.id, name, id)))).filter((each) => each !== undefined)
  assert.equal(left.length, 0)
  await store.close()
})
