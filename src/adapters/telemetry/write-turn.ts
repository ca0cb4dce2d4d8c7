import { sharedWords } from '#core/seat.ts'

/** Who writes to a descriptor now, of several threads: nobody, or one of them by its number. */
export type WriteTurnMemory = Int32Array

export const writeTurnMemory = (): WriteTurnMemory => sharedWords(1)

const nobody = 0

/** Large pieces that several threads write to one pipe at once would come out mixed: one has the turn until all of its own is out. */
export class WriteTurn {
  readonly #word: Int32Array
  readonly #own: number

  /** @param number of this thread, from 0 */
  constructor(memory: WriteTurnMemory = writeTurnMemory(), number = 0) {
    this.#word = memory
    this.#own = number + 1
  }

  take(): boolean {
    return Atomics.compareExchange(this.#word, 0, nobody, this.#own) === nobody
  }

  leave(): void {
    Atomics.store(this.#word, 0, nobody)
  }
}

/** A thread died: what it was writing is out, or never will be. */
export function releaseWriteTurn(memory: WriteTurnMemory, number: number): void {
  Atomics.compareExchange(memory, 0, number + 1, nobody)
}
