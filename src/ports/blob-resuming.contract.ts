import assert from 'node:assert/strict'
import { type BlobScene, hexOf, newKey, patternOf, readAll } from './blob-scene.contract.ts'
import { checksumBlock, nothingMarked } from './blob-store.ts'

/** What a mark is good for when its writer is gone, or is not. */
export function blobResumingContract(scene: BlobScene): void {
  const { it, create, resume } = scene
  it('an upload goes on where an earlier process left it', async () => {
    const key = newKey()
    const bytes = patternOf(2 * checksumBlock + 50)
    const first = create(key)
    await first.append(bytes.subarray(0, checksumBlock + 20))
    const mark = await first.mark()
    await first.append(patternOf(500, 9))
    await first.mark()
    await scene.reopen()
    const writer = await resume(key, mark)
    assert.deepEqual([writer.size, writer.marked], [checksumBlock + 20, checksumBlock + 20])
    await writer.append(bytes.subarray(checksumBlock + 20))
    await writer.mark()
    const sealed = await writer.seal('sha256')
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
  })

  it('a resumed writer may be sealed at once, and rolls back to what it resumed', async () => {
    const key = newKey()
    const first = create(key)
    await first.append(patternOf(1000))
    const mark = await first.mark()
    await scene.reopen()
    const writer = await resume(key, mark)
    await writer.append(patternOf(10, 5))
    await writer.rollback()
    const sealed = await writer.seal('sha256')
    assert.deepEqual([sealed.digest, sealed.size], [`sha256:${hexOf(patternOf(1000))}`, 1000])
    assert.ok((await readAll(scene.store(), key, sealed)).equals(patternOf(1000)))
  })

  it('a resumed writer may be asked for the other algorithm, and marks as the first one did', async () => {
    const key = newKey()
    const bytes = patternOf(checksumBlock + 7)
    const first = create(key)
    await first.append(bytes)
    const mark = await first.mark()
    await scene.reopen()
    const writer = await resume(key, mark)
    const again = await writer.mark()
    assert.deepEqual([again.size, again.digest], [mark.size, mark.digest])
    assert.equal((await writer.seal('sha512')).digest, `sha512:${hexOf(bytes, 'sha512')}`)
  })

  it('what was sealed and could not be written into a row is sealed once more', async () => {
    const key = newKey()
    const bytes = patternOf(checksumBlock + 300)
    const first = create(key)
    await first.append(bytes.subarray(0, 1000))
    const mark = await first.mark()
    await first.append(bytes.subarray(1000))
    await first.seal('sha256')
    const again = await resume(key, mark)
    assert.equal(again.size, 1000)
    await again.append(bytes.subarray(1000))
    const sealed = await again.seal('sha256')
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
  })

  it('a key that never got its bytes is resumed with none', async () => {
    const writer = await scene.store().resume(newKey(), 'sha512', async () => nothingMarked)
    assert.ok(writer)
    assert.equal(writer.size, 0)
    await writer.append(patternOf(5))
    await writer.mark()
    assert.equal((await writer.seal('sha512')).digest, `sha512:${hexOf(patternOf(5), 'sha512')}`)
  })

  for (const size of [0, 1000, checksumBlock + 11])
    it(`what an earlier writer still brings after ${size} bytes were taken over is in nothing`, async () => {
      const key = newKey()
      const bytes = patternOf(size + 2 * checksumBlock)
      const first = create(key)
      await first.append(bytes.subarray(0, size))
      const mark = await first.mark()
      await first.append(patternOf(70_000, 9))
      const second = await resume(key, mark)
      const bringMore = async () => {
        await first.append(patternOf(checksumBlock, 9))
        await first.mark()
      }
      const late = bringMore().catch(() => {})
      await second.append(bytes.subarray(size, size + checksumBlock))
      await late
      await second.mark()
      await second.append(bytes.subarray(size + checksumBlock))
      const sealed = await second.seal('sha256')
      assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
      assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
    })
}
