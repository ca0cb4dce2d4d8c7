import { type BlobReader, checksumBlock, CorruptBlob } from '#ports/blob-store.ts'
import { checkedBlocks, type Opened } from './checked-bytes.ts'
import type { ObjectClient } from './object-client.ts'

interface Sealed {
  key: string
  size: number
  checksums: Uint8Array
}

/** Undefined where there is no object. */
export async function openSealed(client: ObjectClient, name: string, sealed: Sealed): Promise<BlobReader | undefined> {
  if (sealed.size === 0) return (await client.head(name)) && new BucketBlobReader(client, name, sealed, undefined)
  // Asked for whole at once: what is read from somewhere in its middle is asked for again, and that is rare.
  const found = await client.get(name, { from: 0, to: sealed.size })
  found?.body.on('error', () => {})
  return found && new BucketBlobReader(client, name, sealed, found)
}

/** A sealed object, read as it comes. */
class BucketBlobReader implements BlobReader {
  readonly size: number
  readonly #client: ObjectClient
  readonly #name: string
  readonly #key: string
  readonly #checksums: DataView
  #opened: Opened | undefined

  constructor(client: ObjectClient, name: string, { key, size, checksums }: Sealed, opened: Opened | undefined) {
    this.#client = client
    this.#name = name
    this.#key = key
    this.size = size
    this.#checksums = new DataView(checksums.buffer, checksums.byteOffset, checksums.byteLength)
    this.#opened = opened
  }

  async read(start: number, end: number, take: (piece: Uint8Array) => Promise<boolean>): Promise<void> {
    if (this.size === 0) return
    const first = Math.floor(start / checksumBlock)
    const opened = first === 0 ? this.#opened : undefined
    if (!opened) this.#opened?.body.destroy()
    this.#opened = undefined
    let at = first * checksumBlock
    const to = Math.min(this.size, (Math.floor(end / checksumBlock) + 1) * checksumBlock)
    try {
      for await (const block of checkedBlocks(this.#client, { key: this.#name, from: at, to, opened }, (each) => this.#sumOf(each))) {
        const piece = block.subarray(Math.max(0, start - at), Math.min(block.length, end + 1 - at))
        at += block.length
        if (!(await take(piece))) return
      }
    } catch (error) {
      throw error instanceof CorruptBlob ? new CorruptBlob(this.#key) : error
    }
  }

  async close(): Promise<void> {
    this.#opened?.body.destroy()
    this.#opened = undefined
  }

  #sumOf(block: number): number {
    if (block * 4 + 4 > this.#checksums.byteLength) throw new CorruptBlob(this.#key)
    return this.#checksums.getUint32(block * 4)
  }
}
