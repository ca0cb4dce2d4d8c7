import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { findBlob } from '#app/distribution/blobs.ts'
import { Uploads } from '#app/distribution/uploads.ts'
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

test('bytes that the machine lost are told before anybody builds on them, and the client sends them again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-unacknowledged-'))
  const world = await World.open(folder)
  try {
    const registry = await newWorldRegistry(world.store)
    const whose = { registry, name, principalId: admin.id }
    const address = { ...whose, ...(await world.uploads.start({ ...whose, algorithm: 'sha256' })) }
    await world.uploads.append(address, bodyOf('0123456789'), { start: 0, end: 9 })
    const row = async () => world.store.upload(registry.id, name, address.uploadId)
    const path = join(folder, 'objects', (await row())?.storageKey ?? '')
    await world.restart()
    truncateSync(path, 4)
    const outOfOrder = (error: { failure?: string; detail?: { size?: number } }) =>
      error.failure === 'range-invalid' && error.detail?.size === 4
    await assert.rejects(world.uploads.append(address, bodyOf('ab'), { start: 10, end: 11 }), outOfOrder)
    assert.deepEqual([(await row())?.size, (await row())?.digest], [4, digestOf(Buffer.from('0123'))])
    assert.deepEqual(await world.uploads.status(address), { size: 4 })
    await world.uploads.append(address, bodyOf('456789ab'), { start: 4, end: 11 })
    const digest = digestOf(Buffer.from('0123456789ab'))
    await world.uploads.finish(address, bodyOf(''), undefined, digest)
    assert.equal((await findBlob(world.deps, registry, name, digest)).size, 12)
  } finally {
    await world.close()
    rmSync(folder, { recursive: true })
  }
})

test('an upload whose sync failed is not ended by a second sync, though its row could not be ended either', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-unacknowledged-'))
  const world = await World.open(folder)
  mkdirSync(join(folder, 'failing'))
  const blobs = openFsBlobStore(join(folder, 'failing'), { name: 'upload.seal.before-sync', effect: 'EIO', from: 1 })
  try {
    const registry = await newWorldRegistry(world.store)
    const store = { ...world.store, cancelUpload: () => Promise.reject(new RegistryError('storage-failed', 'the disk fails', {})) }
    const uploads = new Uploads({ ...world.deps, store, blobs })
    const whose = { registry, name, principalId: admin.id }
    const address = { ...whose, ...(await uploads.start({ ...whose, algorithm: 'sha256' })) }
    await uploads.append(address, bodyOf('lost'), undefined)
    const digest = digestOf(Buffer.from('lost'))
    await assert.rejects(uploads.finish(address, bodyOf(''), undefined, digest), { failure: 'storage-failed' })
    await assert.rejects(uploads.finish(address, bodyOf(''), undefined, digest), { failure: 'upload-unknown' })
    await assert.rejects(uploads.append(address, bodyOf('x'), undefined), { failure: 'upload-unknown' })
  } finally {
    await blobs.close()
    await world.close()
    rmSync(folder, { recursive: true })
  }
})

test('a chunk whose row could not be written was not taken: the next one begins where the row is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-unacknowledged-'))
  const world = await World.open(folder)
  try {
    const registry = await newWorldRegistry(world.store)
    let failing = false
    const store = {
      ...world.store,
      noteUpload: (input: Parameters<typeof world.store.noteUpload>[0]) =>
        failing ? Promise.reject(new RegistryError('storage-full', 'the disk is full', {})) : world.store.noteUpload(input),
    }
    const uploads = new Uploads({ ...world.deps, store })
    const whose = { registry, name, principalId: admin.id }
    const { uploadId } = await uploads.start({ ...whose, algorithm: 'sha256' })
    const address = { ...whose, uploadId }
    assert.deepEqual(await uploads.append(address, bodyOf('first '), { start: 0, end: 5 }), { size: 6 })
    failing = true
    await assert.rejects(uploads.append(address, bodyOf('lost'), { start: 6, end: 9 }), { failure: 'storage-full' })
    failing = false
    assert.equal((await world.store.upload(registry.id, name, uploadId))?.size, 6)
    assert.deepEqual(await uploads.append(address, bodyOf('second'), { start: 6, end: 11 }), { size: 12 })
    const digest = digestOf(Buffer.from('first second'))
    await uploads.finish(address, bodyOf(''), undefined, digest)
    assert.equal((await findBlob(world.deps, registry, name, digest)).size, 12)
  } finally {
    await world.close()
    rmSync(folder, { recursive: true })
  }
})

test('who still writes to an upload that was cancelled, and whose file is gone, is told that it is unknown; the disk refused nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-unacknowledged-'))
  const world = await World.open(folder)
  try {
    const registry = await newWorldRegistry(world.store)
    const whose = { registry, name, principalId: admin.id }
    /** The file goes while a chunk comes, before the worker opens it another way for large writes. */
    const appendOver = async (isCancelled: boolean) => {
      const address = { ...whose, ...(await world.uploads.start({ ...whose, algorithm: 'sha256' })) }
      await world.uploads.append(address, bodyOf('first'), undefined)
      const { uploadId } = address
      const path = join(folder, 'objects', (await world.store.upload(registry.id, name, uploadId))?.storageKey ?? '')
      const bytes = (async function* () {
        if (isCancelled) await world.store.cancelUpload({ uploadId, now: world.clock.now() })
        rmSync(path)
        yield Buffer.alloc(3 * 1024 * 1024, 'x')
      })()
      return world.uploads.append(address, { bytes, length: undefined }, undefined)
    }
    await assert.rejects(appendOver(true), { failure: 'upload-unknown' })
    await assert.rejects(appendOver(false), { failure: 'storage-failed' })
    const address = { ...whose, ...(await world.uploads.start({ ...whose, algorithm: 'sha256' })) }
    await world.uploads.append(address, bodyOf('first'), undefined)
    const path = join(folder, 'objects', (await world.store.upload(registry.id, name, address.uploadId))?.storageKey ?? '')
    const last = (async function* () {
      rmSync(path)
      yield Buffer.alloc(400 * 1024, 'x')
    })()
    const sealing = world.uploads.finish(address, { bytes: last, length: undefined }, undefined, digestOf(Buffer.from('any')))
    await assert.rejects(sealing, { failure: 'storage-failed' }, 'the upload ends for that, and is not unknown because of it')
    assert.equal(await world.store.upload(registry.id, name, address.uploadId), undefined)
  } finally {
    await world.close()
    rmSync(folder, { recursive: true })
  }
})
