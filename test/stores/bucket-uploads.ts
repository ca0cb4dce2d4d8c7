// What a bucket is asked for by uploads that go on, at one server and at another, and what is left there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newKey, patternOf } from '#ports/blob-scene.contract.ts'
import { checksumBlock, type Mark, type SealedBlob, WriterOvertaken } from '#ports/blob-store.ts'
import { bytes, failsWith, holds, partSize, startFaultyStore } from './faulty-store.ts'
import { type ObjectStoreServer, openStore } from './object-store.ts'

export function bucketUploadTests(starts: Promise<ObjectStoreServer>, { multipart }: { multipart: boolean }): void {
  const starting = startFaultyStore(starts)

  const faults = [
    ['get', { cutAfter: checksumBlock + 3 }],
    ['get', 'change answer'],
    ['complete', 'lose answer'],
    ['complete', 'slow down'],
  ] as const
  const ofMultipart = [
    ['copy', 'slow down'],
    ['copy', 'lose answer'],
    ['begin', 'lose answer'],
  ] as const
  for (const [asked, fault] of multipart ? [...faults, ...ofMultipart] : faults)
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
        // Of some stores each part is an answer, of others the end alone.
        await first.seal('sha256')
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
    // Not how often: a store that is busy is asked again.
    assert.deepEqual([...new Set(front.asked)].toSorted(), ['complete', 'delete', 'get', 'head', 'list', 'part'])
    assert.ok(front.read.length > 0)
    for (const path of front.read) assert.match(path, /\.tail\./)
    await holds(store, key, sealed, bytes)
  })

  test('a blob that comes whole is one request where it fits into a part', async () => {
    const { store, front } = await starting
    const writer = store.create(newKey(), 'sha256')
    await writer.append(patternOf(partSize))
    await writer.seal('sha256')
    assert.deepEqual(new Set(front.asked), new Set(['put']))
  })

  test('tails that no mark names are deleted while an upload goes on, and all of them when it is sealed', async () => {
    const { server, bucket, store } = await starting
    const key = newKey()
    const tails = async () => (await server.keys(bucket)).filter((name) => name.includes(`${key}.tail.`)).length
    const writer = store.create(key, 'sha256')
    for (let chunks = 1; chunks <= 6; chunks++) {
      await writer.append(patternOf(70_000, chunks))
      await writer.mark()
      await writer.append(patternOf(10))
      await writer.rest()
      await writer.rollback()
      const most = 3
      for (let tries = 0; tries < 300 && (await tails()) > most; tries++) await new Promise((resolve) => setTimeout(resolve, 100))
      assert.ok((await tails()) <= most)
    }
    const sealed = await writer.seal('sha256')
    for (let tries = 0; tries < 300 && (await tails()) > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 100))
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
    for (const asked of ['complete', 'head', ...(multipart ? (['begin', 'copy'] as const) : []), 'get'] as const) {
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
    await holds(last, key, sealed, bytes)
    await last.close()
  })

  test('more uploads at once than there is room for in memory, slow and fast: each is what was sent', async () => {
    const { url } = await starting
    const store = await openStore(url, { partSize: 4 * partSize, buffers: 8 * partSize })
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
}
