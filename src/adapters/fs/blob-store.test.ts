import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hexOf, newKey, patternOf } from '#ports/blob-scene.contract.ts'
import { type BlobStore, checksumBlock, type Mark, nothingMarked, WriterOvertaken } from '#ports/blob-store.ts'
import type { ArmedFailpoint } from '#ports/failpoint.ts'
import { openFsBlobStore, openSharedFsBlobStore } from './blob-store.ts'

test('a key that one thread deletes before another says that it begins its file has none afterwards', async () => {
  const root = mkdtempSync(join(tmpdir(), 'longshore-blobs-'))
  const first = openFsBlobStore(root)
  const second = openSharedFsBlobStore(first.share())
  try {
    const key = newKey()
    await first.delete(key)
    const writer = second.create(key, 'sha256')
    await writer.append(patternOf(100_000))
    await assert.rejects(writer.mark(), WriterOvertaken)
    await writer.abandon()
    assert.deepEqual(await Array.fromAsync(first.keys()), [])
  } finally {
    await second.close()
    await first.close()
    rmSync(root, { recursive: true })
  }
})

const folder = mkdtempSync(join(tmpdir(), 'longshore-blobs-'))
after(() => rmSync(folder, { recursive: true }))

async function withStore(failpoint: ArmedFailpoint | undefined, work: (store: BlobStore) => Promise<void>): Promise<void> {
  const store = openFsBlobStore(folder, failpoint)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

test('an object is a file of mode 0600 under its own name, and a link in its place is not followed', () =>
  withStore(undefined, async (store) => {
    const [key, linked] = [newKey(), newKey()]
    const writer = store.create(key, 'sha256')
    await writer.append(patternOf(5))
    await writer.mark()
    await writer.seal('sha256')
    const stat = lstatSync(join(folder, key))
    assert.equal(stat.isFile(), true)
    assert.equal(stat.mode & 0o777, 0o600)
    const target = join(folder, 'elsewhere')
    writeFileSync(target, 'untouched')
    symlinkSync(target, join(folder, linked))
    const through = store.create(linked, 'sha256')
    await assert.rejects(async () => {
      await through.append(patternOf(5))
      await through.mark()
    })
    await assert.rejects(store.resume(linked, 'sha256', async () => ({ ...nothingMarked, size: 5 })))
    assert.equal(await store.digest(linked, 'sha256'), undefined)
    assert.equal(readFileSync(target, 'utf8'), 'untouched')
    rmSync(target)
    rmSync(join(folder, linked))
  }))

test('what is no key reaches no file', () =>
  withStore(undefined, async (store) => {
    const zeros = '0'.repeat(36)
    for (const key of [
      '',
      'x',
      '../x',
      'aa/../../x',
      '/etc/passwd',
      `aa/${zeros.slice(1)}`,
      `AA/${zeros}`,
      `aa/${zeros}/x`,
      `aa/${zeros}\n`,
    ]) {
      assert.throws(() => store.create(key, 'sha256'), /not a storage key/, key)
      await assert.rejects(async () => store.open(key, 0, new Uint8Array()), /not a storage key/, key)
      await assert.rejects(async () => store.delete(key), /not a storage key/, key)
      await assert.rejects(async () => store.digest(key, 'sha256'), /not a storage key/, key)
      await assert.rejects(async () => store.resume(key, 'sha256', async () => nothingMarked), /not a storage key/, key)
    }
  }))

for (const [effect, failure] of [
  ['ENOSPC', 'storage-full'],
  ['EIO', 'storage-failed'],
] as const)
  for (const from of [1, 2, 3])
    test(`${effect} at the write ${from} is ${failure}; after a rollback the writer stands with what was marked`, () =>
      withStore({ name: 'upload.write.block', effect, from }, async (store) => {
        const key = newKey()
        const writer = store.create(key, 'sha256')
        const marked = patternOf(from === 1 ? 0 : checksumBlock / 4)
        await writer.append(marked)
        await writer.mark()
        await assert.rejects(
          async () => {
            for (let pieces = 0; pieces < 8; pieces++) await writer.append(patternOf(checksumBlock, 3))
            await writer.mark()
          },
          { name: 'RegistryError', failure },
        )
        await writer.rollback()
        assert.deepEqual([writer.size, writer.marked], [marked.length, marked.length])
        assert.equal(statSync(join(folder, key)).size, marked.length)
        // Not yet written, so the disk cannot refuse it: a failure here would be an old one.
        await writer.append(patternOf(10))
        await writer.rollback()
        const sealed = await writer.seal('sha256')
        assert.deepEqual([sealed.size, sealed.digest], [marked.length, `sha256:${hexOf(marked)}`])
      }))

test('a failure that is answered while the rollback is under way is not kept for later', () =>
  withStore({ name: 'upload.write.block', effect: 'ENOSPC', from: 1 }, async (store) => {
    const writer = store.create(newKey(), 'sha256')
    for (let round = 0; round < 20; round++) {
      // Two slots are on their way when the rollback is asked for.
      await writer.append(patternOf(checksumBlock)).catch(() => {})
      await writer.rollback()
      await writer.append(patternOf(10))
      await writer.rollback()
    }
    assert.equal(writer.size, 0)
    await writer.abandon()
  }))

for (const name of ['upload.seal.before-sync', 'upload.seal.before-folder-sync'] as const)
  test(`a failed sync (${name}) fails the writer for good`, () =>
    withStore({ name, effect: 'EIO', from: 1 }, async (store) => {
      const key = newKey()
      const writer = store.create(key, 'sha256')
      await writer.append(patternOf(100))
      const mark = await writer.mark()
      await assert.rejects(writer.seal('sha256'), { failure: 'storage-failed' })
      await assert.rejects(writer.seal('sha256'))
      await assert.rejects(writer.rollback())
      assert.equal(
        await store.resume(key, 'sha256', async () => mark),
        undefined,
        'a second sync could succeed although the disk lost bytes',
      )
      await store.delete(key)
      assert.equal((await store.resume(key, 'sha256', async () => mark))?.size, 0)
    }))

test('a resumed writer holds fewer bytes when the machine lost some', () =>
  withStore(undefined, async (store) => {
    const key = newKey()
    const first = store.create(key, 'sha256')
    await first.append(patternOf(100))
    const mark = await first.mark()
    await first.abandon()
    truncateSync(join(folder, key), 60)
    const writer = await store.resume(key, 'sha256', async () => mark)
    assert.equal(writer?.size, 60)
    await writer?.abandon()
  }))

test('what a machine wrote before it lost power is read again, whatever the row says of it', () =>
  withStore(undefined, async (store) => {
    const key = newKey()
    const first = store.create(key, 'sha256')
    await first.append(patternOf(100))
    const mark = await first.mark()
    await first.abandon()
    writeFileSync(join(folder, key), Buffer.alloc(100))
    const writer = await store.resume(key, 'sha256', async () => mark)
    assert.equal((await writer?.seal('sha256'))?.digest, `sha256:${hexOf(Buffer.alloc(100))}`)
  }))

test('the failure of a disk names neither its path nor its call', () =>
  withStore(undefined, async (store) => {
    const key = newKey()
    const first = store.create(key, 'sha256')
    await first.mark()
    await first.abandon()
    const second = store.create(key, 'sha256')
    await assert.rejects(second.mark(), (error: Error) => !error.message.includes(folder) && !error.message.includes(key))
    await second.abandon()
  }))

for (const ending of ['marks', 'seals'] as const)
  test(`who asked for the mark early and comes to the file late cuts nothing off of what another one ${ending} meanwhile`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'longshore-blobs-'))
    const first = openFsBlobStore(root)
    const second = openSharedFsBlobStore(first.share())
    try {
      const key = newKey()
      const bytes = patternOf(70_000)
      const { promise: mark, resolve: tell } = Promise.withResolvers<Mark>()
      const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
      const late = first.resume(key, 'sha256', () => {
        ask()
        return mark
      })
      await asked
      const writer = await second.resume(key, 'sha256', async () => nothingMarked)
      assert.ok(writer)
      await writer.append(bytes)
      const marked = await writer.mark()
      if (ending === 'seals') await writer.seal('sha256')
      tell(nothingMarked)
      await assert.rejects(late, WriterOvertaken)
      assert.equal(await second.digestOfMarked(key, 'sha256', marked, 0), `sha256:${hexOf(bytes)}`)
    } finally {
      await second.close()
      await first.close()
      rmSync(root, { recursive: true })
    }
  })

