import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { BrokenBody } from '#app/distribution/upload-body.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { collect } from '#app/maintenance/collect.ts'
import { scrub } from '#app/maintenance/scrub.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import { of, slow, text } from './bodies.ts'
import { digestOf } from './expected.ts'
import { type Places, hour, newWorldRegistry, nextId, World } from './world.ts'

/**
 * What an upload session answers when requests meet, break or come back after a restart; on a database and files.
 * @param placesOf a world, each its own; without it SQLite and files
 */
export function uploadTests(on: string, placesOf?: () => Promise<Places>): void {
  describe(`uploads on ${on}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-uploads-'))
    let world: World
    let registry: Registry
    before(async () => {
      world = await World.open(folder, await placesOf?.())
      registry = await newWorldRegistry(world.store)
    })
    after(async () => {
      await world.close()
      rmSync(folder, { recursive: true })
    })

    const name = 'a' as RepositoryName
    const start = async () => ({
      registry,
      name,
      principalId: 'p',
      ...(await world.uploads.start({ registry, name, principalId: 'p', algorithm: 'sha256' })),
    })
    const unknown = { name: 'RegistryError', failure: 'upload-unknown' }
    const outOfOrder = { name: 'RegistryError', failure: 'range-invalid' }

    test('a second request to a session is out of order, even while the session is being opened', async () => {
      const address = await start()
      await world.uploads.append(address, text('abc'), undefined)
      // After a restart the file must be opened again: that takes a while.
      await world.restart()
      const bodies = [slow(), slow()]
      const appends = bodies.map(({ body }) => world.uploads.append(address, body, undefined))
      const status = world.uploads.status(address)
      // Neither has sent anything: whoever ends first was refused.
      const refused = await Promise.race(
        appends.map((each, index) =>
          each.then(
            () => assert.fail('an append ended before its body'),
            (error: unknown) => ({ index, error }),
          ),
        ),
      )
      assert.equal((refused.error as { failure?: string }).failure, 'range-invalid')
      const taken = bodies[1 - refused.index]
      void taken?.give(Buffer.from('d'))
      taken?.end()
      await appends[1 - refused.index]
      await status
      assert.deepEqual(await world.uploads.status(address), { size: 4 })
    })

    test('A5 a session answers only to who opened it, in its own repository', async () => {
      const address = await start()
      for (const other of [
        { ...address, principalId: 'q' },
        { ...address, name: 'b' as RepositoryName },
        { ...address, uploadId: nextId() },
      ]) {
        await assert.rejects(world.uploads.status(other), unknown)
        await assert.rejects(world.uploads.append(other, text('x'), undefined), unknown)
        await assert.rejects(world.uploads.finish(other, text('x'), undefined, digestOf(Buffer.from('x'))), unknown)
        await assert.rejects(world.uploads.cancel(other), unknown)
      }
      await world.uploads.append(address, text('still '), undefined)
      await world.uploads.finish(address, text('mine'), undefined, digestOf(Buffer.from('still mine')))
    })

    test('a cancel in the middle of a chunk ends that chunk, as unknown', async () => {
      const address = await start()
      const { body, give } = slow()
      const appending = Promise.allSettled([world.uploads.append(address, body, undefined)])
      await give(Buffer.alloc(1000))
      await world.uploads.cancel(address)
      // More than the writer holds on the way: an append that waits for room must end too.
      for (let pieces = 0; pieces < 8; pieces++) void give(Buffer.alloc(1024 * 1024))
      const [settled] = await appending
      assert.equal(settled?.status === 'rejected' && (settled.reason as { failure?: string }).failure, 'upload-unknown')
      await assert.rejects(world.uploads.status(address), unknown)
    })

    test('a cancel while a chunk waits for its commit leaves no session and no bytes behind', async () => {
      for (let round = 0; round < 10; round++) {
        const address = await start()
        const [append, cancel] = await Promise.allSettled([
          world.uploads.append(address, text('x'.repeat(round)), undefined),
          world.uploads.cancel(address),
        ])
        assert.equal(cancel?.status, 'fulfilled')
        if (append?.status === 'rejected') assert.equal((append.reason as { failure?: string }).failure, 'upload-unknown')
        await assert.rejects(world.uploads.status(address), unknown)
      }
    })

    test('bytes of a broken request are kept; the client goes on behind them, or where the request began', async () => {
      const whole = Buffer.from('0123456789')
      for (const from of [6, 3]) {
        const address = await start()
        await world.uploads.append(address, of(whole.subarray(0, 3)), { start: 0, end: 2 })
        const { body, give } = slow()
        const appending = Promise.allSettled([world.uploads.append(address, body, undefined)])
        await give(whole.subarray(3, 6))
        await give(new Error('the line went dead'))
        const [settled] = await appending
        assert.ok(settled?.status === 'rejected' && settled.reason instanceof BrokenBody)
        assert.deepEqual(await world.uploads.status(address), { size: 6 })
        for (const wrong of [2, 4, 5, 7])
          await assert.rejects(
            world.uploads.append(address, of(whole.subarray(0, 1)), { start: wrong, end: wrong }),
            outOfOrder,
            String(wrong),
          )
        await world.uploads.append(address, of(whole.subarray(from)), { start: from, end: 9 })
        await world.uploads.finish(address, text(''), undefined, digestOf(whole))
      }
    })

    test('a chunk that says another length than it has is refused, and the session stands where it was', async () => {
      const address = await start()
      await world.uploads.append(address, text('abc'), { start: 0, end: 2 })
      for (const [body, range] of [
        [text('defg'), { start: 3, end: 4 }],
        [
          { ...text('d'), length: undefined },
          { start: 3, end: 5 },
        ],
        [
          { ...text('defgh'), length: undefined },
          { start: 3, end: 5 },
        ],
        [{ ...text('defgh'), length: 3 }, undefined],
      ] as const)
        await assert.rejects(world.uploads.append(address, body, range), { failure: 'size-invalid' })
      assert.deepEqual(await world.uploads.status(address), { size: 3 })
      await world.uploads.finish(address, text('def'), { start: 3, end: 5 }, digestOf(Buffer.from('abcdef')))
    })

    test('a repeat of the last chunk succeeds without being written twice; a repeat of an older one is out of order', async () => {
      const address = await start()
      await world.uploads.append(address, text('abc'), { start: 0, end: 2 })
      await world.uploads.append(address, text('def'), { start: 3, end: 5 })
      assert.deepEqual(await world.uploads.append(address, text('def'), { start: 3, end: 5 }), { size: 6 })
      await assert.rejects(world.uploads.append(address, text('abc'), { start: 0, end: 2 }), outOfOrder)
      await world.restart()
      assert.deepEqual(await world.uploads.append(address, text('def'), { start: 3, end: 5 }), { size: 6 })
      await world.uploads.finish(address, text(''), undefined, digestOf(Buffer.from('abcdef')))
    })

    test('a streamed chunk that is sent again from its offset adds nothing; another one there is out of order', async () => {
      const address = await start()
      await world.uploads.append(address, text('abc'), undefined, 0)
      await world.uploads.append(address, text('def'), undefined, 3)
      assert.deepEqual(await world.uploads.append(address, text('def'), undefined, 3), { size: 6 })
      assert.deepEqual(await world.uploads.append(address, { ...text('def'), length: undefined }, undefined, 3), { size: 6 })
      for (const [other, offset] of [
        ['deg', 3],
        ['de', 3],
        ['defg', 3],
        ['abcdef', 0],
      ] as const)
        await assert.rejects(world.uploads.append(address, text(other), undefined, offset), outOfOrder, other)
      await world.uploads.append(address, text('ghi'), undefined, 6)
      await world.uploads.finish(address, text(''), undefined, digestOf(Buffer.from('abcdefghi')))
    })

    test('of more sessions than are kept the longest idle one closes its writer, and goes on all the same', async () => {
      const few = new Uploads(world.deps, { most: 100, longestWait: 1000, sessionsOfOne: 100, kept: 2 })
      const addresses = []
      for (const content of ['a', 'b', 'c', 'd']) {
        const { uploadId } = await few.start({ registry, name, principalId: 'p', algorithm: 'sha256' })
        const address = { registry, name, principalId: 'p', uploadId }
        await few.append(address, text(content), undefined)
        addresses.push(address)
      }
      assert.equal(few.open, 2)
      const epochs = await Promise.all(
        addresses.map(async ({ uploadId }) => (await world.store.upload(registry.id, name, uploadId))?.epoch),
      )
      assert.deepEqual(epochs, [1, 1, 1, 1])
      for (const [index, content] of ['a', 'b', 'c', 'd'].entries()) {
        const address = addresses[index] ?? assert.fail()
        await few.finish(address, text('!'), undefined, digestOf(Buffer.from(`${content}!`)))
      }
    })

    test('a finished upload may be finished again with the same digest, while its blob is there', async () => {
      const address = await start()
      const digest = digestOf(Buffer.from('again'))
      await world.uploads.finish(address, text('again'), undefined, digest)
      await world.uploads.finish(address, text('again'), undefined, digest)
      await assert.rejects(world.uploads.finish(address, text(''), undefined, digestOf(Buffer.from('other'))), unknown)
      await assert.rejects(world.uploads.append(address, text('x'), undefined), unknown)
      await assert.rejects(world.uploads.cancel(address), unknown)
      await world.store.deleteBlob({ registryId: registry.id, name, digest, now: world.clock.now() })
      await assert.rejects(world.uploads.finish(address, text(''), undefined, digest), unknown)
    })

    test('of two endings of one session at once, one makes the blob and none fails as a bug', async () => {
      for (let round = 0; round < 10; round++) {
        const address = await start()
        const bytes = Buffer.from(`ending ${round}`)
        const settled = await Promise.allSettled([1, 2].map(() => world.uploads.finish(address, of(bytes), undefined, digestOf(bytes))))
        assert.ok(settled.some((each) => each.status === 'fulfilled'))
        for (const each of settled) if (each.status === 'rejected') assert.equal((each.reason as Error).name, 'RegistryError')
        assert.ok(await world.store.blob(registry.id, name, digestOf(bytes)))
      }
    })

    test('a blob whose bytes lie in its row has no file, even where a broken chunk had begun one', async () => {
      const address = await start()
      const { body, give } = slow()
      const appending = Promise.allSettled([world.uploads.append(address, body, undefined)])
      await give(Buffer.from('lost'))
      await give(new Error('the line went dead'))
      await appending
      await world.restart()
      const small = Buffer.from('a small blob in one piece')
      await world.uploads.finish(address, of(small), undefined, digestOf(small))
      const blob = await world.store.blob(registry.id, name, digestOf(small))
      const keys: string[] = []
      for await (const key of world.blobs.keys()) keys.push(key)
      assert.equal(blob?.bytes === null, keys.includes(blob?.storageKey ?? ''))
    })

    test('an idle session is closed and opened again where it was', async () => {
      const address = await start()
      await world.uploads.append(address, text('abc'), undefined)
      world.clock.wall += hour
      await world.uploads.closeIdle()
      assert.equal(world.uploads.open, 0)
      await world.uploads.finish(address, text('def'), { start: 3, end: 5 }, digestOf(Buffer.from('abcdef')))
    })

    test('after all of it, scrub finds every object whole and no file that nobody knows', async () => {
      world.clock.wall += 100 * hour
      for (let pass = 0; pass < 3; pass++) {
        await collect(world.deps, world.clock.now())
        world.clock.wall += 2 * hour
      }
      const { bad, strangers } = await scrub({ ...world.deps, facts: { check: async () => [] } })
      assert.deepEqual({ bad, strangers }, { bad: [], strangers: [] })
    })
  })
}
