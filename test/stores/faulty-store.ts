import assert from 'node:assert/strict'
import { after, afterEach } from 'node:test'
import { openS3BlobStore, type S3BlobStore } from '#adapters/s3/open.ts'
import { parseS3Place } from '#adapters/s3/place.ts'
import { hexOf, newKey, patternOf, readAll, write } from '#ports/blob-scene.contract.ts'
import type { SealedBlob } from '#ports/blob-store.ts'
import { FaultyFront } from './faulty-front.ts'
import { buckets, startObjectStore } from './radosgw.ts'

export const partSize = 256 * 1024

/** A store of blobs before a faulty front, for the file that asks for it: all is well again after each of its tests. */
export function startFaultyStore() {
  const starting = begin()
  afterEach(async () => (await starting).front.heal())
  after(async () => {
    const { server, front, store } = await starting
    await store.close()
    front.stop()
    server.stop()
  })
  return starting
}

async function begin() {
  const server = await startObjectStore()
  process.env.AWS_ACCESS_KEY_ID = server.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey
  const front = await FaultyFront.start(server.endpoint)
  const bucket = await buckets(server).make()
  const open = () =>
    openS3BlobStore(parseS3Place(`s3://${bucket}?endpoint=${front.endpoint}`), { partSize, patience: { idle: 1000, answer: 3000 } })
  const store = await open()
  // Ceph makes its pools with the first bytes, and takes its time.
  for (let tries = 0; tries < 5; tries++) await write(store.create(newKey(), 'sha256'), patternOf(partSize + 1)).catch(() => {})
  return { server, front, bucket, open, store }
}

export const bytes = patternOf(5 * partSize + 1234)
export const failsWith = (message: RegExp) => (error: Error & { failure?: string }) =>
  error.failure === 'storage-failed' && message.test(error.message)

export async function holds(store: S3BlobStore, key: string, sealed: SealedBlob, content: Buffer): Promise<void> {
  assert.equal(sealed.digest, `sha256:${hexOf(content)}`)
  assert.ok((await readAll(store, key, sealed)).equals(content))
}
