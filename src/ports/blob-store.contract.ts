import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { crc32 } from 'node:zlib'
import type { Algorithm } from '#core/digest.ts'
import { type BlobStore, type BlobWriter, checksumBlock, CorruptBlob, type Mark, nothingMarked, type SealedBlob } from './blob-store.ts'

/** What the contract needs of an adapter's test. */
export interface BlobStoreSubject {
  store: () => BlobStore
  /** Closes the store and opens another on the same place; keys stay. */
  reopen: () => Promise<void>
  /** Changes the stored bytes of a key behind the store's back. */
  damage: (key: string, change: (bytes: Buffer) => Uint8Array) => Promise<void>
}

let made = 0
/** A key in the form that the registry gives them. */
export function newKey(): string {
  const id = `00000000-0000-4000-8000-${(++made).toString(16).padStart(12, '0')}`
  return `${(made % 256).toString(16).padStart(2, '0')}/${id}`
}

export const hexOf = (bytes: Uint8Array, algorithm: Algorithm = 'sha256') => createHash(algorithm).update(bytes).digest('hex')

/** Bytes that differ from block to block, so that a mix-up shows. */
export function patternOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 12) * 7 + seed * 131) & 0xff
  return bytes
}

async function write(writer: BlobWriter, bytes: Uint8Array, piece = bytes.length): Promise<SealedBlob> {
  for (let at = 0; at < bytes.length; at += piece) await writer.append(bytes.subarray(at, at + piece))
  await writer.mark()
  return writer.seal('sha256')
}

async function readAll(store: BlobStore, key: string, sealed: SealedBlob, start = 0, end = sealed.size - 1): Promise<Buffer> {
  const reader = await store.open(key, sealed.size, sealed.checksums)
  assert.ok(reader, 'there are bytes')
  const pieces: Buffer[] = []
  try {
    await reader.read(start, end, async (piece) => {
      assert.ok(piece.length > 0 && piece.length <= checksumBlock, `a piece of ${piece.length}`)
      pieces.push(Buffer.from(piece))
      return true
    })
  } finally {
    await reader.close()
  }
  return Buffer.concat(pieces)
}

