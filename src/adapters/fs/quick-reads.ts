import { readSync } from 'node:fs'
import type { Clock } from '#ports/clock.ts'

/** A block that the system has in memory is read within this many milliseconds; what takes longer came from the disk. */
const quick = 0.25
/** So many times as long as one took that came from the disk, none is tried: waiting for disks takes a hundredth of the time at most. */
const restFor = 100
/** In one turn of the event loop, whoever reads them. */
const blocksInATurn = 4

/**
 * Reads in the serving thread, for what lies in the page cache: a hop to another thread costs as much as reading a
 * block does. Nobody else is served while it reads, so it gives way after some blocks, and rests after it had to wait.
 */
export class QuickReads {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #waiting: (() => void)[] = []
  #left = blocksInATurn
  #turning = false
  #restUntil = 0
  #wasSlow = false

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock
  }

  get rests(): boolean {
    return this.#clock.elapsed() < this.#restUntil
  }

  /** Does something that is quick where the system has all of it in memory. */
  try<Result>(work: () => Result): Result {
    const begun = this.#clock.elapsed()
    const result = work()
    const took = this.#clock.elapsed() - begun
    // One alone may have stood while another thread had the core; what comes from a disk is slow again.
    if (took > quick && this.#wasSlow) this.#restUntil = begun + took * restFor
    this.#wasSlow = took > quick
    return result
  }

  /** Bytes that were read; fewer than were wanted where the file ends. */
  read(descriptor: number, bytes: Uint8Array, position: number): number {
    return this.try(() => readSync(descriptor, bytes, 0, bytes.length, position))
  }

  /** A place in this turn of the loop, for so many blocks: undefined when there is one at once. */
  turn(blocks = 1): Promise<void> | undefined {
    this.#turnLater()
    if (this.#left > 0 && this.#waiting.length === 0) {
      this.#left -= blocks
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #turnLater(): void {
    if (this.#turning) return
    this.#turning = true
    setImmediate(() => {
      this.#turning = false
      this.#left = blocksInATurn
      for (const go of this.#waiting.splice(0, blocksInATurn)) {
        this.#left--
        go()
      }
      if (this.#waiting.length > 0) this.#turnLater()
    })
  }
}
