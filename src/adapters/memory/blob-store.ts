import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { type BlobReader, type BlobStore, type BlobWriter, checksumBlock, CorruptBlob, type SealedBlob } from '#ports/blob-store.ts'

/** The blob store's contract without a disk, for tests of what stands on it. `objects` is open so that a test can damage one. */
export interface MemoryBlobStore extends BlobStore {
  readonly objects: Map<string, Uint8Array>
}

export function openMemoryBlobStore(): MemoryBlobStore {
  const objects = new Map<string, Uint8Array>()
  return {
    objects,
    create(key) {
      if (objects.has(key)) return new MemoryBlobWriter(objects, key, new Error('the key was used before'))
      objects.set(key, new Uint8Array())
      return new MemoryBlobWriter(objects, key)
    },
    resume: async (key, _algorithm, size) => {
      objects.set(key, (objects.get(key) ?? new Uint8Array()).slice(0, size))
      return new MemoryBlobWriter(objects, key)
    },
    open: async (key, size, checksums) => {
      const bytes = objects.get(key)
      return bytes && readerOf(key, bytes, size, checksums)
    },
    digest: async (key, algorithm, from = 0) => {
      const bytes = objects.get(key)?.subarray(from)
      return bytes && { digest: digestOfBytes(bytes, algorithm), size: bytes.length }
    },
    delete: async (key) => {
      objects.delete(key)
    },
    async *keys() {
      yield* objects.keys()
    },
    space: async () => ({ free: 2 ** 40, total: 2 ** 40 }),
    close: async () => {},
  }
}

const digestOfBytes = (bytes: Uint8Array, algorithm: Algorithm): Digest =>
  digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'))

function checksumsOf(bytes: Uint8Array): Uint8Array {
  const checksums = new Uint8Array(Math.ceil(bytes.length / checksumBlock) * 4)
  const view = new DataView(checksums.buffer)
  for (let block = 0; block * checksumBlock < bytes.length; block++)
    view.setUint32(block * 4, crc32(bytes.subarray(block * checksumBlock, (block + 1) * checksumBlock)))
  return checksums
}

function readerOf(key: string, bytes: Uint8Array, size: number, checksums: Uint8Array): BlobReader {
  return {
    size,
    async read(start, end, take) {
      const expected = new DataView(checksums.buffer, checksums.byteOffset, checksums.byteLength)
      for (let block = Math.floor(start / checksumBlock); block * checksumBlock <= end && size > 0; block++) {
        const first = block * checksumBlock
        const piece = bytes.subarray(first, Math.min(first + checksumBlock, size))
        const known = block * 4 + 4 <= expected.byteLength
        if (!known || piece.length !== Math.min(checksumBlock, size - first) || crc32(piece) !== expected.getUint32(block * 4))
          throw new CorruptBlob(key)
        if (!(await take(piece.subarray(Math.max(0, start - first), Math.min(piece.length, end + 1 - first))))) return
      }
    },
    close: async () => {},
  }
}

const closed = () => new Error('the writer is closed')

class MemoryBlobWriter implements BlobWriter {
  readonly #objects: Map<string, Uint8Array>
  readonly #key: string
  /** The key was taken, or the writer is closed. */
  #failure: Error | undefined
  size: number
  marked: number

  constructor(objects: Map<string, Uint8Array>, key: string, failure?: Error) {
    this.#objects = objects
    this.#key = key
    this.#failure = failure
    this.size = objects.get(key)?.length ?? 0
    this.marked = this.size
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    this.#objects.set(this.#key, Buffer.concat([this.#bytes(), bytes]))
    this.size += bytes.length
  }

  async mark(): Promise<number> {
    if (this.#failure) throw this.#failure
    this.marked = this.size
    return this.marked
  }

  async rollback(): Promise<void> {
    if (this.#failure) throw this.#failure
    this.size = this.marked
    this.#objects.set(this.#key, this.#bytes().slice(0, this.size))
  }

  async seal(algorithm: Algorithm): Promise<SealedBlob> {
    if (this.#failure) throw this.#failure
    this.#failure = closed()
    const bytes = this.#bytes()
    return { digest: digestOfBytes(bytes, algorithm), size: bytes.length, checksums: checksumsOf(bytes) }
  }

  async rest(): Promise<void> {
    if (this.#failure) throw this.#failure
  }

  async abandon(): Promise<void> {
    this.#failure ??= closed()
  }

  #bytes(): Uint8Array {
    return this.#objects.get(this.#key) ?? new Uint8Array()
  }
}
