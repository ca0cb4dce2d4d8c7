import { sharedWords } from '#core/shared-words.ts'

/** Who writes to a descriptor now, of several threads: nobody, or one of them by its number. And how many lines had no room, of all. */
export type WriteTurnMemory = Int32Array

const words = { turn: 0, lost: 1 } as const

export const writeTurnMemory = (): WriteTurnMemory => sharedWords(Object.keys(words).length)

/** Lines that were never written, since the start. */
export const lostLines = (memory: WriteTurnMemory): number => Atomics.load(memory, words.lost) >>> 0

const nobody = 0

/** Large pieces that several threads write to one pipe at once would come out mixed: one has the turn until all of its own is out. */
export class WriteTurn {
  readonly #memory: Int32Array
  readonly #own: number

  /** @param number of this thread, from 0 */
  constructor(memory: WriteTurnMemory = writeTurnMemory(), number = 0) {
    this.#memory = memory
    this.#own = number + 1
  }

  take(): boolean {
    return Atomics.compareExchange(this.#memory, words.turn, nobody, this.#own) === nobody
  }

  leave(): void {
    Atomics.store(this.#memory, words.turn, nobody)
  }

  countLost(): void {
    Atomics.add(this.#memory, words.lost, 1)
  }
}

/** A thread died: what it was writing is out, or never will be. */
export function releaseWriteTurn(memory: WriteTurnMemory, number: number): void {
  Atomics.compareExchange(memory, words.turn, number + 1, nobody)
}
