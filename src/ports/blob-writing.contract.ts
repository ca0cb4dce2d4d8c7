import assert from 'node:assert/strict'
import { type BlobScene, hexOf, newKey, patternOf, readAll, write } from './blob-scene.contract.ts'
import { checksumBlock } from './blob-store.ts'

/** The life of one writer: what it takes, marks, forgets and seals. */
export function blobWritingContract(scene: BlobScene): void {
  const { it, create } = scene
  it('a mark has the digest of all that was taken so far', async () => {
    for (const algorithm of ['sha256', 'sha512'] as const) {
      const writer = create(newKey(), algorithm)
      const bytes = patternOf(3000)
      for (const size of [0, 1000, 3000]) {
        await writer.append(bytes.subarray(writer.size, size))
        const mark = await writer.mark()
        assert.deepEqual([mark.size, mark.digest], [size, `${algorithm}:${hexOf(bytes.subarray(0, size), algorithm)}`])
      }
      await writer.abandon()
    }
  })

  it('the digest of a part of what was marked can be asked for, and counts nothing that came later', async () => {
    const key = newKey()
    const bytes = patternOf(checksumBlock + 500)
    const writer = create(key)
    await writer.append(bytes)
    const mark = await writer.mark()
    await writer.append(patternOf(100, 9))
    for (const from of [0, 100, checksumBlock, bytes.length - 1])
      assert.equal(await scene.store().digestOfMarked(key, 'sha256', mark, from), `sha256:${hexOf(bytes.subarray(from))}`)
    await writer.abandon()
    await scene.store().delete(key)
    assert.equal(await scene.store().digestOfMarked(key, 'sha256', mark, 0), undefined)
  })

  it('a key is never written twice, and what lies under it stays', async () => {
    const key = newKey()
    const bytes = patternOf(100)
    const sealed = await write(create(key), bytes)
    const second = create(key)
    await assert.rejects(async () => {
      await second.append(patternOf(100, 2))
      await second.mark()
      await second.seal('sha256')
    })
    await second.abandon()
    assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
    assert.deepEqual(await scene.store().digest(key, 'sha256'), { digest: sealed.digest, size: 100 })
  })

  it('many small pieces are one blob', async () => {
    const key = newKey()
    const bytes = patternOf(20_000)
    const sealed = await write(create(key), bytes, 7)
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
  })

  it('chunks that end anywhere, marked, lost and sent again, are one blob', async () => {
    const key = newKey()
    const bytes = patternOf(3_500_001)
    const writer = create(key)
    let at = 0
    for (const length of [1, 70_000, 600_001, 4096 * 20 - 1, 524_288, 1, 1_000_000]) {
      await writer.append(bytes.subarray(at, at + 200_003))
      await writer.rollback()
      await writer.append(bytes.subarray(at, at + length))
      at += length
      assert.equal((await writer.mark()).size, at)
    }
    await writer.append(bytes.subarray(at))
    const sealed = await writer.seal('sha256')
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
  })

  it('a writer that rests between calls, wherever, makes the same blob, and forgets and goes on as one that does not', async () => {
    const key = newKey()
    const bytes = patternOf(8 * checksumBlock + 4097)
    const writer = create(key)
    await writer.rest()
    let at = 0
    for (const length of [1, 4095, 524_288, 100_000, checksumBlock]) {
      await writer.append(patternOf(70_000, 9))
      await writer.rest()
      assert.deepEqual([writer.size, writer.marked], [at + 70_000, at])
      await writer.rollback()
      await writer.append(bytes.subarray(at, at + length))
      at += length
      await writer.rest()
      assert.equal((await writer.mark()).size, at)
      await writer.rest()
    }
    await writer.append(bytes.subarray(at))
    await writer.rest()
    const sealed = await writer.seal('sha256')
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
  })

  it('a piece may be changed by its owner as soon as it was taken', async () => {
    const writer = create(newKey())
    const piece = Buffer.alloc(700_000, 1)
    await writer.append(piece)
    piece.fill(2)
    await writer.append(piece)
    await writer.mark()
    const sealed = await writer.seal('sha256')
    assert.equal(sealed.digest, `sha256:${hexOf(Buffer.concat([Buffer.alloc(700_000, 1), Buffer.alloc(700_000, 2)]))}`)
  })

  it('a writer knows what it took and what it marked', async () => {
    const writer = create(newKey())
    assert.deepEqual([writer.size, writer.marked], [0, 0])
    await writer.append(patternOf(10))
    assert.deepEqual([writer.size, writer.marked], [10, 0])
    assert.equal((await writer.mark()).size, 10)
    assert.deepEqual([writer.size, writer.marked], [10, 10])
    await writer.abandon()
  })

  for (const kept of [0, 10, checksumBlock, checksumBlock + 10])
    it(`a rollback to ${kept} bytes forgets what came since, in bytes, digest and checksums`, async () => {
      const key = newKey()
      const bytes = patternOf(kept + 2 * checksumBlock)
      const writer = create(key)
      await writer.append(bytes.subarray(0, kept))
      await writer.mark()
      await writer.append(patternOf(checksumBlock + 5, 9))
      await writer.rollback()
      assert.deepEqual([writer.size, writer.marked], [kept, kept])
      await writer.append(patternOf(3, 9))
      await writer.rollback()
      await writer.append(bytes.subarray(kept))
      await writer.mark()
      const sealed = await writer.seal('sha256')
      assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
      assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
    })

  it('a digest of the other algorithm may be asked for at the end', async () => {
    for (const [begun, asked] of [
      ['sha256', 'sha512'],
      ['sha512', 'sha256'],
      ['sha512', 'sha512'],
    ] as const) {
      const writer = create(newKey(), begun)
      await writer.append(patternOf(checksumBlock + 3))
      await writer.mark()
      assert.equal((await writer.seal(asked)).digest, `${asked}:${hexOf(patternOf(checksumBlock + 3), asked)}`)
    }
  })

  it('an abandoned writer leaves its bytes until they are deleted, and takes no more', async () => {
    const key = newKey()
    const writer = create(key)
    await writer.append(patternOf(10))
    const mark = await writer.mark()
    const left = () => scene.store().digestOfMarked(key, 'sha256', mark, 0)
    await writer.abandon()
    await writer.abandon()
    assert.equal(await left(), mark.digest)
    await assert.rejects(writer.mark(), 'mark')
    await assert.rejects(writer.rollback(), 'rollback')
    await assert.rejects(writer.seal('sha256'), 'seal')
    await assert.rejects(async () => {
      for (let pieces = 0; pieces < 8; pieces++) await writer.append(patternOf(checksumBlock))
    }, 'append')
    assert.equal(await left(), mark.digest)
    await scene.store().delete(key)
    assert.equal(await left(), undefined)
  })

  it('a writer that is abandoned while it takes bytes ends that taking', async () => {
    const writer = create(newKey())
    const piece = patternOf(3 * checksumBlock)
    const taking = (async () => {
      for (let pieces = 0; pieces < 1000; pieces++) {
        await writer.append(piece)
        await new Promise(setImmediate)
      }
      await writer.mark()
    })()
    for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate)
    const outcome = Promise.allSettled([taking])
    await writer.abandon()
    assert.equal((await outcome)[0]?.status, 'rejected')
  })

  it('a sealed writer takes no more', async () => {
    const key = newKey()
    const writer = create(key)
    const sealed = await write(writer, patternOf(10))
    await assert.rejects(async () => {
      await writer.append(patternOf(10))
      await writer.mark()
    })
    assert.deepEqual(await scene.store().digest(key, 'sha256'), { digest: sealed.digest, size: 10 })
  })

  it('many writers at once do not mix', async () => {
    const writes = Array.from({ length: 24 }, async (_, index) => {
      const key = newKey()
      const bytes = patternOf(50_000 * index + 13, index)
      const sealed = await write(create(key), bytes, 64_000 + index)
      assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
      assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
    })
    await Promise.all(writes)
  })
}
