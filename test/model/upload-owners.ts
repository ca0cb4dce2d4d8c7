import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findBlob, openBlob } from '#app/distribution/blobs.ts'
import { refusedAmongServers } from '#app/distribution/unleased-answers.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { collect } from '#app/maintenance/collect.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { digestOf } from './expected.ts'
import { FakeClock, hash, hour, newWorldRegistry, nextId, worldSettings } from './world.ts'

const name = 'a' as RepositoryName
const repeated = (text: string, size: number) => Buffer.alloc(size, text)
const of = (...pieces: Uint8Array[]) => ({
  length: pieces.reduce((sum, piece) => sum + piece.length, 0),
  bytes: (async function* () {
    for (const piece of pieces) yield piece
  })(),
})
/** A body that waits in its middle until it is let go on. */
function halting(first: Uint8Array, second: Uint8Array) {
  const { promise: halted, resolve: halt } = Promise.withResolvers<void>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const bytes = async function* () {
    yield first
    halt()
    await released
    yield second
  }
  return { body: { length: first.length + second.length, bytes: bytes() }, halted, release }
}
const failureOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === 'rejected' ? ((settled.reason as { failure?: string }).failure ?? String(settled.reason)) : 'done'

/** The stores as each of the two servers has them. */
export interface TwoServers {
  store: MetadataStore
  blobs: readonly [BlobStore, BlobStore]
}

async function scene({ store, blobs: stores }: TwoServers) {
  const registry = await newWorldRegistry(store)
  const clock = new FakeClock()
  const shared = { store, clock, ids: { next: nextId }, failpoint: () => {}, unleased: refusedAmongServers, settings: worldSettings, hash }
  const [one, other] = stores.map((blobs) => new Uploads({ ...shared, blobs })) as [Uploads, Uploads]
  const whose = { registry, name, principalId: 'p' }
  return {
    store,
    one,
    other,
    deps: { ...shared, blobs: stores[0] },
    start: async () => ({ ...whose, ...(await one.start({ ...whose, algorithm: 'sha256' })) }),
    /** The blob is what its digest says, byte for byte. */
    holds: async (bytes: Uint8Array) => {
      const deps = { ...shared, blobs: stores[1] }
      const blob = await findBlob(deps, registry, name, digestOf(bytes))
      const reader = await openBlob(deps, blob)
      const pieces: Buffer[] = []
      await reader.read(0, bytes.length - 1, async (piece) => pieces.push(Buffer.from(piece)) > 0)
      await reader.close()
      assert.ok(Buffer.concat(pieces).equals(Buffer.from(bytes)))
    },
    close: () => store.close(),
  }
}