test('the threads that write begin with the first bytes, or when a server wants them', async () => {
  let began = 0
  const count = () => began++
  process.on('worker', count)
  const store = openFsBlobStore(folder)
  const second = openFsBlobStore(folder)
  try {
    assert.equal(await store.open(newKey(), 500, new Uint8Array()), undefined)
    await store.space?.()
    assert.equal(began, 0)
    const writer = store.create(newKey(), 'sha256')
    await writer.append(patternOf(500))
    await writer.seal('sha256')
    const each = began
    assert.ok(each >= 2)
    second.startWorkers()
    await second.create(newKey(), 'sha256').abandon()
    assert.equal(began, 2 * each, 'it has its own, and those once')
  } finally {
    process.off('worker', count)
    await store.close()
    await second.close()
  }
})

const noFiles: Record<string, (path: string) => void> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a link to itself': (path) => symlinkSync(path, path),
}
for (const [what, put] of Object.entries(noFiles))
  test(`${what} in the place of an object is lost bytes, nobody waits for it, and it can be deleted`, () =>
    withStore(undefined, async (store) => {
      const key = newKey()
      const writer = store.create(key, 'sha256')
      const bytes = patternOf(500)
      await writer.append(bytes)
      const { size, checksums } = await writer.seal('sha256')
      const readNow = async () => {
        const reader = await store.open(key, size, checksums)
        await reader?.read(0, size - 1, async () => true)
        await reader?.close()
        return reader
      }
      // From the second on it is opened in this thread.
      for (let reading = 0; reading < 3; reading++) assert.ok(await readNow())
      rmSync(join(folder, key))
      put(join(folder, key))
      for (let reading = 0; reading < 8; reading++) assert.equal(await readNow(), undefined)
      assert.equal(await store.digest(key, 'sha256'), undefined)
      await store.delete(key)
      assert.throws(() => lstatSync(join(folder, key)), { code: 'ENOENT' })
    }))
