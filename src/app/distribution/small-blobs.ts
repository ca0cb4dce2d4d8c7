import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { type BlobReader, type BlobWriter, CorruptBlob, type Mark, type SealedBlob } from '#ports/blob-store.ts'

/**
 * A config, a signature or a Helm config has a few hundred bytes. Such a blob lies in its object's row: one commit makes
 * it durable, no file is made, synced, opened or deleted for it. Larger ones, and all that come in pieces, are files.
 */
export class SmallBlobWriter implements BlobWriter {
  readonly marked = 0
  readonly #pieces: Uint8Array[] = []
  size = 0

  async append(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(Uint8Array.from(bytes))
    this.size += bytes.length
  }

  async seal(algorithm: Algorithm): Promise<SealedBlob & { bytes: Uint8Array }> {
    const bytes = Buffer.concat(this.#pieces)
    return { digest: digestOfSmall(bytes, algorithm), size: bytes.length, checksums: checksumsOf(bytes), bytes }
  }

  async rest(): Promise<void> {}

  async abandon(): Promise<void> {}

  /** It lives for one request: what is to be continued needs a file. */
  mark(): Promise<Mark> {
    throw new Error('a small blob comes in one piece')
  }

  rollback(): Promise<void> {
    throw new Error('a small blob comes in one piece')
  }
}

export const digestOfSmall = (bytes: Uint8Array, algorithm: Algorithm): Digest =>
  digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'))

/** Reads such a blob as a file is read: checked before a byte is given. */
export function readerOfSmall(key: string, bytes: Uint8Array, checksums: Uint8Array): BlobReader {
  return {
    size: bytes.length,
    async read(start, end, take) {
      if (Buffer.compare(checksumsOf(bytes), checksums) !== 0) throw new CorruptBlob(key)
      if (bytes.length > 0) await take(bytes.subarray(start, end + 1))
    },
    close: async () => {},
  }
}

function checksumsOf(bytes: Uint8Array): Uint8Array {
  const checksums = Buffer.alloc(bytes.length === 0 ? 0 : 4)
  if (bytes.length > 0) checksums.writeUInt32BE(crc32(bytes))
  return checksums
}
