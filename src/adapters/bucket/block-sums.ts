import { crc32 } from 'node:zlib'
import { checksumBlock } from '#ports/blob-store.ts'

/** How far the sums were at a mark. */
export interface SumsMark {
  size: number
  open: number
}

/** CRC-32 of each block of what came so far. */
export class BlockSums {
  #full: Uint32Array
  #count: number
  #open: number
  size: number

  constructor(size = 0, full: Uint32Array = new Uint32Array(0), open = 0) {
    this.size = size
    this.#full = full
    this.#count = full.length
    this.#open = open
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(checksumBlock - (this.size % checksumBlock), bytes.length - at)
      this.#open = crc32(bytes.subarray(at, at + length), this.#open)
      this.size += length
      at += length
      if (this.size % checksumBlock === 0) this.#close()
    }
  }

  mark(): SumsMark {
    return { size: this.size, open: this.#open }
  }

  rollback({ size, open }: SumsMark): void {
    this.size = size
    this.#open = open
    this.#count = Math.floor(size / checksumBlock)
  }

  /** Of the full blocks, and of the open one. */
  get full(): Uint32Array {
    return this.#full.slice(0, this.#count)
  }

  get open(): number {
    return this.#open
  }

  /** Undefined of a block that is not there. */
  of(block: number): number | undefined {
    if (block < this.#count) return this.#full[block]
    return block === this.#count && this.size % checksumBlock > 0 ? this.#open : undefined
  }

  /** As a sealed blob has them. */
  get all(): Uint8Array {
    const isWhole = this.size % checksumBlock === 0
    const sums = Buffer.alloc((this.#count + (isWhole ? 0 : 1)) * 4)
    for (let block = 0; block < this.#count; block++) sums.writeUInt32BE(this.#full[block] ?? 0, block * 4)
    if (!isWhole) sums.writeUInt32BE(this.#open, this.#count * 4)
    return sums
  }

  #close(): void {
    if (this.#count === this.#full.length) {
      const more = new Uint32Array(Math.max(64, this.#count * 2))
      more.set(this.#full)
      this.#full = more
    }
    this.#full[this.#count++] = this.#open
    this.#open = 0
  }
}
