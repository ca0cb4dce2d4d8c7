// What networks and stores do to requests, between the blob store and a real S3: what is promised holds, and nothing is mangled.
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, test } from 'node:test'
import { openS3BlobStore, type S3BlobStore } from '#adapters/s3/blob-store.ts'
import { ObjectClient } from '#adapters/s3/client.ts'
import { parseS3Place } from '#adapters/s3/place.ts'
import { hexOf, newKey, patternOf, readAll, write } from '#ports/blob-scene.contract.ts'
import { checksumBlock, CorruptBlob, type Mark, type SealedBlob, WriterOvertaken } from '#ports/blob-store.ts'
import { type Asked, type Fault, FaultyFront } from './faulty-front.ts'
import { buckets, startObjectStore } from './radosgw.ts'

const partSize = 256 * 1024
const starting = startObjectStore().then(async (server) => {
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
})
afterEach(async () => (await starting).front.heal())
after(async () => {
  const { server, front, store } = await starting
  await store.close()
  front.stop()
  server.stop()
})

const bytes = patternOf(5 * partSize + 1234)
const digest = `sha256:${hexOf(bytes)}`
const small = patternOf(1000)
const failsWith = (message: RegExp) => (error: Error & { failure?: string }) =>
  error.failure === 'storage-failed' && message.test(error.message)

async function holds(store: S3BlobStore, key: string, sealed: SealedBlob, content: Buffer): Promise<void> {
  assert.equal(sealed.digest, `sha256:${hexOf(content)}`)
  assert.ok((await readAll(store, key, sealed)).equals(content))
}

for (const asked of ['begin', 'part', 'complete', 'head'] satisfies Asked[])
  for (const fault of ['slow down', 'stall', 'lose answer'] satisfies Fault[])
    test(`${asked}: ${fault}, once: the blob is made`, async () => {
      const { front, store } = await starting
      front.fail(asked, fault, 1)
      const key = newKey()
      const sealed = await write(store.create(key, 'sha256'), bytes, 100_000)
      front.heal()
      await holds(store, key, sealed, bytes)
    })

for (const fault of ['slow down', 'stall', 'lose answer', 'change body'] satisfies Fault[])
  test(`put: ${fault}, once: the blob is made, and lies there once`, async () => {
    const { front, store } = await starting
    const key = newKey()
    const writer = store.create(key, 'sha256')
    await writer.append(small)
    front.fail('put', fault, 1)
    const sealed = await writer.seal('sha256')
    front.heal()
    await holds(store, key, sealed, small)
  })

test('complete: an error in an answer of 200, once: the blob is made', async () => {
  const { front, store } = await starting
  const key = newKey()
  front.fail('complete', 'error in 200', 1)
  const sealed = await write(store.create(key, 'sha256'), bytes)
  front.heal()
  await holds(store, key, sealed, bytes)
})

test('complete: errors in answers of 200 without end: no blob is said to be there, and none is', async () => {
  const { front, store } = await starting
  const key = newKey()
  front.fail('complete', 'error in 200')
  await assert.rejects(write(store.create(key, 'sha256'), bytes), failsWith(/the object store failed/))
  front.heal()
  assert.equal(await store.digest(key, 'sha256'), undefined)
})

for (const [asked, fault, message] of [
  ['part', 'slow down', /asks to be asked less often/],
  ['part', 'stall', /did not answer in time/],
  ['part', 'change body', /is not what was sent|took other bytes/],
  ['complete', 'slow down', /asks to be asked less often/],
] as const)
  test(`${asked}: ${fault}, without end: it is tried a few times and then told`, async () => {
    const { front, store } = await starting
    front.fail(asked, fault)
    await assert.rejects(write(store.create(newKey(), 'sha256'), bytes, 100_000), failsWith(message))
    const tries = front.asked.filter((each) => each === asked).length
    assert.ok(tries >= 2 && tries <= 8, `${tries} tries`)
  })

