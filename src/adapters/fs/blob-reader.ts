import { close, closeSync, open, openSync, read, statSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { type BlobReader, checksumBlock, CorruptBlob } from '#ports/blob-store.ts'
import type { KeptBodies } from './kept-bodies.ts'
import type { QuickReads } from './quick-reads.ts'
import type { ReadBuffers } from './read-buffers.ts'
import { statOfFile, toRead } from './stored-file.ts'
import type { LatelySummed, SummedBlocks } from './summed-blocks.ts'

/** What all readers of a store have in common. */
export interface ReadSide {
  summed: SummedBlocks
  quick: QuickReads
  bodies: KeptBodies
  buffers: ReadBuffers
}

interface Sealed {
  key: string
  size: number
  checksums: Uint8Array
}

/** Opens a sealed file. Fails as the file system does. */
export async function openSealed(path: string, sealed: Sealed, side: ReadSide): Promise<BlobReader> {
  const { quick, summed, bodies } = side
  const known = summed.known(sealed.key)
  if (!known || quick.rests) return readerOf(await openAside(path), sealed, side)
  const body = known.hasAll && bodies.of(known)
  if (
    body &&
    summed.of(
      sealed.key,
      quick.try(() => statSync(path, { bigint: true })),
    ) === known
  )
    return readerOfBody(body, quick)
  const descriptor = quick.try(() => openSync(path, toRead))
  return readerOf(descriptor, sealed, side)
}

function readerOf(descriptor: number, sealed: Sealed, side: ReadSide): BlobReader {
  try {
    return new FsBlobReader(descriptor, sealed, side)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

const readerOfBody = (body: Buffer, quick: QuickReads): BlobReader => ({
  size: body.length,
  read: async (start, end, take) => {
    await quick.turn(blocksOf(body.length))
    await take(body.subarray(start, end + 1))
  },
  close: async () => {},
})

const blocksOf = (size: number): number => Math.ceil(size / checksumBlock)

/**
 * A sealed file, read in blocks. A block is compared with its checksum before it is given, unless that was done lately
 * (summed-blocks.ts); then it likely lies in memory and is read in this thread (quick-reads.ts).
 */
class FsBlobReader implements BlobReader {
  readonly size: number
  readonly #key: string
  readonly #checksums: DataView
  readonly #side: ReadSide
  readonly #summed: LatelySummed
  #descriptor: number

  constructor(descriptor: number, { key, size, checksums }: Sealed, side: ReadSide) {
    this.#descriptor = descriptor
    this.#key = key
    this.size = size
    this.#checksums = new DataView(checksums.buffer, checksums.byteOffset, checksums.byteLength)
    this.#side = side
    this.#summed = side.summed.of(key, statOfFile(descriptor))
  }

  async read(start: number, end: number, take: (piece: Uint8Array) => Promise<boolean>): Promise<void> {
    if (this.size === 0) return
    const { buffers, quick } = this.#side
    const body = end - start + 1 === this.size && this.#readBody()
    if (body) {
      await quick.turn(blocksOf(body.length))
      await take(body)
      return
    }
    /** One goes out while the other one is read into, where that is worth a second one. */
    const lent: [Buffer?, Buffer?] = []
    const lend = (place: 0 | 1): Buffer => (lent[place] ??= buffers.take(Math.min(this.size, checksumBlock)))
    let out: 0 | 1 = 0
    let given: Promise<boolean> = Promise.resolve(true)
    let coming: Promise<Uint8Array> | undefined
    try {
      for (let block = Math.floor(start / checksumBlock); block * checksumBlock <= end; block++) {
        const part = { from: Math.max(start, block * checksumBlock), to: Math.min(end + 1, (block + 1) * checksumBlock) }
        if (this.#summed.has(block) && !quick.rests) {
          if (!(await given)) return
          await quick.turn()
          given = take(this.#readHere(part, lend(out)) ?? (await this.#readAside(block, part, lend(out))))
        } else {
          coming = this.#readAside(block, part, lend(out === 0 ? 1 : 0))
          const [wantsMore, piece] = await Promise.all([given, coming])
          if (!wantsMore) return
          out = out === 0 ? 1 : 0
          given = take(piece)
        }
      }
      await given
    } finally {
      // What is still under way has the buffers.
      await Promise.allSettled([given, coming])
      for (const buffer of lent) if (buffer) buffers.give(buffer)
    }
  }

  async close(): Promise<void> {
    const { quick, summed } = this.#side
    const descriptor = this.#descriptor
    this.#descriptor = -1
    if (descriptor < 0) return
    if (summed.known(this.#key) && !quick.rests) quick.try(() => closeSync(descriptor))
    else await new Promise((resolve) => close(descriptor, resolve))
  }

  /** All of a small file that was summed lately; kept from here on. */
  #readBody(): Buffer | undefined {
    const { bodies, quick } = this.#side
    if (!this.#summed.hasAll || quick.rests || !bodies.admits(this.size)) return undefined
    const body = this.#readHere({ from: 0, to: this.size }, Buffer.allocUnsafeSlow(this.size))
    if (body) bodies.keep(this.#summed, body)
    return body
  }

  /** Undefined where the file ends too early. */
  #readHere({ from, to }: Part, buffer: Buffer): Buffer | undefined {
    const bytes = buffer.subarray(0, to - from)
    return this.#side.quick.read(this.#descriptor, bytes, from) === bytes.length ? bytes : undefined
  }

  async #readAside(block: number, { from, to }: Part, buffer: Buffer): Promise<Uint8Array> {
    const first = block * checksumBlock
    const bytes = buffer.subarray(0, Math.min(checksumBlock, this.size - first))
    // A second reading tells a flaw of the disk from one of the way.
    for (let tries = 0; tries < 2; tries++)
      if ((await this.#fill(bytes, first)) && this.#isRight(block, bytes)) return bytes.subarray(from - first, to - first)
    this.#summed.forget()
    throw new CorruptBlob(this.#key)
  }

  #isRight(block: number, bytes: Buffer): boolean {
    if (this.#summed.has(block)) return true
    const isRight = block * 4 + 4 <= this.#checksums.byteLength && crc32(bytes) === this.#checksums.getUint32(block * 4)
    if (isRight) this.#summed.add(block)
    return isRight
  }

  async #fill(bytes: Buffer, position: number): Promise<boolean> {
    for (let done = 0; done < bytes.length; ) {
      const got = await new Promise<number>((resolve, reject) =>
        read(this.#descriptor, bytes, done, bytes.length - done, position + done, (error, count) =>
          error ? reject(error) : resolve(count),
        ),
      )
      if (got === 0) return false
      done += got
    }
    return true
  }
}

/** Of the file, up to and without `to`. */
interface Part {
  from: number
  to: number
}

const openAside = (path: string): Promise<number> =>
  new Promise((resolve, reject) => open(path, toRead, (error, descriptor) => (error ? reject(error) : resolve(descriptor))))
