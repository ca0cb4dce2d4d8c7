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
    leave(this.#word, this.#own)
  }

  /** Stands still until nobody has it; false when that takes longer than so many milliseconds. */
  waitFor(milliseconds: number): boolean {
    const end = performance.now() + milliseconds
    while (!this.take()) {
      const rest = end - performance.now()
      if (rest <= 0) return false
      const owner = Atomics.load(this.#word, 0)
      if (owner !== nobody) Atomics.wait(this.#word, 0, owner, rest)
    }
    return true
  }
}

/** A thread died: what it was writing is out, or never will be. */
export const releaseWriteTurn = (memory: WriteTurnMemory, number: number): void => leave(memory, number + 1)

function leave(word: Int32Array, owner: number): void {
  if (Atomics.compareExchange(word, 0, owner, nobody) === owner) Atomics.notify(word, 0)
}