test('part: changed on its way once: it is sent again', async () => {
  const { front, store } = await starting
  const key = newKey()
  front.fail('part', 'change body', 1)
  const sealed = await write(store.create(key, 'sha256'), bytes, 100_000)
  front.heal()
  await holds(store, key, sealed, bytes)
})

test('what could not be sent is forgotten by a rollback, and comes again', async () => {
  const { front, store } = await starting
  const key = newKey()
  const writer = store.create(key, 'sha256')
  await writer.append(bytes.subarray(0, partSize + 100))
  await writer.mark()
  front.fail('part', 'slow down')
  await assert.rejects(
    async () => {
      await writer.append(bytes.subarray(partSize + 100))
      await writer.mark()
    },
    failsWith(/asked less often/),
  )
  await assert.rejects(writer.mark(), failsWith(/asked less often/))
  front.heal()
  await writer.rollback()
  assert.deepEqual([writer.size, writer.marked], [partSize + 100, partSize + 100])
  await writer.append(bytes.subarray(partSize + 100))
  await holds(store, key, await writer.seal('sha256'), bytes)
})

test('a mark that could not be made promises nothing, and the one before it stands', async () => {
  const { front, store, open } = await starting
  const key = newKey()
  const writer = store.create(key, 'sha256')
  await writer.append(bytes.subarray(0, 1000))
  const mark = await writer.mark()
  await writer.append(bytes.subarray(1000, 2000))
  front.fail('put', 'slow down')
  await assert.rejects(writer.mark(), failsWith(/asked less often/))
  front.heal()
  await writer.rollback()
  await writer.abandon()
  const other = await open()
  const resumed = await other.resume(key, 'sha256', async () => mark)
  assert.equal(resumed?.size, 1000)
  await resumed?.append(bytes.subarray(1000))
  await holds(other, key, (await resumed?.seal('sha256')) as SealedBlob, bytes)
  await other.close()
})

test('a seal whose answer was lost and whose row was not written is sealed once more, at another server', async () => {
  const { front, store, open } = await starting
  for (const content of [small, bytes]) {
    const key = newKey()
    const writer = store.create(key, 'sha256')
    await writer.append(content)
    const mark = await writer.mark()
    for (const asked of ['put', 'complete', 'head'] as const) front.fail(asked, 'lose answer')
    await assert.rejects(writer.seal('sha256'))
    front.heal()
    const other = await open()
    const resumed = await other.resume(key, 'sha256', async () => mark)
    await holds(other, key, (await resumed?.seal('sha256')) as SealedBlob, content)
    await other.close()
  }
})

async function sealedBytes(): Promise<{ store: S3BlobStore; front: FaultyFront; key: string; sealed: SealedBlob }> {
  const { store, front } = await starting
  const key = newKey()
  const sealed = await write(store.create(key, 'sha256'), bytes)
  front.heal()
  return { store, front, key, sealed }
}

for (const [what, fault, times] of [
  ['cut behind one block each time', { cutAfter: checksumBlock + 10 }, Number.POSITIVE_INFINITY],
  ['cut at once, twice', { cutAfter: 0 }, 2],
  ['stalled, twice', { stallAfter: 100 }, 2],
  ['never answered, once', 'stall', 1],
  ['shortened, once', { shorten: 5 }, 1],
  ['shortened by a block each time', { shorten: checksumBlock }, 2],
  ['changed on its way, once', 'change answer', 1],
  ['refused for asking too often, once', 'slow down', 1],
] as const)
  test(`a read that is ${what} gives all bytes, and no others`, async () => {
    const { store, front, key, sealed } = await sealedBytes()
    front.fail('get', fault, times)
    assert.ok((await readAll(store, key, sealed)).equals(bytes))
  })

for (const [what, fault, message] of [
  ['cut at once', { cutAfter: 0 }, /breaks off its answers/],
  ['stalled', { stallAfter: 100 }, /breaks off its answers/],
  ['refused for asking too often', 'slow down', /asked less often/],
] as const)
  test(`a read that is ${what} without end fails, and gives no wrong byte`, async () => {
    const { store, front, key, sealed } = await sealedBytes()
    front.fail('get', fault)
    const given: Buffer[] = []
    const reading = async () => {
      const reader = await store.open(key, sealed.size, sealed.checksums)
      await reader?.read(0, sealed.size - 1, async (piece) => given.push(Buffer.from(piece)) > 0)
    }
    await assert.rejects(reading(), failsWith(message))
    assert.ok(bytes.subarray(0, Buffer.concat(given).length).equals(Buffer.concat(given)))
  })

