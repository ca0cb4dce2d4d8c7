import { RegistryError } from '#core/registry-error.ts'
import { onlySeat, type Seat } from '#core/seat.ts'
import { sharedWords } from '#core/shared-words.ts'
import { type CountsMemory, countsMemory, releaseCounts, SharedCounts } from '#core/shared-counts.ts'

/** What the threads know of whose turn it is. */
export interface TurnsMemory {
  /** The thread that has the turn of a row, one more than its column, and whether another waits for it. */
  readonly owners: Int32Array
  readonly lines: CountsMemory
}

const rows = 4096
const waits = 0x100
/** In milliseconds. What is done in a turn takes ten times as long. */
const lookEvery = 3

export const turnsMemory = (options: { columns: number; seed: number }): TurnsMemory => ({
  owners: sharedWords(rows),
  lines: countsMemory(rows, options),
})

/** A thread died: nobody waits for it. */
export function releaseTurns({ owners, lines }: TurnsMemory, column: number): void {
  releaseCounts(lines, column)
  for (let row = 0; row < rows; row++) {
    for (let owner = Atomics.load(owners, row); (owner & ~waits) === column + 1; owner = Atomics.load(owners, row))
      // Not the first time where another thread begins to wait meanwhile.
      Atomics.compareExchange(owners, row, owner, 0)
  }
}

/**
 * Work of one name waits for the work of that name before it; a line ends with its last. Of several threads the first of each
 * line looks whether it is its turn; a thread that others waited for lets them go first.
 */
export class Turns {
  readonly #longest: number
  readonly #lines = new Map<string, Promise<void>>()
  readonly #seat: Seat
  readonly #owners: Int32Array
  readonly #counts: SharedCounts

  /** @param longest how many of one name may wait or be at work */
  constructor(longest: number, seat: Seat = onlySeat, memory: TurnsMemory = turnsMemory({ columns: 1, seed: 0 })) {
    this.#longest = longest
    this.#seat = seat
    this.#owners = memory.owners
    this.#counts = new SharedCounts(memory.lines, seat)
  }

  /** Fails with `too-many-requests` when the line is full, and as the work does. */
  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const hash = this.#counts.hash(name)
    if (this.#counts.of(hash) >= this.#longest) throw new RegistryError('too-many-requests', 'too many logins at once', { retryAfter: 1 })
    const before = this.#lines.get(name)
    const { promise: turn, resolve: done } = Promise.withResolvers<void>()
    this.#counts.add(hash, 1)
    this.#lines.set(name, turn)
    try {
      await before
      return this.#seat.columns === 1 ? await work() : await this.#amongThreads(hash & (rows - 1), work)
    } finally {
      done()
      this.#counts.add(hash, -1)
      if (this.#lines.get(name) === turn) this.#lines.delete(name)
    }
  }

  async #amongThreads<Result>(row: number, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const owner = Atomics.compareExchange(this.#owners, row, 0, this.#seat.column + 1)
      if (owner === 0) break
      Atomics.compareExchange(this.#owners, row, owner, owner | waits)
      await pause(lookEvery)
    }
    try {
      return await work()
    } finally {
      if ((Atomics.exchange(this.#owners, row, 0) & waits) !== 0) await pause(2 * lookEvery)
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
