import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { type BlobScene, hexOf, newKey, patternOf, readAll, write } from './blob-scene.contract.ts'
import { checksumBlock, CorruptBlob } from './blob-store.ts'

/** What is read of a sealed key, and what the store knows of its keys. */
export function blobReadingContract(scene: BlobScene): void {
  const { it, create } = scene
  for (const size of [0, 1, 1000, checksumBlock - 1, checksumBlock, checksumBlock + 1, 3 * checksumBlock + 17])
    it(`${size} bytes come back as they were written, with their digest and one checksum a block`, async () => {
      const key = newKey()
      const bytes = patternOf(size)
      const sealed = await write(create(key), bytes, 300_001)
      assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
      assert.equal(sealed.size, size)
      const expected = Buffer.alloc(Math.ceil(size / checksumBlock) * 4)
      for (let block = 0; block * checksumBlock < size; block++)
        expected.writeUInt32BE(crc32(bytes.subarray(block * checksumBlock, (block + 1) * checksumBlock)), block * 4)
      assert.deepEqual(Buffer.from(sealed.checksums), expected)
      assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
      assert.deepEqual(
        await Promise.all([scene.store().isThere(key, size), scene.store().isThere(key, size + 1), scene.store().isThere(newKey(), size)]),
        [true, false, false],
      )
      assert.deepEqual(await scene.store().digest(key, 'sha256'), { digest: sealed.digest, size })
      assert.deepEqual(await scene.store().digest(key, 'sha512'), { digest: `sha512:${hexOf(bytes, 'sha512')}`, size })
    })

  it('ranges give exactly their bytes, over the borders of blocks', async () => {
    const key = newKey()
    const bytes = patternOf(2 * checksumBlock + 100)
    const sealed = await write(create(key), bytes)
    for (const [start, last] of [
      [0, 0],
      [5, 9],
      [checksumBlock - 1, checksumBlock],
      [checksumBlock, checksumBlock],
      [checksumBlock - 1, 2 * checksumBlock],
      [1, bytes.length - 2],
      [bytes.length - 1, bytes.length - 1],
    ] as const)
      assert.ok((await readAll(scene.store(), key, sealed, start, last)).equals(bytes.subarray(start, last + 1)), `${start}-${last}`)
  })

  it('a reading ends when its taker wants no more', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(3 * checksumBlock))
    const reader = await scene.store().open(key, sealed.size, sealed.checksums)
    let pieces = 0
    await reader?.read(0, sealed.size - 1, async () => ++pieces < 2)
    await reader?.close()
    assert.equal(pieces, 2)
  })

  it('a failure of the taker is the failure of the reading', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(10))
    const reader = await scene.store().open(key, sealed.size, sealed.checksums)
    await assert.rejects(reader?.read(0, 9, () => Promise.reject(new Error('socket'))) ?? Promise.resolve(), /socket/)
    await reader?.close()
  })

  for (const [what, at] of [
    ['first', 0],
    ['last', 2 * checksumBlock + 99],
    ['middle', checksumBlock + 5],
  ] as const)
    it(`one wrong bit in the ${what} block is found before a byte of that block is given`, async () => {
      const key = newKey()
      const bytes = patternOf(2 * checksumBlock + 100)
      const sealed = await write(create(key), bytes)
      await scene.damage(key, (stored) => {
        stored[at] = (stored[at] ?? 0) ^ 1
        return stored
      })
      const given: Buffer[] = []
      const reader = await scene.store().open(key, sealed.size, sealed.checksums)
      assert.ok(reader)
      const reading = reader.read(0, sealed.size - 1, async (piece) => {
        given.push(Buffer.from(piece))
        return true
      })
      await assert.rejects(reading, (error) => error instanceof CorruptBlob && error.key === key)
      await reader.close()
      const good = Math.floor(at / checksumBlock) * checksumBlock
      assert.ok(Buffer.concat(given).equals(bytes.subarray(0, good)))
      assert.notEqual((await scene.store().digest(key, 'sha256'))?.digest, sealed.digest)
    })

  it('what was read before and is wrong since is found too', async () => {
    const key = newKey()
    const bytes = patternOf(3 * checksumBlock + 5)
    const sealed = await write(create(key), bytes)
    for (let reading = 0; reading < 3; reading++) assert.ok((await readAll(scene.store(), key, sealed)).equals(bytes))
    await scene.damage(key, (stored) => {
      stored[checksumBlock] = (stored[checksumBlock] ?? 0) ^ 1
      return stored
    })
    for (let reading = 0; reading < 3; reading++) await assert.rejects(readAll(scene.store(), key, sealed), CorruptBlob)
    assert.ok((await readAll(scene.store(), key, sealed, 0, checksumBlock - 1)).equals(bytes.subarray(0, checksumBlock)))
    await scene.damage(key, (stored) => stored.subarray(0, 2 * checksumBlock))
    await assert.rejects(readAll(scene.store(), key, sealed), CorruptBlob)
  })

  it('many read the same at once, whole and in parts, as fast or slowly as they like', async () => {
    const key = newKey()
    const bytes = patternOf(6 * checksumBlock + 1)
    const sealed = await write(create(key), bytes)
    const read = async (reader: number): Promise<void> => {
      const from = (reader * 100_003) % bytes.length
      const opened = await scene.store().open(key, sealed.size, sealed.checksums)
      const given: Buffer[] = []
      await opened?.read(from, bytes.length - 1, async (piece) => {
        if (reader % 3 === 0) await new Promise(setImmediate)
        given.push(Buffer.from(piece))
        return true
      })
      await opened?.close()
      assert.ok(Buffer.concat(given).equals(bytes.subarray(from)), `from ${from}`)
    }
    for (let round = 0; round < 2; round++) await Promise.all(Array.from({ length: 20 }, (_, reader) => read(reader)))
  })

  it('a range that does not touch the wrong block is given, one that does is not', async () => {
    const key = newKey()
    const bytes = patternOf(2 * checksumBlock)
    const sealed = await write(create(key), bytes)
    await scene.damage(key, (stored) => {
      stored[checksumBlock + 1] = (stored[checksumBlock + 1] ?? 0) ^ 0x80
      return stored
    })
    assert.ok((await readAll(scene.store(), key, sealed, 0, checksumBlock - 1)).equals(bytes.subarray(0, checksumBlock)))
    await assert.rejects(readAll(scene.store(), key, sealed, checksumBlock + 500, checksumBlock + 600), CorruptBlob)
  })

  it('bytes that are too few are corrupt', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(1000))
    await scene.damage(key, (stored) => stored.subarray(0, 999))
    await assert.rejects(readAll(scene.store(), key, sealed), CorruptBlob)
  })

  it('checksums that are too few are corrupt', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(checksumBlock + 1))
    await assert.rejects(readAll(scene.store(), key, { ...sealed, checksums: sealed.checksums.subarray(0, 4) }), CorruptBlob)
  })

  it('a key without bytes opens as nothing and has no digest', async () => {
    const key = newKey()
    assert.equal(await scene.store().open(key, 5, new Uint8Array(4)), undefined)
    assert.equal(await scene.store().digest(key, 'sha256'), undefined)
  })

  it('a delete takes the bytes; a second one does nothing', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(10))
    await scene.store().delete(key)
    await scene.store().delete(key)
    assert.equal(await scene.store().open(key, sealed.size, sealed.checksums), undefined)
  })

  it('the keys are those that have bytes', async () => {
    const [kept, gone, open] = [newKey(), newKey(), newKey()]
    await write(create(kept), patternOf(1))
    await write(create(gone), patternOf(1))
    const writer = create(open)
    await writer.append(patternOf(5))
    await writer.mark()
    await scene.store().delete(gone)
    const keys = new Set<string>()
    for await (const key of scene.store().keys()) keys.add(key)
    assert.deepEqual(
      [kept, gone, open].map((key) => keys.has(key)),
      [true, false, true],
    )
    await writer.abandon()
  })

  it('there is some space, where that can be said', async () => {
    const { free, total } = (await scene.store().space?.()) ?? { free: 1, total: 1 }
    assert.ok(free > 0 && total >= free)
  })

  it('it is found under its own name, and no other store is', () => {
    const store = scene.store()
    assert.equal(store.at(store.name), store)
    assert.throws(() => store.at('elsewhere'), { name: 'RegistryError', failure: 'storage-failed' })
    return Promise.resolve()
  })
}
