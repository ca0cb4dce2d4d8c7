import { close, read } from 'node:fs'
import { crc32 } from 'node:zlib'
import { type BlobReader, checksumBlock, CorruptBlob } from '#ports/blob-store.ts'

const keptBuffers = 64
const buffers: Buffer[] = []
const takeBuffer = (): Buffer => buffers.pop() ?? Buffer.allocUnsafeSlow(checksumBlock)
const giveBuffer = (buffer: Buffer): void => {
  if (buffer.length === checksumBlock && buffers.length < keptBuffers) buffers.push(buffer)
}

/** A sealed file, read in whole blocks, each checked before it is given. */
export class FsBlobReader implements BlobReader {
  readonly size: number
  readonly #key: string
  readonly #checksums: DataView
  #descriptor: number

  constructor(key: string, descriptor: number, size: number, checksums: Uint8Array) {
    this.#key = key
    this.#descriptor = descriptor
    this.size = size
    this.#checksums = new DataView(checksums.buffer, checksums.byteOffset, checksums.byteLength)
  }

  async read(start: number, end: number, take: (piece: Uint8Array) => Promise<boolean>): Promise<void> {
    if (this.size === 0) return
    // One buffer serves the whole answer; a small blob gets one of its own size.
    const buffer = this.size < checksumBlock / 2 ? Buffer.allocUnsafe(this.size) : takeBuffer()
    try {
      for (let block = Math.floor(start / checksumBlock); block * checksumBlock <= end; block++) {
        const first = block * checksumBlock
        const bytes = await this.#block(buffer, block)
        const piece = bytes.subarray(Math.max(0, start - first), Math.min(bytes.length, end + 1 - first))
        if (!(await take(piece))) return
      }
    } finally {
      giveBuffer(buffer)
    }
  }

  close(): Promise<void> {
    const descriptor = this.#descriptor
    this.#descriptor = -1
    return new Promise((resolve) => (descriptor < 0 ? resolve() : close(descriptor, () => resolve())))
  }

  async #block(buffer: Buffer, block: number): Promise<Buffer> {
    const first = block * checksumBlock
    const bytes = buffer.subarray(0, Math.min(checksumBlock, this.size - first))
    // A second reading tells a flaw of the disk from one of the way.
    for (let tries = 0; tries < 2; tries++) {
      if ((await this.#fill(bytes, first)) && block * 4 + 4 <= this.#checksums.byteLength)
        if (crc32(bytes) === this.#checksums.getUint32(block * 4)) return bytes
    }
    throw new CorruptBlob(this.#key)
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
