import type { BigIntStats } from 'node:fs'
import type { Clock } from '#ports/clock.ts'
import { checksumBlock } from '#ports/blob-store.ts'

/** So long a block that was compared with its checksum is believed to be as it was. */
const believedFor = 60 * 60
/** Blocks that are remembered, of all objects: 256 GiB of them, in 4 MiB of memory. */
const mostBlocks = 1024 * 1024

/** What a file is known by. Whoever writes to it by the file system changes one of these. */
type State = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>

/** Of one object: which of its blocks were summed, and when. */
interface Summed {
  state: State
  /** In seconds of `elapsed`, begun at one; zero of a block that was not summed. */
  seconds: Uint32Array
}

/** The blocks of a file, as it was when it was opened. */
export interface LatelySummed {
  has(block: number): boolean
  add(block: number): void
  /** One of them was found wrong: none is believed, whoever reads. */
  forget(): void
}

const nothing: LatelySummed = { has: () => false, add: () => {}, forget: () => {} }

/**
 * Which blocks this process has compared with their checksums lately, and found right. Such a block is sent without being
 * summed again until an hour is over, its file has another state, or newer ones need the room.
 */
export class SummedBlocks {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #most: number
  /** By key; those that were asked for last are last. */
  readonly #objects = new Map<string, Summed>()
  #blocks = 0

  constructor(clock: Pick<Clock, 'elapsed'>, most = mostBlocks) {
    this.#clock = clock
    this.#most = most
  }

  /** True: what is under the key was summed and asked for lately, so the system likely has it in memory. */
  knows(key: string): boolean {
    return this.#objects.has(key)
  }

  of(key: string, state: State): LatelySummed {
    const known = this.#objects.get(key)
    this.forget(key)
    const kept = known && isSame(known.state, state) ? known : fresh(state)
    if (kept.seconds.length > this.#most) return nothing
    this.#objects.set(key, kept)
    this.#blocks += kept.seconds.length
    this.#makeRoom()
    const { seconds } = kept
    return {
      has: (block) => {
        const at = seconds[block] ?? 0
        return at > 0 && this.#now() - at < believedFor
      },
      add: (block) => {
        seconds[block] = this.#now()
      },
      forget: () => void seconds.fill(0),
    }
  }

  forget(key: string): void {
    this.#blocks -= this.#objects.get(key)?.seconds.length ?? 0
    this.#objects.delete(key)
  }

  #makeRoom(): void {
    for (const key of this.#objects.keys()) {
      if (this.#blocks <= this.#most) return
      this.forget(key)
    }
  }

  #now = (): number => Math.floor(this.#clock.elapsed() / 1000) + 1
}

const fresh = ({ dev, ino, size, mtimeNs, ctimeNs }: State): Summed => ({
  state: { dev, ino, size, mtimeNs, ctimeNs },
  seconds: new Uint32Array(Math.ceil(Number(size) / checksumBlock)),
})

const isSame = (one: State, other: State): boolean =>
  one.ino === other.ino &&
  one.ctimeNs === other.ctimeNs &&
  one.mtimeNs === other.mtimeNs &&
  one.size === other.size &&
  one.dev === other.dev