/** Two servers before one database and one blob store: of what both take for theirs, only the last owner's bytes are in the blob. */
export function twoServersTests(what: string, open: () => Promise<TwoServers>): void {
  describe(`two servers before ${what}`, () => {
    test('each chunk may come to another server, and so may the end', async () => {
      const { one, other, start, holds, close } = await scene(await open())
      const address = await start()
      const chunks = ['a', 'b', 'c', 'd', 'e'].map((text) => repeated(text, 300_000))
      for (const [index, chunk] of chunks.entries()) {
        const server = index % 2 === 0 ? one : other
        assert.deepEqual(await server.append(address, of(chunk), undefined), { size: (index + 1) * 300_000 })
        for (const each of [one, other]) assert.deepEqual(await each.status(address), { size: (index + 1) * 300_000 })
      }
      const whole = Buffer.concat(chunks)
      await other.finish(address, of(), undefined, digestOf(whole))
      await one.finish(address, of(), undefined, digestOf(whole))
      await holds(whole)
      await close()
    })

    test('a request that is overtaken is out of order, and none of its bytes is in the blob', async () => {
      const { one, other, start, holds, close } = await scene(await open())
      const address = await start()
      await one.append(address, of(repeated('a', 100_000)), undefined)
      const slow = halting(repeated('x', 700_000), repeated('y', 700_000))
      const overtaken = one.append(address, slow.body, undefined)
      overtaken.catch(() => {})
      await slow.halted
      assert.deepEqual(await other.append(address, of(repeated('b', 2_000_000)), { start: 100_000, end: 2_099_999 }), { size: 2_100_000 })
      slow.release()
      const refused = (error: { failure?: string; detail?: { size?: number } }) =>
        error.failure === 'range-invalid' && error.detail?.size === 2_100_000
      await assert.rejects(overtaken, refused, 'and is told where the upload is')
      assert.deepEqual(await one.status(address), { size: 2_100_000 })
      await one.append(address, of(repeated('c', 10)), { start: 2_100_000, end: 2_100_009 })
      const whole = Buffer.concat([repeated('a', 100_000), repeated('b', 2_000_000), repeated('c', 10)])
      await one.finish(address, of(), undefined, digestOf(whole))
      await holds(whole)
      await close()
    })

    test('an end that is overtaken makes no blob and leaves the upload to who has it now', async () => {
      const { one, other, start, holds, close } = await scene(await open())
      const address = await start()
      await one.append(address, of(repeated('a', 1000)), undefined)
      const slow = halting(repeated('b', 1000), repeated('c', 1000))
      const wrong = Buffer.concat([repeated('a', 1000), repeated('b', 1000), repeated('c', 1000)])
      const ending = one.finish(address, slow.body, undefined, digestOf(wrong))
      ending.catch(() => {})
      await slow.halted
      await other.append(address, of(repeated('d', 1000)), undefined)
      slow.release()
      await assert.rejects(ending, (error: { failure?: string; detail?: { size?: number } }) => error.detail?.size === 2000)
      await assert.rejects(holds(wrong), { failure: 'blob-unknown' })
      const whole = Buffer.concat([repeated('a', 1000), repeated('d', 1000)])
      await other.finish(address, of(), undefined, digestOf(whole))
      await holds(whole)
      await close()
    })

    test('a wrong digest of who was overtaken ends nothing of who has it now', async () => {
      const { one, other, start, holds, close } = await scene(await open())
      const address = await start()
      const slow = halting(repeated('a', 1000), repeated('b', 1000))
      const ending = one.finish(address, slow.body, undefined, digestOf(Buffer.from('wrong')))
      ending.catch(() => {})
      await slow.halted
      await other.append(address, of(repeated('d', 1000)), undefined)
      slow.release()
      assert.notEqual(failureOf((await Promise.allSettled([ending]))[0]), 'done')
      await other.finish(address, of(), undefined, digestOf(repeated('d', 1000)))
      await holds(repeated('d', 1000))
      await close()
    })

    test('a cancel at one server ends what another is at', async () => {
      const { one, other, start, deps, close } = await scene(await open())
      const address = await start()
      await one.append(address, of(repeated('a', 1000)), undefined)
      const slow = halting(repeated('b', 1000), repeated('c', 1000))
      const appending = one.append(address, slow.body, undefined)
      appending.catch(() => {})
      await slow.halted
      await other.cancel(address)
      slow.release()
      assert.equal(failureOf((await Promise.allSettled([appending]))[0]), 'upload-unknown')
      for (const server of [one, other]) await assert.rejects(server.status(address), { failure: 'upload-unknown' })
      deps.clock.wall += 10 * hour
      await collect({ ...deps, emptying: new Emptying(deps) }, deps.clock.now())
      const keys: string[] = []
      for await (const key of deps.blobs.keys()) if (await deps.store.objectByKey(key)) keys.push(key)
      assert.deepEqual(keys, [])
      await close()
    })

    test('chunks, ends and cancels at both servers at once: what is answered as done is whole, all else is a refusal', async () => {
      const { one, other, start, holds, store, close } = await scene(await open())
      for (let round = 0; round < 12; round++) {
        const address = await start()
        const first = repeated('a', 5000 * round + 1)
        await one.append(address, of(first), undefined)
        const chunk = repeated(String(round % 10), 70_000)
        const whole = Buffer.concat([first, chunk])
        const range = { start: first.length, end: whole.length - 1 }
        const settled = await Promise.allSettled([
          one.append(address, of(chunk), range),
          other.append(address, of(chunk), range),
          ...(round % 3 === 0 ? [other.finish(address, of(chunk), range, digestOf(whole))] : []),
          ...(round % 4 === 0 ? [other.cancel(address)] : []),
        ])
        for (const each of settled)
          assert.ok(['done', 'range-invalid', 'upload-unknown', 'digest-mismatch'].includes(failureOf(each)), failureOf(each))
        const row = await store.upload(address.registry.id, name, address.uploadId)
        if (row?.state === 'open') {
          if (row.size === first.length) await other.append(address, of(chunk), range)
          await one.finish(address, of(), undefined, digestOf(whole))
        }
        if (row) await holds(whole)
      }
      await close()
    })
  })
}
