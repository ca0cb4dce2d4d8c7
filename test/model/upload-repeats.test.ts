// A request is sent again while the first one is still at it: its client gave up waiting, or a front did.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { type Body, BrokenBody } from '#app/distribution/upload-body.ts'
import { type UploadLimits, Uploads } from '#app/distribution/uploads.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import { digestOf } from './expected.ts'
import { FakeClock, newWorldRegistry, nextId, worldSettings } from './world.ts'

const name = 'a' as RepositoryName
const bytes = Buffer.from('0123456789')
/** All that came of ten bytes before the connection was lost. */
const brokenBody = (): Body => ({
  length: 10,
  bytes: (async function* () {
    yield bytes.subarray(0, 7)
    throw new Error('reset')
  })(),
})
const body = (content = bytes): Body => ({ length: content.length, bytes: (async function* () { yield content })() }) // biome-ignore format: one line

type Store = Awaited<ReturnType<typeof openMemoryMetadataStore>>

async function scene(blobs: BlobStore = openMemoryBlobStore()) {
  const store = openMemoryMetadataStore()
  const registry = await newWorldRegistry(store)
  const deps = {
    store,
    blobs,
    clock: new FakeClock(),
    ids: { next: nextId },
    settings: worldSettings,
    failpoint: () => {},
  }
  const at = (other: Partial<Store> = {}, limits?: UploadLimits) => new Uploads({ ...deps, store: { ...store, ...other } }, limits)
  const start = async (uploads: Uploads) => {
    const whose = { registry, name, principalId: 'p' }
    return { ...whose, ...(await uploads.start({ ...whose, algorithm: 'sha256' })) }
  }
  return { store, at, start }
}

/** Says when it is called, and waits for leave. */
function held<Input, Output>(verb: (input: Input) => Promise<Output>) {
  const called = Promise.withResolvers<void>()
  const leave = Promise.withResolvers<void>()
  const holding = async (input: Input): Promise<Output> => {
    called.resolve()
    await leave.promise
    return verb(input)
  }
  return { holding, called: called.promise, leave: leave.resolve }
}

for (const what of ['by its range', 'by its offset'] as const)
  test(`a chunk whose bytes have all come is waited for: sent again meanwhile, known ${what}, it adds nothing`, async () => {
    const { store, at, start } = await scene()
    const { holding, called, leave } = held(store.noteUpload)
    const uploads = at({ noteUpload: holding })
    const address = await start(uploads)
    const append = () =>
      what === 'by its range' ? uploads.append(address, body(), { start: 0, end: 9 }) : uploads.append(address, body(), undefined, 0)
    const first = append()
    await called
    const again = append()
    await new Promise(setImmediate)
    leave()
    assert.deepEqual(await Promise.all([first, again]), [{ size: 10 }, { size: 10 }])
    await uploads.finish(address, body(Buffer.alloc(0)), undefined, digestOf(bytes))
  })

for (const what of ['by its range', 'by its offset'] as const)
  test(`a chunk that is sent again, known ${what}, is taken as the same only with the same bytes`, async () => {
    const { at, start } = await scene()
    const uploads = at()
    const address = await start(uploads)
    const append = (content: string, from: number) => {
      const range = { start: from, end: from + content.length - 1 }
      return what === 'by its range'
        ? uploads.append(address, body(Buffer.from(content)), range)
        : uploads.append(address, body(Buffer.from(content)), undefined, from)
    }
    await append('01234', 0)
    await append('56789', 5)
    assert.deepEqual(await append('56789', 5), { size: 10 })
    await assert.rejects(append('5678x', 5), { failure: 'range-invalid' })
    await assert.rejects(append('01234', 0), { failure: 'range-invalid' })
    await uploads.finish(address, body(Buffer.alloc(0)), undefined, digestOf(bytes))
  })

test('an end that comes late, whole or broken off, spoils nothing of what came meanwhile', async () => {
  const { at, start } = await scene()
  const uploads = at()
  for (const isBroken of [true, false]) {
    const address = await start(uploads)
    const end = (what: Body) => uploads.finish(address, what, undefined, digestOf(bytes), 0)
    await uploads.append(address, body(bytes), { start: 0, end: 9 })
    if (isBroken) await assert.rejects(end(brokenBody()), BrokenBody)
    else await end(body())
    await end(body(Buffer.alloc(0)))
  }
})

