import type { Seat } from './seat.ts'
import { hashOf, powerOfTwoFrom } from './shared-words.ts'
import { releaseRows, type RowsMemory, rowsMemory, SharedRows } from './shared-rows.ts'

/** How many there are of each name, as several threads count them. */
export interface CountsMemory extends RowsMemory {
  /** Of the rows; the first half and the second one are alike. */
  readonly half: number
  readonly seed: number
}

/** @param most names that are counted at once; with more of them a count may be too high */
export function countsMemory(most: number, { columns, seed }: { columns: number; seed: number }): CountsMemory {
  const half = powerOfTwoFrom(Math.min(Math.max(most * 4, 1024), 65_536))
  return { ...rowsMemory(2 * half, columns), half, seed }
}

/**
 * Counts by name that several threads share and none locks. A name has two rows, chosen by its hash, and each thread its own
 * column in them: the lesser of both sums is the count. It is never too low, and too high only while others have
 * both rows. A thread that died takes nothing with it: its column is set to zero.
 */
export class SharedCounts {
  readonly #rows: SharedRows
  readonly #half: number
  readonly #seed: number

  constructor(memory: CountsMemory, { column }: Pick<Seat, 'column'>) {
    this.#rows = new SharedRows(memory, column)
    this.#half = memory.half
    this.#seed = memory.seed
  }

  /** Never 0, so that a 0 may stand for nobody. */
  hash(name: string): number {
    return hashOf(name, this.#seed) || 1
  }

  add(hash: number, by: 1 | -1): void {
    this.#rows.add(this.#first(hash), by)
    this.#rows.add(this.#second(hash), by)
  }

  of(hash: number): number {
    return Math.min(this.#rows.sum(this.#first(hash)), this.#rows.sum(this.#second(hash)))
  }

  /** What one thread has of it. */
  ofColumn(hash: number, column: number): number {
    return Math.min(this.#rows.of(this.#first(hash), column), this.#rows.of(this.#second(hash), column))
  }

  #first(hash: number): number {
    return hash & (this.#half - 1)
  }

  #second(hash: number): number {
    return this.#half + ((Math.imul(hash, 0x9e3779b1) >>> 7) & (this.#half - 1))
  }
}

/** What a thread that died had counted. */
export const releaseCounts: (memory: CountsMemory, column: number) => void = releaseRows
