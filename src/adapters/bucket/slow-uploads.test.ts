import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { BucketBlobWriter } from './blob-writer.ts'
import type { AskedRange, ObjectClient, Upload } from './object-client.ts'
import { PartPool } from './part-pool.ts'

const mebibyte = 1024 * 1024
const partSize = 2 * mebibyte

/** A store in memory that counts the bytes that come and go. */
function countingStore() {
  const objects = new Map<string, Buffer>()
  const parts: Buffer[][] = []
  const moved = { bytes: 0, objects: 0 }
  const taken = (body: Uint8Array): Buffer => {
    moved.bytes += body.length
    return Buffer.from(body)
  }
  const etagOf = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`
  const found = (key: string) => {
    const bytes = objects.get(key)
    return bytes && { size: bytes.length, etag: etagOf(bytes), crc: undefined }
  }
  const client = {
    idle: 1000,
    mostParts: 10_000,
    abilities: { conditionalPut: true, conditionalComplete: true, checksum: 'md5', tagIsMd5: true },
    put: async (key: string, body: Uint8Array) => {
      objects.set(key, taken(body))
      return { etag: etagOf(body) }
    },
    head: async (key: string) => found(key),
    get: async (key: string, { from, to }: AskedRange) => {
      const bytes = objects.get(key)
      if (!bytes) return undefined
      const asked = taken(bytes.subarray(from, to))
      return { body: Readable.from([asked]), etag: etagOf(bytes), total: bytes.length }
    },
    remove: async (key: string) => void objects.delete(key),
    begin: async () => String(parts.push([]) - 1),
    sendPart: async (_: string, uploadId: string, number: number, body: Uint8Array) => {
      ;(parts[Number(uploadId)] as Buffer[])[number - 1] = taken(body)
      return { etag: etagOf(body), crc: undefined }
    },
    complete: async (key: string, { uploadId, parts: listed }: Upload) => {
      moved.objects++
      const bytes = Buffer.concat((parts[Number(uploadId)] ?? []).slice(0, listed.length))
      objects.set(key, bytes)
      return { etag: etagOf(bytes) }
    },
    partsOf: async (_: string, upload: Upload) => ({
      ...upload,
      uploadId: String(parts.push([...(parts[Number(upload.uploadId)] ?? [])]) - 1),
    }),
    abort: async () => {},
    proves: () => true,
  }
  return { client: client as unknown as ObjectClient, objects, moved }
}

function writersOf(many: number, pool: PartPool) {
  const store = countingStore()
  const side = { client: store.client, pool, partSize: -partSize, patience: 10_000, failpoint: () => {}, forget: async () => {} }
  const writers = Array.from({ length: many }, (_, index) => new BucketBlobWriter(side, `objects/${index}`, 'sha256'))
  return { ...store, writers, sent: writers.map((): Buffer[] => []) }
}

async function send({ writers, sent }: ReturnType<typeof writersOf>, index: number, bytes: Buffer): Promise<void> {
  sent[index]?.push(bytes)
  await writers[index]?.append(bytes)
}

test('uploads that come by drops, more than there are buffers for: what was put away does not come back for each drop', async () => {
  // All of it is in use.
  const pool = new PartPool(4 * partSize, 0)
  const all = writersOf(12, pool)
  const rounds = 40
  const drop = 1500
  for (const index of all.writers.keys()) await send(all, index, randomBytes(partSize - 100_000))
  all.moved.bytes = 0
  for (let round = 0; round < rounds; round++) for (const index of all.writers.keys()) await send(all, index, randomBytes(drop))
  const came = rounds * drop * all.writers.length
  assert.ok(all.moved.bytes <= 64 * came, `${all.moved.bytes} bytes went to and fro for ${came}`)
  for (const [index, writer] of all.writers.entries()) {
    const bytes = Buffer.concat(all.sent[index] ?? [])
    assert.equal(writer.size, bytes.length)
    const marked = index % 3 === 0 ? await writer.mark() : undefined
    if (marked) assert.equal(marked.size, bytes.length)
    if (index % 3 === 1) await writer.rest()
    const { digest, size } = await writer.seal('sha256')
    assert.deepEqual([digest, size], [`sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes.length])
    assert.ok(all.objects.get(`objects/${index}`)?.equals(bytes))
  }
  assert.equal(pool.taken, 0)
})

test('what came while the rest was away is forgotten by a rollback, and taken by whatever is asked next', async () => {
  const pool = new PartPool(4 * partSize, 0)
  const all = writersOf(1, pool)
  const [writer] = all.writers as [BucketBlobWriter]
  await send(all, 0, randomBytes(partSize + 300_000))
  await writer.mark()
  await writer.rest()
  const promised = Buffer.concat(all.sent[0] ?? [])
  await send(all, 0, randomBytes(1000))
  assert.deepEqual([writer.size, writer.marked], [promised.length + 1000, promised.length])
  await writer.rollback()
  assert.equal(writer.size, promised.length)
  all.sent[0] = [promised]
  // More than is collected, in one piece and in several.
  for (const length of [10, 100_000, 10, 2 * partSize]) await send(all, 0, randomBytes(length))
  const bytes = Buffer.concat(all.sent[0] ?? [])
  assert.equal(writer.size, bytes.length)
  await writer.seal('sha256')
  assert.ok(all.objects.get('objects/0')?.equals(bytes))
  assert.equal(pool.taken, 0)
})

test('whoever sends the same chunk again and again has the parts made an object once', async () => {
  const pool = new PartPool(4 * partSize, 0)
  const all = writersOf(1, pool)
  const [writer] = all.writers as [BucketBlobWriter]
  await send(all, 0, randomBytes(3 * partSize + 1000))
  await writer.mark()
  for (let time = 0; time < 5; time++) await writer.makeReadable()
  assert.equal(all.moved.objects, 1)
  // Others are there now.
  await send(all, 0, randomBytes(2 * partSize))
  for (let time = 0; time < 5; time++) await writer.makeReadable()
  assert.equal(all.moved.objects, 2)
  const promised = (await writer.mark()).size
  for (const time of [1, 2]) {
    await writer.append(randomBytes(2 * partSize))
    await writer.makeReadable()
    assert.equal(all.moved.objects, 2 + time, 'of as many bytes, and others')
    await writer.rollback()
    assert.equal(writer.size, promised)
  }
  await writer.seal('sha256')
  assert.ok(all.objects.get('objects/0')?.equals(Buffer.concat(all.sent[0] ?? [])))
})
