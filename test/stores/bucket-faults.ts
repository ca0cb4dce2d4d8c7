// What networks and stores do to requests, between the blob store and a real S3: what is promised holds, and nothing is mangled.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BucketBlobStore } from '#adapters/bucket/blob-store.ts'
import { Refusal } from '#core/refusal.ts'
import { newKey, patternOf, readAll, write } from '#ports/blob-scene.contract.ts'
import { checksumBlock, CorruptBlob, type SealedBlob } from '#ports/blob-store.ts'
import { patchChunk } from '../conformance/client.ts'
import { digestOf, locationOf, startUpload } from '../world/content.ts'
import { send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import type { Asked, Fault, FaultyFront } from './faulty-front.ts'
import { examined } from './bucket-objects.ts'
import type { ObjectStoreServer } from './object-store.ts'
import { bytes, type FaultyStore, failsWith, holds, partSize, startFaultyStore } from './faulty-store.ts'

/** What is promised holds, and nothing is mangled, whatever lies between us and the store. */
export function bucketFaultTests(server: Promise<ObjectStoreServer>, { multipart }: { multipart: boolean }): Promise<FaultyStore> {
  const starting = startFaultyStore(server, { idle: 1000, answer: 3000 })
  const small = patternOf(1000)

  for (const asked of [...(multipart ? ['begin' as const] : []), 'part', 'complete', 'head'] satisfies Asked[])
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

  if (multipart) errorsInGoodAnswers(starting)

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

  for (const checksum of ['as the store was found', 'md5'] as const)
    test(`put and part, guarded ${checksum}: changed on their way once, they are sent again`, async () => {
      const { front, abilities, open } = await starting
      const store = await open(checksum === 'md5' ? { ...abilities, checksum } : abilities)
      try {
        for (const [asked, content] of [
          ['put', small],
          ['part', bytes],
        ] as const) {
          const sent = async (faults: number): Promise<number> => {
            const key = newKey()
            front.heal()
            front.fail(asked, 'change body', faults)
            const sealed = await write(store.create(key, 'sha256'), content, 100_000)
            const { length } = front.asked.filter((each) => each === asked)
            front.heal()
            await holds(store, key, sealed, content)
            return length
          }
          assert.equal(await sent(1), (await sent(0)) + 1)
        }
      } finally {
        await store.close()
      }
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

  async function sealedBytes(): Promise<{ store: BucketBlobStore; front: FaultyFront; key: string; sealed: SealedBlob }> {
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

  test('an end that the store was too busy for is told to come again, and makes the blob then', async () => {
    const { server: store, bucket, front } = await starting
    const blobs = store.url(bucket, { prefix: 'busy', endpoint: front.endpoint })
    const server = await Server.start({ blobs, shutdownGrace: '1s' })
    try {
      for (const size of [100_000, 9 * 1024 * 1024]) {
        const content = patternOf(size, 5)
        const session = await patchChunk(server, await startUpload(server, 'app'), content, 0)
        const end = () => send(server, 'PUT', locationOf(session, `digest=${digestOf(content)}`))
        for (const asked of ['put', 'complete'] as const) front.fail(asked, 'slow down')
        const busy = await end()
        assert.deepEqual([busy.status, busy.headers['retry-after']], [503, '5'])
        front.heal()
        assert.equal((await end()).status, 201)
        assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(content)}`)).body.equals(content))
      }
    } finally {
      await server.stop()
    }
  })

  test('a signed URL gives the bytes to whoever has it, with the type that was asked for', async () => {
    const { store, key } = await sealedBytes()
    const { url, expiresAt } = await store.presign(key, 'application/octet-stream')
    assert.ok(Math.abs(expiresAt - Date.now() - 10 * 60 * 1000) < 60_000)
    const answer = await fetch(url)
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
    url.searchParams.set(url.searchParams.has('sig') ? 'sig' : 'X-Amz-Signature', '0'.repeat(64))
    assert.equal((await fetch(url)).status, 403)
  })

  test('a start that would send clients to the store looks whether its links give anything', async () => {
    const { front, url } = await starting
    await examined(url, 'same')
    front.fail('link', { says: 'AuthorizationHeaderMalformed', status: 400 }, 1)
    await examined(url, 'same')
    front.fail('link', { says: 'AuthorizationHeaderMalformed', status: 400 })
    await assert.rejects(
      examined(url, 'same'),
      (error) => error instanceof Refusal && error.reason === 'blobs-unreachable' && /gives nothing/.test(String(error.detail.message)),
    )
    assert.ok((await examined(url, 'other')).lacks.includes('public-endpoint'))
  })

  return starting
}

/** S3 may answer 200 before it knows what comes of it. */
function errorsInGoodAnswers(starting: Promise<FaultyStore>): void {
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
}
