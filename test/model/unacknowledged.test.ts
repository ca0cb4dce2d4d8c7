import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { findBlob } from '#app/distribution/blobs.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { digestOf } from './expected.ts'
import { admin, newWorldRegistry, World } from './world.ts'

const name = 'a' as RepositoryName
const bodyOf = (text: string) => ({
  length: text.length,
  bytes: (async function* () {
    yield Buffer.from(text)
  })(),
})

/** An upload's way through a world of its own, whose folder goes with it. */
async function inWorld(work: (scene: Awaited<ReturnType<typeof sceneOf>>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-unacknowledged-'))
  const world = await World.open(folder)
  try {
    await work(await sceneOf(world, folder))
  } finally {
    await world.close()
    rmSync(folder, { recursive: true })
  }
}

async function sceneOf(world: World, folder: string) {
  const registry = await newWorldRegistry(world.store)
  const whose = { registry, name, principalId: admin.id }
  const start = async (uploads = world.uploads) => ({ ...whose, ...(await uploads.start({ ...whose, algorithm: 'sha256' })) })
  const row = ({ uploadId }: { uploadId: string }) => world.store.upload(registry.id, name, uploadId)
  const fileOf = async (address: { uploadId: string }) => join(folder, 'objects', (await row(address))?.storageKey ?? '')
  const sizeOf = async (digest: Digest) => (await findBlob(world.deps, registry, name, digest)).size
  return { world, folder, start, row, fileOf, sizeOf }
}

test('bytes that the machine lost are told before anybody builds on them, and the client sends them again', () =>
  inWorld(async ({ world, start, row, fileOf, sizeOf }) => {
    const address = await start()
    await world.uploads.append(address, bodyOf('0123456789'), { start: 0, end: 9 })
    const path = await fileOf(address)
    await world.restart()
    truncateSync(path, 4)
    const outOfOrder = (error: { failure?: string; detail?: { size?: number } }) =>
      error.failure === 'range-invalid' && error.detail?.size === 4
    await assert.rejects(world.uploads.append(address, bodyOf('ab'), { start: 10, end: 11 }), outOfOrder)
    const { size, digest: left } = (await row(address)) ?? {}
    assert.deepEqual([size, left], [4, digestOf(Buffer.from('0123'))])
    assert.deepEqual(await world.uploads.status(address), { size: 4 })
    await world.uploads.append(address, bodyOf('456789ab'), { start: 4, end: 11 })
    const digest = digestOf(Buffer.from('0123456789ab'))
    await world.uploads.finish(address, bodyOf(''), undefined, digest)
    assert.equal(await sizeOf(digest), 12)
  }))

test('an upload whose sync failed is not ended by a second sync, though its row could not be ended either', () =>
  inWorld(async ({ world, folder, start }) => {
    mkdirSync(join(folder, 'failing'))
    const blobs = openFsBlobStore(join(folder, 'failing'), { name: 'upload.seal.before-sync', effect: 'EIO', from: 1 })
    try {
      const store = { ...world.store, cancelUpload: () => Promise.reject(new RegistryError('storage-failed', 'the disk fails', {})) }
      const uploads = new Uploads({ ...world.deps, store, blobs })
      const address = await start(uploads)
      await uploads.append(address, bodyOf('lost'), undefined)
      const digest = digestOf(Buffer.from('lost'))
      await assert.rejects(uploads.finish(address, bodyOf(''), undefined, digest), { failure: 'storage-failed' })
      await assert.rejects(uploads.finish(address, bodyOf(''), undefined, digest), { failure: 'upload-unknown' })
      await assert.rejects(uploads.append(address, bodyOf('x'), undefined), { failure: 'upload-unknown' })
    } finally {
      await blobs.close()
    }
  }))

test('a chunk whose row could not be written was not taken: the next one begins where the row is', () =>
  inWorld(async ({ world, start, row, sizeOf }) => {
    let failing = false
    const store = {
      ...world.store,
      noteUpload: (input: Parameters<typeof world.store.noteUpload>[0]) =>
        failing ? Promise.reject(new RegistryError('storage-full', 'the disk is full', {})) : world.store.noteUpload(input),
    }
    const uploads = new Uploads({ ...world.deps, store })
    const address = await start(uploads)
    assert.deepEqual(await uploads.append(address, bodyOf('first '), { start: 0, end: 5 }), { size: 6 })
    failing = true
    await assert.rejects(uploads.append(address, bodyOf('lost'), { start: 6, end: 9 }), { failure: 'storage-full' })
    failing = false
    assert.equal((await row(address))?.size, 6)
    assert.deepEqual(await uploads.append(address, bodyOf('second'), { start: 6, end: 11 }), { size: 12 })
    const digest = digestOf(Buffer.from('first second'))
    await uploads.finish(address, bodyOf(''), undefined, digest)
    assert.equal(await sizeOf(digest), 12)
  }))

test('who still writes to an upload that was cancelled, and whose file is gone, is told that it is unknown; the disk refused nothing', () =>
  inWorld(async ({ world, start, row, fileOf }) => {
    const begun = async () => {
      const address = await start()
      await world.uploads.append(address, bodyOf('first'), undefined)
      return { address, path: await fileOf(address) }
    }
    /** The file goes while a chunk comes, before the worker opens it another way for large writes. */
    const appendOver = async (isCancelled: boolean) => {
      const { address, path } = await begun()
      const bytes = (async function* () {
        if (isCancelled) await world.store.cancelUpload({ uploadId: address.uploadId, now: world.clock.now() })
        rmSync(path)
        yield Buffer.alloc(3 * 1024 * 1024, 'x')
      })()
      return world.uploads.append(address, { bytes, length: undefined }, undefined)
    }
    await assert.rejects(appendOver(true), { failure: 'upload-unknown' })
    await assert.rejects(appendOver(false), { failure: 'storage-failed' })
    const { address, path } = await begun()
    const last = (async function* () {
      rmSync(path)
      yield Buffer.alloc(400 * 1024, 'x')
    })()
    const sealing = world.uploads.finish(address, { bytes: last, length: undefined }, undefined, digestOf(Buffer.from('any')))
    await assert.rejects(sealing, { failure: 'storage-failed' }, 'the upload ends for that, and is not unknown because of it')
    assert.equal(await row(address), undefined)
  }))
