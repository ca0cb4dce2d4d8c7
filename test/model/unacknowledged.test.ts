import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
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

test('a chunk whose row could not be written was not taken: the next one begins where the row is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-unacknowledged-'))
  const world = new World(folder)
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
