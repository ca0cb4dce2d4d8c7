import { randomUUID } from 'node:crypto'
import { checksumBlock } from '#ports/blob-store.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import type { BlockSums } from './block-sums.ts'
import { checkedBlocks } from './checked-bytes.ts'
import type { ObjectClient } from './object-client.ts'
import type { Holder, PartBuffer, PartPool } from './part-pool.ts'

/** An object that has what lies behind the parts. */
export interface Tail {
  name: string
  length: number
}

/** Its object's name, or what the names of all of a blob's begin with. */
export const tailOf = (blob: string, tail = ''): string => `${blob}.tail.${tail}`

export interface OpenPartSide {
  client: ObjectClient
  pool: PartPool
  /** In milliseconds: so long a writer waits for a buffer. */
  patience: number
  failpoint: Failpoint
}

/** So many times as many bytes may have to come back, and to go again, for what came behind them. */
const worth = 32
const behind = { least: 32 * 1024, most: 256 * 1024 }

/**
 * What lies behind the parts that were cut: in a buffer, in an object of its own, or in both. Where it was put away, and its client sends little by
 * little, what comes is collected beside it until there is enough to bring it back for.
 */
export class OpenPart {
  readonly #side: OpenPartSide
  /** The blob's object. */
  readonly #name: string
  readonly #holder: Holder
  readonly #signal: AbortSignal
  #buffer: PartBuffer | undefined
  /** What came while the rest was away. */
  #behind: PartBuffer | undefined
  tail: Tail | undefined
  /** Objects that were made, or inherited, and are there still. */
  readonly #made = new Set<string>()

  constructor(side: OpenPartSide, name: string, { holder, signal, tail }: { holder: Holder; signal: AbortSignal; tail: Tail | undefined }) {
    this.#side = side
    this.#name = name
    this.#holder = holder
    this.#signal = signal
    this.tail = tail
    if (tail) this.#made.add(this.nameOf(tail))
  }

  get isFull(): boolean {
    return this.#buffer !== undefined && this.#buffer.length === this.#buffer.most
  }

  get bytes(): Uint8Array {
    return contentOf(this.#buffer)
  }

  get isInMemory(): boolean {
    return this.#buffer !== undefined
  }

  get behind(): Uint8Array {
    return contentOf(this.#behind)
  }

  nameOf({ name }: Tail): string {
    return tailOf(this.#name, name)
  }

  /** What is no longer needed when only these are; told once. */
  allBut(...needed: (Tail | undefined)[]): string[] {
    const kept = new Set(needed.map((tail) => tail && this.nameOf(tail)))
    const others = [...this.#made].filter((name) => !kept.has(name))
    for (const name of others) this.#made.delete(name)
    return others
  }

  /** Takes them where what they belong behind is away, and they are few beside it. */
  collects(bytes: Uint8Array): boolean {
    if (this.#buffer || !this.tail) return false
    const most = Math.ceil(Math.min(behind.most, Math.max(behind.least, this.tail.length / worth)))
    if (!this.#behind && bytes.length <= most) this.#behind = this.#side.pool.takeAside(most)
    if (!this.#behind || this.#behind.length + bytes.length > this.#behind.most) return false
    this.#behind.bytes.set(bytes, this.#behind.length)
    this.#behind.length += bytes.length
    return true
  }

  /** Gives what was collected to who puts it where it belongs. */
  async takeBehind(add: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const buffer = this.#behind
    if (!buffer) return
    this.#behind = undefined
    try {
      await add(contentOf(buffer))
    } finally {
      this.#side.pool.give(buffer)
    }
  }

  dropBehind(): void {
    if (this.#behind) this.#side.pool.give(this.#behind)
    this.#behind = undefined
  }

  /** Takes as many of the bytes as the part has room for, and says how many. @param most of this part */
  async fill(bytes: Uint8Array, most: number): Promise<number> {
    const { pool } = this.#side
    const buffer = await this.#open(most)
    const length = Math.min(buffer.most - buffer.length, bytes.length)
    await pool.grow(buffer, length, this.#holder, this.#signal)
    buffer.bytes.set(bytes.subarray(0, length), buffer.length)
    buffer.length += length
    pool.touch(this.#holder)
    return length
  }

  /** The buffer, which is another's from now on. */
  take(): PartBuffer | undefined {
    const buffer = this.#buffer
    this.#buffer = undefined
    this.tail = undefined
    return buffer
  }

  /** Comes back into memory. @param from where it begins in the blob, and whose sums all of it fits */
  async load(from: number, most: number, sums: BlockSums): Promise<void> {
    const length = sums.size - from
    if (this.#buffer || length === 0) return
    const { pool, client } = this.#side
    const buffer = await this.#open(most)
    try {
      await pool.grow(buffer, length, this.#holder, this.#signal)
      const name = this.tail && this.nameOf(this.tail)
      const opened = name === undefined ? undefined : await client.get(name, { from: 0, to: length })
      // It was sealed before, and the row does not know of it: then all of it lies under the key.
      const blocks =
        name !== undefined && opened
          ? checkedBlocks(client, { key: name, from: 0, to: length, opened }, (block) => sums.of(block + from / checksumBlock))
          : checkedBlocks(client, { key: this.#name, from, to: sums.size }, (block) => sums.of(block))
      for await (const block of blocks) {
        buffer.bytes.set(block, buffer.length)
        buffer.length += block.length
      }
    } catch (error) {
      this.drop()
      throw error
    }
  }

  /** Becomes an object; the one that has it already is that. Undefined where there is nothing. */
  async store(): Promise<Tail | undefined> {
    const length = this.#buffer?.length ?? this.tail?.length ?? 0
    if (length === 0 || this.tail?.length === length) return length === 0 ? undefined : this.tail
    const tail = { name: randomUUID(), length }
    this.#made.add(this.nameOf(tail))
    await this.#side.client.put(this.nameOf(tail), this.bytes, undefined, this.#signal)
    this.#side.failpoint('bucket.tail.after-put')
    this.tail = tail
    return tail
  }

  /** As it was at a mark. @param isSamePart what is in memory begins where it did then */
  rollback(length: number, tail: Tail | undefined, isSamePart: boolean): void {
    if (this.#buffer && isSamePart && this.#buffer.length >= length) this.#buffer.length = length
    else this.drop()
    this.tail = tail
  }

  drop(): void {
    if (this.#buffer) this.#side.pool.give(this.#buffer)
    this.#buffer = undefined
    this.#side.pool.leave(this.#holder)
  }

  async #open(most: number): Promise<PartBuffer> {
    const { pool, patience } = this.#side
    this.#buffer ??= await pool.take(most, this.#holder, this.#signal, patience)
    return this.#buffer
  }
}

const contentOf = (buffer: PartBuffer | undefined): Uint8Array => buffer?.bytes.subarray(0, buffer.length) ?? new Uint8Array()