/** The promises of the port, for every adapter. */
export function blobStoreContract(name: string, open: () => Promise<{ subject: BlobStoreSubject; close: () => Promise<void> }>): void {
  const it = (does: string, work: () => Promise<void>) => test(`${name}: ${does}`, work)
  let subject: BlobStoreSubject
  let end: () => Promise<void>
  before(async () => {
    ;({ subject, close: end } = await open())
  })
  after(() => end())
  const create = (key: string, algorithm: Algorithm = 'sha256') => subject.store().create(key, algorithm)
  const resume = async (key: string, mark: Mark): Promise<BlobWriter> => {
    const writer = await subject.store().resume(key, 'sha256', mark)
    assert.ok(writer, 'the key was not lost')
    return writer
  }

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
      assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
      assert.deepEqual(await subject.store().digest(key, 'sha256'), { digest: sealed.digest, size })
      assert.deepEqual(await subject.store().digest(key, 'sha512'), { digest: `sha512:${hexOf(bytes, 'sha512')}`, size })
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
      assert.ok((await readAll(subject.store(), key, sealed, start, last)).equals(bytes.subarray(start, last + 1)), `${start}-${last}`)
  })

  it('a reading ends when its taker wants no more', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(3 * checksumBlock))
    const reader = await subject.store().open(key, sealed.size, sealed.checksums)
    let pieces = 0
    await reader?.read(0, sealed.size - 1, async () => ++pieces < 2)
    await reader?.close()
    assert.equal(pieces, 2)
  })

  it('a failure of the taker is the failure of the reading', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(10))
    const reader = await subject.store().open(key, sealed.size, sealed.checksums)
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
      await subject.damage(key, (stored) => {
        stored[at] = (stored[at] ?? 0) ^ 1
        return stored
      })
      const given: Buffer[] = []
      const reader = await subject.store().open(key, sealed.size, sealed.checksums)
      assert.ok(reader)
      const reading = reader.read(0, sealed.size - 1, async (piece) => {
        given.push(Buffer.from(piece))
        return true
      })
      await assert.rejects(reading, (error) => error instanceof CorruptBlob && error.key === key)
      await reader.close()
      const good = Math.floor(at / checksumBlock) * checksumBlock
      assert.ok(Buffer.concat(given).equals(bytes.subarray(0, good)))
      assert.notEqual((await subject.store().digest(key, 'sha256'))?.digest, sealed.digest)
    })

  it('a range that does not touch the wrong block is given, one that does is not', async () => {
    const key = newKey()
    const bytes = patternOf(2 * checksumBlock)
    const sealed = await write(create(key), bytes)
    await subject.damage(key, (stored) => {
      stored[checksumBlock + 1] = (stored[checksumBlock + 1] ?? 0) ^ 0x80
      return stored
    })
    assert.ok((await readAll(subject.store(), key, sealed, 0, checksumBlock - 1)).equals(bytes.subarray(0, checksumBlock)))
    await assert.rejects(readAll(subject.store(), key, sealed, checksumBlock + 500, checksumBlock + 600), CorruptBlob)
  })

  it('bytes that are too few are corrupt', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(1000))
    await subject.damage(key, (stored) => stored.subarray(0, 999))
    await assert.rejects(readAll(subject.store(), key, sealed), CorruptBlob)
  })

  it('checksums that are too few are corrupt', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(checksumBlock + 1))
    await assert.rejects(readAll(subject.store(), key, { ...sealed, checksums: sealed.checksums.subarray(0, 4) }), CorruptBlob)
  })

  it('a key without bytes opens as nothing and has no digest', async () => {
    const key = newKey()
    assert.equal(await subject.store().open(key, 5, new Uint8Array(4)), undefined)
    assert.equal(await subject.store().digest(key, 'sha256'), undefined)
  })

  it('a delete takes the bytes; a second one does nothing', async () => {
    const key = newKey()
    const sealed = await write(create(key), patternOf(10))
    await subject.store().delete(key)
    await subject.store().delete(key)
    assert.equal(await subject.store().open(key, sealed.size, sealed.checksums), undefined)
  })

  it('the keys are those that have bytes', async () => {
    const [kept, gone, open] = [newKey(), newKey(), newKey()]
    await write(create(kept), patternOf(1))
    await write(create(gone), patternOf(1))
    const writer = create(open)
    await writer.append(patternOf(5))
    await writer.mark()
    await subject.store().delete(gone)
    const keys = new Set<string>()
    for await (const key of subject.store().keys()) keys.add(key)
    assert.deepEqual(
      [kept, gone, open].map((key) => keys.has(key)),
      [true, false, true],
    )
    await writer.abandon()
  })

  it('there is some space, where that can be said', async () => {
    const { free, total } = (await subject.store().space?.()) ?? { free: 1, total: 1 }
    assert.ok(free > 0 && total >= free)
  })

  it('it is found under its own name, and no other store is', () => {
    const store = subject.store()
    assert.equal(store.at(store.name), store)
    assert.throws(() => store.at('elsewhere'), { name: 'RegistryError', failure: 'storage-failed' })
    return Promise.resolve()
  })

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
      assert.equal(await subject.store().digestOfMarked(key, 'sha256', mark, from), `sha256:${hexOf(bytes.subarray(from))}`)
    await writer.abandon()
    await subject.store().delete(key)
    assert.equal(await subject.store().digestOfMarked(key, 'sha256', mark, 0), undefined)
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
    assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
    assert.deepEqual(await subject.store().digest(key, 'sha256'), { digest: sealed.digest, size: 100 })
  })

  it('many small pieces are one blob', async () => {
    const key = newKey()
    const bytes = patternOf(20_000)
    const sealed = await write(create(key), bytes, 7)
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
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
    assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
  })

  it('a writer that rests between calls, wherever, makes the same blob, and forgets and goes on as one that does not', async () => {
    const key = newKey()
    const bytes = patternOf(2 * checksumBlock + 4097)
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
    assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
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
      assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
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
    const left = () => subject.store().digestOfMarked(key, 'sha256', mark, 0)
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
    await subject.store().delete(key)
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
    assert.deepEqual(await subject.store().digest(key, 'sha256'), { digest: sealed.digest, size: 10 })
  })

  it('many writers at once do not mix', async () => {
    const writes = Array.from({ length: 24 }, async (_, index) => {
      const key = newKey()
      const bytes = patternOf(50_000 * index + 13, index)
      const sealed = await write(create(key), bytes, 64_000 + index)
      assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
      assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
    })
    await Promise.all(writes)
  })

  it('an upload goes on where an earlier process left it', async () => {
    const key = newKey()
    const bytes = patternOf(2 * checksumBlock + 50)
    const first = create(key)
    await first.append(bytes.subarray(0, checksumBlock + 20))
    const mark = await first.mark()
    await first.append(patternOf(500, 9))
    await first.mark()
    await subject.reopen()
    const writer = await resume(key, mark)
    assert.deepEqual([writer.size, writer.marked], [checksumBlock + 20, checksumBlock + 20])
    await writer.append(bytes.subarray(checksumBlock + 20))
    await writer.mark()
    const sealed = await writer.seal('sha256')
    assert.equal(sealed.digest, `sha256:${hexOf(bytes)}`)
    assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
  })

  it('a resumed writer may be sealed at once, and rolls back to what it resumed', async () => {
    const key = newKey()
    const first = create(key)
    await first.append(patternOf(1000))
    const mark = await first.mark()
    await subject.reopen()
    const writer = await resume(key, mark)
    await writer.append(patternOf(10, 5))
    await writer.rollback()
    const sealed = await writer.seal('sha256')
    assert.deepEqual([sealed.digest, sealed.size], [`sha256:${hexOf(patternOf(1000))}`, 1000])
    assert.ok((await readAll(subject.store(), key, sealed)).equals(patternOf(1000)))
  })

  it('a resumed writer may be asked for the other algorithm, and marks as the first one did', async () => {
    const key = newKey()
    const bytes = patternOf(checksumBlock + 7)
    const first = create(key)
    await first.append(bytes)
    const mark = await first.mark()
    await subject.reopen()
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
    assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
  })

  it('a key that never got its bytes is resumed with none', async () => {
    const writer = await subject.store().resume(newKey(), 'sha512', nothingMarked)
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
      assert.ok((await readAll(subject.store(), key, sealed)).equals(bytes))
    })
}
