// What blocks leave in a container of Azure: nothing that a list has no use for, but what only Azure itself can take away.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { newKey, patternOf, readAll } from '#ports/blob-scene.contract.ts'
import { account, startAzurite } from './azurite.ts'
import { openStore } from './object-store.ts'

const partSize = 256 * 1024
const bytes = patternOf(5 * partSize + 1234)
const starting = startAzurite()
after(async () => (await starting).stop())

async function scene() {
  const server = await starting
  Object.assign(process.env, server.environment)
  const name = await server.make()
  const open = () => openStore(server.url(name), { partSize })
  const service = new BlobServiceClient(`${server.endpoint}/${account}`, new StorageSharedKeyCredential(account, server.secret))
  const container = service.getContainerClient(name)
  const listed = async () => (await Array.fromAsync(container.listBlobsFlat({ includeUncommitedBlobs: true }))).map((each) => each.name)
  return { open, container, listed }
}

test('an upload that is deleted takes the blocks with it that were in no list', async () => {
  const { open, listed } = await scene()
  const store = await open()
  const key = newKey()
  const writer = store.create(key, 'sha256')
  await writer.append(bytes)
  await writer.mark()
  await writer.abandon()
  assert.ok((await listed()).includes(`objects/${key}`), 'its blocks are there')
  await store.delete(key)
  assert.deepEqual(await listed(), [])
  await store.close()
})

test('who goes on lists the blocks of the one before again, and what that one still sends is in nobody’s blob', async () => {
  const { open, container } = await scene()
  const [one, other] = [await open(), await open()]
  const key = newKey()
  const first = one.create(key, 'sha256')
  await first.append(bytes.subarray(0, 3 * partSize + 9))
  const mark = await first.mark()
  const second = await other.resume(key, 'sha256', async () => mark)
  assert.ok(second)
  await second.append(bytes.subarray(3 * partSize + 9))
  await first.append(patternOf(3 * partSize, 7))
  await first.mark()
  const sealed = await second.seal('sha256')
  assert.ok((await readAll(other, key, sealed)).equals(bytes))
  const list = await container.getBlockBlobClient(`objects/${key}`).getBlockList('all')
  assert.deepEqual(
    (list.committedBlocks ?? []).map(({ size }) => size),
    [partSize, partSize, partSize, partSize, partSize, 1234],
  )
  assert.deepEqual(list.uncommittedBlocks ?? [], [])
  for (const store of [one, other]) await store.close()
})
