import type { BigIntStats } from 'node:fs'
import type { Clock } from '#ports/clock.ts'
import { checksumBlock } from '#ports/blob-store.ts'

/** So many seconds a block that was compared with its checksum is believed to be as it was. */
const believedFor = 60 * 60
/** Blocks that are remembered, of all objects: 256 GiB of them, in 4 MiB of memory. */
const mostBlocks = 1024 * 1024

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
    this.state = state
    this.#seconds = new Uint32Array(Math.ceil(Number(state.size) / checksumBlock))
  }

  get blocks(): number {
    return this.#seconds.length
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

  #now = (): number => Math.floor(this.#clock.elapsed() / 1000) + 1
}

/**
 * Which blocks this thread has compared with their checksums lately, and found right. Such a block is sent without being
 * summed again until an hour is over, its file has another state, or newer ones need the room.
 */
export class SummedBlocks {
  readonly #clock: Elapsed
  readonly #most: number
  /** By key; those that were asked for last are last. */
  readonly #files = new Map<string, LatelySummed>()
  #blocks = 0

  constructor(clock: Elapsed, most = mostBlocks) {
    this.#clock = clock
    this.#most = most
  }

  /** Defined: it was read lately, so the system likely has it in memory. Whether it is still the same file, `of` tells. */
  known(key: string): LatelySummed | undefined {
    return this.#files.get(key)
  }

  of(key: string, state: State): LatelySummed {
    const before = this.#files.get(key)
    this.forget(key)
    const file = before && isSame(before.state, state) ? before : new LatelySummed(this.#clock, state)
    if (file.blocks > this.#most) return file
    this.#files.set(key, file)
    this.#blocks += file.blocks
    this.#makeRoom()
    return file
  }

  forget(key: string): void {
    this.#blocks -= this.#files.get(key)?.blocks ?? 0
    this.#files.delete(key)
  }

  #makeRoom(): void {
    for (const key of this.#files.keys()) {
      if (this.#blocks <= this.#most) return
      this.forget(key)
    }
  }
}