test('an end whose bytes are to stand behind all that its digest names is refused', async () => {
  const { at, start } = await scene()
  const uploads = at()
  for (const offset of [10, undefined]) {
    const address = await start(uploads)
    await uploads.append(address, body(bytes), { start: 0, end: 9 })
    const more = uploads.finish(address, body(Buffer.from('more')), undefined, digestOf(bytes), offset)
    await assert.rejects(more, { failure: 'digest-mismatch' })
  }
})

test('an end that breaks off after others went on is forgotten: who asks is told where the session was', async () => {
  const { at, start } = await scene()
  const uploads = at()
  const address = await start(uploads)
  await uploads.append(address, body(bytes.subarray(0, 5)), { start: 0, end: 4 })
  await assert.rejects(uploads.finish(address, brokenBody(), undefined, digestOf(bytes), 0), BrokenBody)
  assert.deepEqual(await uploads.status(address), { size: 5 })
  await uploads.append(address, body(bytes.subarray(5)), { start: 5, end: 9 })
  await uploads.finish(address, body(Buffer.alloc(0)), undefined, digestOf(bytes), 10)
})

test('a chunk of which bytes still come is waited for, but not for long; one that says nothing of its place is out of order at once', async () => {
  const { at, start } = await scene()
  const uploads = at({}, { most: 10, longestWait: 1000, sessionsOfOne: 10, patience: 50 })
  const address = await start(uploads)
  const end = Promise.withResolvers<void>()
  const first = uploads.append(
    address,
    {
      length: undefined,
      bytes: (async function* () {
        yield bytes
        await end.promise
      })(),
    },
    undefined,
    0,
  )
  await new Promise(setImmediate)
  await assert.rejects(uploads.append(address, body(), undefined), { failure: 'range-invalid' })
  await assert.rejects(uploads.append(address, body(), undefined, 0), { failure: 'range-invalid' })
  const again = uploads.append(address, body(), undefined, 0)
  end.resolve()
  assert.deepEqual(await Promise.all([first, again]), [{ size: 10 }, { size: 10 }])
})

test('an end whose bytes have all come is waited for: sent again meanwhile, it finds the blob', async () => {
  const { store, at, start } = await scene()
  const { holding, called, leave } = held(store.finishUpload)
  const uploads = at({ finishUpload: holding })
  const address = await start(uploads)
  const end = (content = bytes) => uploads.finish(address, body(content), undefined, digestOf(content), 0)
  const first = end()
  await called
  const again = end()
  const other = assert.rejects(end(Buffer.from('other')), { failure: 'upload-unknown' })
  await new Promise(setImmediate)
  leave()
  await Promise.all([first, again, other])
})

test('of two servers that take the file and claim the upload in opposite orders, who claimed last goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-repeats-'))
  const blobs = openFsBlobStore(folder)
  try {
    const { store, at, start } = await scene(blobs)
    const { holding, called, leave } = held(async (claimed: Awaited<ReturnType<Store['claimUpload']>>) => claimed)
    const other = at({ claimUpload: async (input) => holding(await store.claimUpload(input)) })
    let theirs: Promise<unknown> = Promise.resolve()
    let isFirst = true
    const ours = at({
      claimUpload: async (input) => {
        if (isFirst) theirs = other.append(address, body(), undefined, 0)
        isFirst = false
        await called
        return store.claimUpload(input)
      },
    })
    const address = await start(at())
    const first = ours.append(address, body(), undefined, 0)
    assert.deepEqual(await first, { size: 10 })
    leave()
    await assert.rejects(theirs, { failure: 'range-invalid' })
    await ours.finish(address, body(Buffer.alloc(0)), undefined, digestOf(bytes))
  } finally {
    await blobs.close()
    rmSync(folder, { recursive: true })
  }
})

test('an end that another server made since the upload was looked up finds the blob; with another digest the upload is unknown', async () => {
  const { store, at, start } = await scene()
  const one = at()
  const ended = Buffer.from('0123456789')
  for (const content of [ended, Buffer.from('other')]) {
    const address = await start(one)
    const other = at({
      claimUpload: async (input) => {
        await one.finish(address, body(), undefined, digestOf(ended))
        return store.claimUpload(input)
      },
    })
    const again = other.finish(address, body(content), undefined, digestOf(content))
    if (content === ended) await again
    else await assert.rejects(again, { failure: 'upload-unknown' })
  }
})
