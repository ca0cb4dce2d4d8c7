import { type CountsMemory, countsMemory, releaseCounts, SharedCounts } from '#core/shared-counts.ts'
import type { Seat } from '#core/seat.ts'
import { hasTooMany } from './balance.ts'
import { releaseRows, type RowsMemory, rowsMemory, SharedRows, sumOfRow } from '#core/shared-rows.ts'

/** What the threads know of the connections of all. */
export interface ConnectionsMemory {
  readonly rows: RowsMemory
  readonly byAddress: CountsMemory
}

/**
 * How many are open, whether one of any address should be closed, of which address one should be, how many were in use lately, and
 * how many wait for room.
 */
const rows = { open: 0, anyone: 1, address: 2, inUse: 3, waiting: 4 } as const

export const connectionsMemory = (most: number, { columns, seed }: { columns: number; seed: number }): ConnectionsMemory => ({
  rows: rowsMemory(Object.keys(rows).length, columns),
  byAddress: countsMemory(most, { columns, seed }),
})

/** At all threads. */
export const openConnections = (memory: ConnectionsMemory): number => sumOfRow(memory.rows, rows.open)

/** A thread died, and its connections with it. */
export function releaseConnections(memory: ConnectionsMemory, column: number): void {
  releaseRows(memory.rows, column)
  releaseCounts(memory.byAddress, column)
}

/** Counts connections as a gate counts requests (gate.ts), and carries the wish for room to the thread that can make it. */
export class OpenConnections {
  readonly #limits: { most: number; mostOfOne: number }
  readonly #seat: Seat
  readonly #rows: SharedRows
  readonly #byAddress: SharedCounts

  constructor(limits: { most: number; mostOfOne: number }, seat: Seat, memory: ConnectionsMemory) {
    this.#limits = limits
    this.#seat = seat
    this.#rows = new SharedRows(memory.rows, seat.column)
    this.#byAddress = new SharedCounts(memory.byAddress, seat)
  }

  get all(): number {
    return this.#rows.sum(rows.open)
  }

  hash(address: string): number {
    return this.#byAddress.hash(address)
  }

  /** Undefined: it is counted; else what it lacks. */
  take(hash: number, { ofOne }: { ofOne: boolean }): 'address' | 'room' | undefined {
    this.#add(hash, 1)
    if (ofOne && this.#byAddress.of(hash) > this.#limits.mostOfOne) {
      this.#add(hash, -1)
      return 'address'
    }
    if (this.all <= this.#limits.most) return undefined
    this.#add(hash, -1)
    return 'room'
  }

  left(hash: number): void {
    this.#add(hash, -1)
    const { column, columns, bell } = this.#seat
    for (let other = 0; other < columns; other++) if (other !== column && this.#rows.of(rows.waiting, other) > 0) bell.ring(other)
  }

  /** One more waits until another thread has made room, or one less. */
  waits(by: 1 | -1): void {
    this.#rows.add(rows.waiting, by)
  }

  /**
   * Asks another thread to close one that rests, of this address or any: first the one that has most, with each turn the next one. A later
   * wish may take an earlier one's place. False where no other thread has any.
   */
  wish(hash: number | undefined, turn: number): boolean {
    const all = Array.from({ length: this.#seat.columns }, (_, column) => ({ column, has: this.#has(column, hash) }))
    const others = all.filter(({ column, has }) => column !== this.#seat.column && has > 0).toSorted((one, other) => other.has - one.has)
    const asked = others[turn % others.length]
    if (!asked) return false
    if (hash === undefined) this.#rows.set(rows.anyone, 1, asked.column)
    else this.#rows.set(rows.address, hash, asked.column)
    this.#seat.bell.ring(asked.column)
    return true
  }

  onWish(listener: (hash: number | undefined) => void): void {
    this.#seat.bell.onRing(() => {
      if (this.#rows.swap(rows.anyone, 0) !== 0) listener(undefined)
      const hash = this.#rows.swap(rows.address, 0)
      if (hash !== 0) listener(hash)
    })
  }

  /** Tells the others how many are in use here, and says whether these are too many. */
  tooManyInUse(count: number): boolean {
    this.#rows.set(rows.inUse, count)
    return hasTooMany(count, this.#rows.sum(rows.inUse), this.#seat.columns)
  }

  #add(hash: number, by: 1 | -1): void {
    this.#rows.add(rows.open, by)
    this.#byAddress.add(hash, by)
  }

  #has(column: number, hash: number | undefined): number {
    return hash === undefined ? this.#rows.of(rows.open, column) : this.#byAddress.ofColumn(hash, column)
  }
}
