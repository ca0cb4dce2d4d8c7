import type { BigIntStats } from 'node:fs'
import type { Clock } from '#ports/clock.ts'
import { checksumBlock } from '#ports/blob-store.ts'

/** So many seconds a block that was compared with its checksum is believed to be as it was. */
const believedFor = 60 * 60
/** Of a thread: 2,000,000 blocks (half a TiB). */
const mostBytes = 8 * 1024 * 1024
/** Of a thread: small files take more by their number than by their blocks. */
const mostFiles = 4000
const bytesPerBlock = Uint32Array.BYTES_PER_ELEMENT
/** A file's key, state and objects, as measured. */
const overhead = 512

export const bytesFor = (blocks: number): number => overhead + blocks * bytesPerBlock

type Elapsed = Pick<Clock, 'elapsed'>

/** What a file is known by. Whoever writes to it by the file system changes one of these. */
type State = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>

const isSame = (one: State, other: State): boolean =>
  one.ino === other.ino &&
  one.ctimeNs === other.ctimeNs &&
  one.mtimeNs === other.mtimeNs &&
  one.size === other.size &&
  one.dev === other.dev

/** Which blocks of a file were summed lately, as long as it has one state. */
export class LatelySummed {
  readonly state: State
  readonly #clock: Elapsed
  /** When each was summed, in seconds of `elapsed` begun at one; zero of a block that was not. */
  readonly #seconds: Uint32Array

  constructor(clock: Elapsed, state: State) {
    this.#clock = clock
    // Not the whole of what the system told, which takes a KiB.
    const { dev, ino, size, mtimeNs, ctimeNs } = state
    this.state = { dev, ino, size, mtimeNs, ctimeNs }
    this.#seconds = new Uint32Array(Math.ceil(Number(state.size) / checksumBlock))
  }

  get bytes(): number {
    return bytesFor(this.#seconds.length)
  }

  has(block: number): boolean {
    const at = this.#seconds[block] ?? 0
    return at > 0 && this.#now() - at < believedFor
  }

  get hasAll(): boolean {
    return this.#seconds.every((_, block) => this.has(block))
  }

  add(block: number): void {
    this.#seconds[block] = this.#now()
  }

  /** One of them was found wrong: none is believed, whoever reads. */
  forget(): void {
    this.#seconds.fill(0)
  }

  #now(): number {
    return Math.floor(this.#clock.elapsed() / 1000) + 1
  }
}

/**
 * Which blocks this thread has compared with their checksums lately, and found right. Such a block is sent without being
 * summed again until an hour is over, its file has another state, or newer ones need the room.
 */
export class SummedBlocks {
  readonly #clock: Elapsed
  readonly #most: number
  readonly #mostFiles: number
  /** By key; those that were asked for last are last. */
  readonly #files = new Map<string, LatelySummed>()
  #bytes = 0

  constructor(clock: Elapsed, most = mostBytes, files = mostFiles) {
    this.#clock = clock
    this.#most = most
    this.#mostFiles = files
  }

  /** Defined: it was read lately, so the system likely has it in memory. Whether it is still the same file, `of` tells. */
  known(key: string): LatelySummed | undefined {
    return this.#files.get(key)
  }

  of(key: string, state: State): LatelySummed {
    const before = this.#files.get(key)
    this.forget(key)
    const file = before && isSame(before.state, state) ? before : new LatelySummed(this.#clock, state)
    if (file.bytes > this.#most) return file
    this.#files.set(key, file)
    this.#bytes += file.bytes
    this.#makeRoom()
    return file
  }

  forget(key: string): void {
    this.#bytes -= this.#files.get(key)?.bytes ?? 0
    this.#files.delete(key)
  }

  #makeRoom(): void {
    for (const key of this.#files.keys()) {
      if (this.#bytes <= this.#most && this.#files.size <= this.#mostFiles) return
      this.forget(key)
    }
  }
}
