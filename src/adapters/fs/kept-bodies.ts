import { largestPiece } from '#ports/blob-store.ts'
import type { LatelySummed } from './summed-blocks.ts'

const mostCredit = 4
/** Where there is no room, so many are refused before one is weighed against a body that is kept. */
const refusedBetween = 7

interface Kept {
  body: Buffer
  /** What the body has been asked for lately: more with each time, less whenever another one is weighed against it. */
  credit: number
}

/**
 * Small files that were read more than once, whole. A body is believed as long as all its blocks are (summed-blocks.ts): of a file that
 * has another state, or after an hour, it is asked for no more.
 *
 * What is asked for stays. Were the last one always kept, more files than there is room for would drive one another out: each
 * read into fresh memory, none found again, and what they leave is not free before V8 collects it.
 */
export class KeptBodies {
  /** The next to be weighed is first. */
  readonly #bodies = new Map<LatelySummed, Kept>()
  readonly #most: number
  #bytes = 0
  #refused = 0

  /** @param most bytes */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * Whether a file that is asked for again is to be kept. Larger ones gain nothing: a block that is read into the same memory again and
   * again stays in the processor's cache, a body does not.
   */
  admits(size: number): boolean {
    return size <= largestPiece && (this.#bytes + size <= this.#most || this.#isWeightier())
  }

  of(file: LatelySummed): Buffer | undefined {
    const kept = this.#bodies.get(file)
    if (kept) kept.credit = Math.min(mostCredit, kept.credit + 1)
    return kept?.body
  }

  keep(file: LatelySummed, body: Buffer): void {
    this.#drop(file)
    this.#bodies.set(file, { body, credit: 1 })
    this.#bytes += body.length
    for (const first of this.#bodies.keys()) {
      if (this.#bytes <= this.#most) return
      this.#drop(first)
    }
  }

  /** Of those for whom there is no room every eighth is weighed: against a body that nobody has asked for lately, it is kept. */
  #isWeightier(): boolean {
    if (this.#refused++ < refusedBetween) return false
    this.#refused = 0
    for (const [file, kept] of this.#bodies) {
      if (kept.credit === 0) return true
      kept.credit--
      this.#bodies.delete(file)
      this.#bodies.set(file, kept)
      return false
    }
    return true
  }

  #drop(file: LatelySummed): void {
    this.#bytes -= this.#bodies.get(file)?.body.length ?? 0
    this.#bodies.delete(file)
  }
}
