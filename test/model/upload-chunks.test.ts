// How the bytes of a request come into a session, with a writer that counts them and a store that writes down what it is asked.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { DiskFloor } from '#app/distribution/disk-floor.ts'
import { BrokenBody, digestUpTo } from '#app/distribution/upload-body.ts'
import { type Chunk, UploadChunks } from '#app/distribution/upload-chunks.ts'
import { RegistryError } from '#core/registry-error.ts'
import { scripted } from './scripted.ts'

const mebibyte = 1024 * 1024
const piece = new Uint8Array(32 * mebibyte)
const now = 1000

async function* body(...sizes: (number | Error)[]): AsyncIterable<Uint8Array> {
  for (const size of sizes) {
    if (size instanceof Error) throw size
    yield piece.subarray(0, size)
  }
}

function chunks({
  size: begun = 0 as number,
  marked = begun as number,
  free = 1e12,
  largestBlob = 1e12,
  answers = {} as Record<string, readonly unknown[]>,
  room = undefined as ((...given: unknown[]) => Promise<undefined>) | undefined,
} = {}) {
  const script = scripted(answers)
  const writer = {
    size: begun,
    marked,
    append: async ({ length }: Uint8Array) => void (writer.size += length),
    rollback: async () => void (writer.size = writer.marked),
  }
  const space = { free }
  const blobs = {
    space: async () => ({ free: space.free, total: 1e12 }),
    at: () => ({ digestOfMarked: async () => `sha256:${createHash('sha256').update(piece.subarray(0, 3)).digest('hex')}` }),
  }
  const clock = { now: () => now, elapsed: () => 0 }
  const deps = { store: script.store, blobs, clock, settings: { diskFloor: 100, largestBlob, uploadLife: 60 }, ...(room && { room }) }
  const session = { writer, acknowledged: { size: marked }, lastStart: 4, epoch: 3 }
  const receive = (chunk: Partial<Omit<Chunk, 'body'>> & { length?: number }, ...sizes: (number | Error)[]) =>
    new UploadChunks(deps as never).receive({ id: 'u', storageKey: 'k', backend: 'b' } as never, session as never, 9, {
      range: undefined,
      ...chunk,
      body: { length: chunk.length, bytes: body(...sizes) },
    })
  return { ...script, writer, session, receive, deps, space }
}

test('where a chunk begins: behind all, or where a broken request began; never elsewhere', async () => {
  const from = async (chunk: Parameters<ReturnType<typeof chunks>['receive']>[0]) => {
    const { receive, writer } = chunks({ size: 10, marked: 4 })
    return [await receive(chunk, 2), writer.size]
  }
  assert.deepEqual(
    [await from({}), await from({ offset: 10 }), await from({ offset: 4 }), await from({ range: { start: 4, end: 5 } })],
    [
      [10, 12],
      [10, 12],
      [4, 6],
      [4, 6],
    ],
  )
  for (const offset of [0, 3, 5, 11]) await assert.rejects(from({ offset }), { failure: 'range-invalid' })
})

test('a body has the length that it announces, and a blob its largest size', async () => {
  const wrong = { failure: 'size-invalid' }
  const { receive } = chunks()
  await receive({ length: 5 }, 2, 3)
  await assert.rejects(chunks().receive({ length: 5 }, 4), wrong)
  await assert.rejects(chunks().receive({ length: 5 }, 6), wrong)
  await assert.rejects(chunks().receive({ range: { start: 0, end: 4 } }, 4), wrong)
  await assert.rejects(chunks().receive({ range: { start: 0, end: 4 }, length: 4 }, 4), {
    failure: 'size-invalid',
    detail: { expected: 5, got: 4 },
  })
  await chunks().receive({ range: { start: 0, end: 4 }, length: 5 }, 5)
  const limited = (size: number, announced?: number) =>
    chunks({ size: 4, largestBlob: 10 }).receive(announced === undefined ? {} : { length: announced }, size)
  await limited(6)
  await limited(6, 6)
  const large = { failure: 'blob-too-large', detail: { limit: 10 } }
  await assert.rejects(limited(7), large)
  const early = chunks({ size: 4, largestBlob: 10 })
  await assert.rejects(early.receive({ length: 7 }, 7), large)
  assert.equal(early.writer.size, 4, 'told before it comes')
})

