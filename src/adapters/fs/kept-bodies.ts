import { largestPiece } from '#ports/blob-store.ts'
import type { LatelySummed } from './summed-blocks.ts'

/** Of a thread. */
const mostBytes = 16 * 1024 * 1024

/**
 * Small files that were read more than once, whole, in the order in which they were asked for. A body is believed as long
 * as all its blocks are (summed-blocks.ts): of a file that has another state, or after an hour, it is asked for no more.
 */
export class KeptBodies {
  readonly #bodies = new Map<LatelySummed, Buffer>()
  readonly #most: number
  #bytes = 0

  constructor(most = mostBytes) {
    this.#most = most
  }

  /** Larger files gain nothing: a block that is read into the same memory again and again stays in the processor's cache, a body does not. */
  isWorthKeeping(size: number): boolean {
    return size <= largestPiece
  }

  of(file: LatelySummed): Buffer | undefined {
    const body = this.#bodies.get(file)
    if (!body) return undefined
    this.#bodies.delete(file)
    this.#bodies.set(file, body)
    return body
  }

  keep(file: LatelySummed, body: Buffer): void {
    this.#drop(file)
    this.#bodies.set(file, body)
    this.#bytes += body.length
    for (const oldest of this.#bodies.keys()) {
      if (this.#bytes <= this.#most) return
      this.#drop(oldest)
    }
  }

  #drop(file: LatelySummed): void {
    this.#bytes -= this.#bodies.get(file)?.length ?? 0
    this.#bodies.delete(file)
  }
}
