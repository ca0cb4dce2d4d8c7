import { hashOf, powerOfTwoFrom, type Seat, sharedWords } from './seat.ts'

/** How many there are of each name, as several threads count them. */
export interface CountsMemory {
  readonly columns: number
  readonly rows: number
  readonly seed: number
  readonly words: Int32Array
}

/** @param most names that are counted at once; with more of them a count may be too high */
export function countsMemory(most: number, { columns, seed }: { columns: number; seed: number }): CountsMemory {
  const rows = powerOfTwoFrom(Math.min(Math.max(most * 4, 1024), 65_536))
  return { columns, rows, seed, words: sharedWords(2 * rows * columns) }
}

/**
 * Counts by name that several threads share and none locks. A name has two rows, chosen by its hash, and each thread its own
 * column in them: the lesser of both sums is the count. It is never too low, and too high only while others have
 * both rows. A thread that died takes nothing with it: its column is set to zero.
 */
export class SharedCounts {
  readonly #words: Int32Array
  readonly #columns: number
  readonly #column: number
  readonly #half: number
  readonly #seed: number

  constructor({ words, columns, rows, seed }: CountsMemory, { column }: Pick<Seat, 'column'>) {
    this.#words = words
    this.#columns = columns
    this.#column = column
    this.#half = rows
    this.#seed = seed
  }

  hash(name: string): number {
    return hashOf(name, this.#seed)
  }

  add(hash: number, by: 1 | -1): void {
    Atomics.add(this.#words, this.#first(hash) + this.#column, by)
    Atomics.add(this.#words, this.#second(hash) + this.#column, by)
  }

  of(hash: number): number {
    return Math.min(this.#sum(this.#first(hash)), this.#sum(this.#second(hash)))
  }

  /** What one thread has of it. */
  ofColumn(hash: number, column: number): number {
    return Math.min(Atomics.load(this.#words, this.#first(hash) + column), Atomics.load(this.#words, this.#second(hash) + column))
  }

  #first(hash: number): number {
    return (hash & (this.#half - 1)) * this.#columns
  }

  #second(hash: number): number {
    return (this.#half + ((Math.imul(hash, 0x9e3779b1) >>> 7) & (this.#half - 1))) * this.#columns
  }

  #sum(row: number): number {
    return sumOf(this.#words, row, this.#columns)
  }
}

/** What a thread that died had counted. */
export function releaseCounts({ words, columns }: CountsMemory, column: number): void {
  for (let at = column; at < words.length; at += columns) Atomics.store(words, at, 0)
}

export function sumOf(words: Int32Array, from: number, columns: number): number {
  let sum = 0
  for (let at = from; at < from + columns; at++) sum += Atomics.load(words, at)
  return sum
}