test('a read whose bytes are wrong each time is corrupt', async () => {
  const { store, front, key, sealed } = await sealedBytes()
  front.fail('get', 'change answer')
  await assert.rejects(readAll(store, key, sealed), CorruptBlob)
})

test('a store that gives another range than was asked for is not believed', async () => {
  const { store, front, key, sealed } = await sealedBytes()
  front.fail('get', 'wrong range', 2)
  assert.ok((await readAll(store, key, sealed, 2 * checksumBlock, sealed.size - 1)).equals(bytes.subarray(2 * checksumBlock)))
  front.fail('get', 'wrong range')
  await assert.rejects(readAll(store, key, sealed, 2 * checksumBlock, sealed.size - 1), failsWith(/breaks off/))
})

for (const [asked, fault] of [
  ['get', { cutAfter: checksumBlock + 3 }],
  ['get', 'change answer'],
  ['copy', 'slow down'],
  ['copy', 'lose answer'],
  ['complete', 'lose answer'],
  ['complete', 'slow down'],
  ['begin', 'lose answer'],
] as const)
  test(`another server goes on with an upload, ${asked}: ${typeof fault === 'string' ? fault : 'cut'}, once: the blob is made`, async () => {
    const { store, front, open } = await starting
    const key = newKey()
    const first = store.create(key, 'sha256')
    await first.append(bytes.subarray(0, 4 * partSize + 77))
    const mark = await first.mark()
    const other = await open()
    const second = await other.resume(key, 'sha256', async () => mark)
    front.fail(asked, fault, 1)
    await second?.append(bytes.subarray(4 * partSize + 77))
    front.heal()
    await holds(other, key, (await second?.seal('sha256')) as SealedBlob, bytes)
    await assert.rejects(async () => {
      await first.append(patternOf(2 * partSize, 9))
      await first.mark()
    }, WriterOvertaken)
    await other.close()
  })

test('the end of an upload, without bytes, comes to a server that never had them: only the tail is read', async () => {
  const { store, front, open } = await starting
  const key = newKey()
  const first = store.create(key, 'sha256')
  await first.append(bytes)
  const mark = await first.mark()
  const other = await open()
  const second = await other.resume(key, 'sha256', async () => mark)
  front.heal()
  const sealed = (await second?.seal('sha256')) as SealedBlob
  await other.close()
  assert.deepEqual(front.asked, ['get', 'part', 'head', 'complete', 'head', 'delete'])
  await holds(store, key, sealed, bytes)
})

test('a blob that comes whole is one request where it fits into a part', async () => {
  const { store, front } = await starting
  const writer = store.create(newKey(), 'sha256')
  await writer.append(patternOf(partSize))
  await writer.seal('sha256')
  assert.deepEqual(front.asked, ['put'])
})

