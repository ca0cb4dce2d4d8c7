import assert from 'node:assert/strict'
import { after, afterEach } from 'node:test'
import type { BucketBlobStore } from '#adapters/bucket/blob-store.ts'
import type { Patience } from '#adapters/bucket/object-client.ts'
import { hexOf, newKey, patternOf, readAll, write } from '#ports/blob-scene.contract.ts'
import type { SealedBlob } from '#ports/blob-store.ts'
import { examined } from './bucket-objects.ts'
import { FaultyFront } from './faulty-front.ts'
import { type ObjectStoreServer, openStore } from './object-store.ts'

export const partSize = 256 * 1024

/**
 * A store of blobs before a faulty front, for the file that asks for it: all is well again after each of its tests.
 * @param patience short where a test has the store stall
 */
export function startFaultyStore(server: Promise<ObjectStoreServer>, patience: Partial<Patience> = {}): Promise<FaultyStore> {
  const starting = begin(server, patience)
  afterEach(async () => (await starting).front.heal())
  after(async () => {
    const { server, front, store } = await starting
    await store.close()
    front.stop()
    server.stop()
  })
  return starting
}

async function begin(start: Promise<ObjectStoreServer>, patience: Partial<Patience>) {
  const server = await start
  Object.assign(process.env, server.environment)
  const front = await FaultyFront.start(server.endpoint)
  const bucket = await server.make()
  const url = server.url(bucket, { endpoint: front.endpoint })
  const { abilities } = await examined(url)
  const open = (as = abilities) => openStore(url, { partSize, patience, abilities: as })
  const store = await open()
  // Ceph makes its pools with the first bytes, and takes its time.
  for (let tries = 0; tries < 5; tries++) await write(store.create(newKey(), 'sha256'), patternOf(partSize + 1)).catch(() => {})
  return { server, front, bucket, url, abilities, open, store }
}

export type FaultyStore = Awaited<ReturnType<typeof begin>>

export const bytes = patternOf(5 * partSize + 1234)
export const failsWith = (message: RegExp) => (error: Error & { failure?: string }) =>
  error.failure === 'storage-failed' && message.test(error.message)

export async function holds(store: BucketBlobStore, key: string, sealed: SealedBlob, content: Buffer): Promise<void> {
  assert.equal(sealed.digest, `sha256:${hexOf(content)}`)
  assert.ok((await readAll(store, key, sealed)).equals(content))
}
