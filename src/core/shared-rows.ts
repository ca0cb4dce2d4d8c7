import { sharedWords } from './shared-words.ts'

/** Numbers that several threads share and none locks: a row of each, in which every thread has a column. */
export interface RowsMemory {
  readonly columns: number
  readonly words: Int32Array
}

export const rowsMemory = (rows: number, columns: number): RowsMemory => ({ columns, words: sharedWords(rows * columns) })

/** What all threads have in a row, for who has no column. */
export const sumOfRow = (memory: RowsMemory, row: number): number => new SharedRows(memory, 0).sum(row)

/** A thread died: what it had in all rows is nothing. */
export function releaseRows({ words, columns }: RowsMemory, column: number): void {
  for (let at = column; at < words.length; at += columns) Atomics.store(words, at, 0)
}

/** The rows as one thread has them: it adds to its own column. */
export class SharedRows {
  readonly #words: Int32Array
  readonly #columns: number
  readonly #column: number

  constructor({ words, columns }: RowsMemory, column: number) {
    this.#words = words
    this.#columns = columns
    this.#column = column
  }

  sum(row: number): number {
    const first = row * this.#columns
    let sum = 0
    for (let at = first; at < first + this.#columns; at++) sum += Atomics.load(this.#words, at)
    return sum
  }

  add(row: number, by: 1 | -1): void {
    Atomics.add(this.#words, row * this.#columns + this.#column, by)
  }

  of(row: number, column: number): number {
    return Atomics.load(this.#words, row * this.#columns + column)
  }

  set(row: number, value: number, column: number = this.#column): void {
    Atomics.store(this.#words, row * this.#columns + column, value)
  }

  /** Puts `value` into its own column, and says what was there. */
  swap(row: number, value: number): number {
    return Atomics.exchange(this.#words, row * this.#columns + this.#column, value)
  }
}