test('of what is long a place is asked for as it comes', async () => {
  const reserve = (size: number) => ({ uploadId: 'u', epoch: 3, size, now, expiresAt: now + 60 })
  const whole = chunks({ size: 1 })
  await whole.receive({}, 32 * mebibyte, 32 * mebibyte, 32 * mebibyte, 32 * mebibyte, 5)
  assert.deepEqual(whole.of('reserveUpload'), [reserve(64 * mebibyte + 1), reserve(128 * mebibyte + 1)])
  const announced = chunks()
  await announced.receive({ length: 96 * mebibyte }, 32 * mebibyte, 32 * mebibyte, 32 * mebibyte)
  assert.deepEqual(announced.of('reserveUpload'), [reserve(96 * mebibyte)], 'all of it, when it is known')
  const broken = chunks({ size: 10, marked: 7 })
  await assert.rejects(broken.receive({}, 32 * mebibyte, 32 * mebibyte, new Error('reset')), BrokenBody)
  assert.deepEqual(broken.of('reserveUpload'), [reserve(64 * mebibyte + 10)], 'what came stays, and its place with it')
  const early = chunks()
  await assert.rejects(early.receive({}, 5, new Error('reset')), BrokenBody)
  assert.deepEqual(early.names(), [], 'nothing was asked for')
  const made: unknown[] = []
  const full = new RegistryError('quota-exceeded', 'full')
  const roomy = chunks({ answers: { reserveUpload: [full] }, room: async (...given) => void made.push(given) })
  await roomy.receive({}, 32 * mebibyte, 32 * mebibyte)
  assert.deepEqual([made, roomy.of('reserveUpload').length], [[[9, 64 * mebibyte]], 2], 'room is made for it')
  await assert.rejects(chunks({ answers: { reserveUpload: [full, full] } }).receive({}, 32 * mebibyte, 32 * mebibyte), {
    failure: 'quota-exceeded',
  })
})

test('a disk below its floor takes nothing more; the floor is a twentieth of the disk at most, the figure a second old', async () => {
  const admit = (free: number) => new UploadChunks(chunks({ free }).deps as never).admit(1)
  await admit(100)
  await assert.rejects(admit(99), { failure: 'storage-full', detail: { free: 99 } })
  const filling = chunks({ free: 99 })
  await assert.rejects(filling.receive({}, 32 * mebibyte, 32 * mebibyte), { failure: 'storage-full' })
  let [elapsed, asked] = [0, 0]
  const small = { space: async () => (asked++, { free: 5, total: 100 }) }
  const floor = new DiskFloor({ blobs: small, clock: { elapsed: () => elapsed, now: () => 0 }, settings: { diskFloor: 1000 } } as never)
  await floor.check()
  elapsed = 1000
  await floor.check()
  assert.equal(asked, 1)
  elapsed = 1001
  await floor.check()
  assert.equal(asked, 2)
  await assert.rejects(
    new DiskFloor({
      blobs: { space: async () => ({ free: 4, total: 100 }) },
      clock: { elapsed: () => 0 },
      settings: { diskFloor: 1000 },
    } as never).check(),
    { failure: 'storage-full' },
  )
  await new DiskFloor({ blobs: {}, clock: {}, settings: {} } as never).check()
})

test('whether a body is the last chunk again is known by its place, its length and its bytes', async () => {
  const isLast = (offset: number, sizes: number[], length?: number) => {
    const { deps, session } = chunks({ size: 7, marked: 7 })
    return new UploadChunks(deps as never).isLastChunk({ storageKey: 'k', backend: 'b' } as never, session as never, offset, {
      length,
      bytes: body(...sizes),
    })
  }
  assert.deepEqual([await isLast(4, [3]), await isLast(4, [1, 2], 3)], [true, true])
  assert.deepEqual(
    [await isLast(3, [4]), await isLast(4, [3], 4), await isLast(4, [2]), await isLast(4, [4])],
    [false, false, false, false],
  )
  assert.equal(await digestUpTo(3, body(2, 2)), undefined)
})