test('tails that no mark names are deleted while an upload goes on, and all of them when it is sealed', async () => {
  const { server, bucket, store } = await starting
  const key = newKey()
  const tails = async () => (await buckets(server).keys(bucket)).filter((name) => name.includes(`${key}.tail.`)).length
  const writer = store.create(key, 'sha256')
  for (let chunks = 1; chunks <= 6; chunks++) {
    await writer.append(patternOf(70_000, chunks))
    await writer.mark()
    await writer.append(patternOf(10))
    await writer.rest()
    await writer.rollback()
    const most = 3
    for (let tries = 0; tries < 50 && (await tails()) > most; tries++) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok((await tails()) <= most)
  }
  const sealed = await writer.seal('sha256')
  for (let tries = 0; tries < 50 && (await tails()) > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(await tails(), 0)
  assert.equal((await store.digest(key, 'sha256'))?.digest, sealed.digest)
})

test('another server that cannot go on now can do so later, as often as it is asked', async () => {
  const { store, front, open } = await starting
  const key = newKey()
  const first = store.create(key, 'sha256')
  await first.append(bytes.subarray(0, 3 * partSize + 5))
  const mark: Mark = await first.mark()
  await first.abandon()
  for (const asked of ['complete', 'head', 'begin', 'copy', 'get'] as const) {
    const other = await open()
    const second = await other.resume(key, 'sha256', async () => mark)
    front.fail(asked, 'slow down')
    await assert.rejects(second?.append(bytes.subarray(3 * partSize + 5)) ?? Promise.resolve(), failsWith(/asked less often/))
    front.heal()
    await other.close()
  }
  const last = await open()
  const writer = await last.resume(key, 'sha256', async () => mark)
  await writer?.append(bytes.subarray(3 * partSize + 5))
  const sealed = (await writer?.seal('sha256')) as SealedBlob
  assert.equal(sealed.digest, digest)
  await holds(last, key, sealed, bytes)
  await last.close()
})

test('more uploads at once than there is room for in memory, slow and fast: each is what was sent', async () => {
  const { bucket, front } = await starting
  const place = parseS3Place(`s3://${bucket}?endpoint=${front.endpoint}`)
  const store = await openS3BlobStore(place, { partSize: 4 * partSize, buffers: 8 * partSize })
  const contents = Array.from({ length: 24 }, (_, index) => patternOf(3 * partSize * (index % 4) + 1000 * index + 1, index))
  const writers = contents.map(() => ({ key: newKey() })).map(({ key }) => ({ key, writer: store.create(key, 'sha256') }))
  // A piece of each in turn, so that each rests while the others come.
  for (let at = 0; at < 10 * partSize; at += 200_000)
    await Promise.all(
      writers.map(async ({ writer }, index) => {
        const piece = contents[index]?.subarray(at, at + 200_000) ?? Buffer.alloc(0)
        if (piece.length > 0) await writer.append(piece)
        if (index % 5 === 0) await writer.mark()
      }),
    )
  for (const [index, { key, writer }] of writers.entries()) {
    const content = contents[index] ?? Buffer.alloc(0)
    await holds(store, key, await writer.seal('sha256'), content)
    await store.delete(key)
    assert.equal(await store.digest(key, 'sha256'), undefined)
  }
  await store.close()
})

test('a server whose clock is wrong is served: it signs with the clock of the store', async () => {
  const ahead = 60 * 60 * 1000
  const clocks: number[] = []
  const front = http.createServer((request, response) => {
    const asked = String(request.headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')
    const off = Math.abs(Date.parse(asked) - (Date.now() + ahead))
    clocks.push(off)
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
    const body = off > 15 * 60 * 1000 ? '<Error><Code>RequestTimeTooSkewed</Code><Message>off</Message></Error>' : ''
    response.writeHead(body === '' ? 206 : 403, { etag: '"x"', 'content-type': 'application/xml', 'content-range': 'bytes 0-0/1' })
    response.end(body === '' ? 'x' : body)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const client = await ObjectClient.open(parseS3Place(`s3://images?endpoint=http://127.0.0.1:${(front.address() as AddressInfo).port}`))
  for (let times = 0; times < 2; times++) assert.equal((await client.get('key', { from: 0, to: 1 }))?.total, 1)
  assert.ok(Math.abs(client.clockOffset - ahead) < 60_000)
  assert.deepEqual(
    clocks.map((off) => off < 60_000),
    [false, true, true],
  )
  client.close()
  front.close()
})

test('a signed URL gives the bytes to whoever has it, with the type that was asked for', async () => {
  const { store, key } = await sealedBytes()
  const { url, expiresAt } = await store.presign(key, 'application/octet-stream')
  assert.ok(Math.abs(expiresAt - Date.now() - 10 * 60 * 1000) < 60_000)
  const answer = await fetch(url)
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
  url.searchParams.set('X-Amz-Signature', '0'.repeat(64))
  assert.equal((await fetch(url)).status, 403)
})
