import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blobStoreContract } from '#ports/blob-store.contract.ts'
import { hexOf, newKey, patternOf } from '#ports/blob-scene.contract.ts'
import { openMemoryBlobStore } from './blob-store.ts'

blobStoreContract('memory', async () => {
  let store = openMemoryBlobStore()
  return {
    subject: {
      store: () => store,
      reopen: async () => {
        store = openMemoryBlobStore(store)
      },
      damage: async (key, change) => void store.objects.set(key, change(Buffer.from(store.objects.get(key) ?? []))),
    },
    close: () => store.close(),
  }
})

test('the last request of an upload, without bytes, is answered by a server that never had them, and nothing is read again', async () => {
  const first = openMemoryBlobStore()
  const second = openMemoryBlobStore(first)
  const key = newKey()
  const bytes = patternOf(700_000)
  const writer = first.create(key, 'sha256')
  await writer.append(bytes)
  const mark = await writer.mark()
  const other = await second.resume(key, 'sha256', async () => mark)
  assert.equal((await other?.seal('sha256'))?.digest, `sha256:${hexOf(bytes)}`)
  assert.equal(second.reread, 0)
  assert.deepEqual(Buffer.from(first.objects.get(key) ?? []), bytes)
  assert.equal(first.parts.size, 0, 'no part is left')
})

test('a chunk for another server than the one that had the upload is read behind once', async () => {
  const first = openMemoryBlobStore()
  const key = newKey()
  const writer = first.create(key, 'sha256')
  await writer.append(patternOf(1000))
  const other = await openMemoryBlobStore(first).resume(key, 'sha256', async () => writer.mark())
  await other?.append(patternOf(10))
  await other?.append(patternOf(10))
  assert.equal((await other?.seal('sha256'))?.size, 1020)
  assert.equal(first.reread, 1000)
})
