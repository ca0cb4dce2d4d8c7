import { type CountsMemory, countsMemory, releaseCounts, SharedCounts } from '#core/shared-counts.ts'
import type { Seat } from '#core/seat.ts'
import { hasTooMany } from './balance.ts'
import { releaseRows, type RowsMemory, rowsMemory, SharedRows, sumOfRow } from '#core/shared-rows.ts'

/** What the threads know of the connections of all. */
export interface ConnectionsMemory {
  readonly rows: RowsMemory
  readonly byAddress: CountsMemory
}

/** How many are open, whether one of any address should be closed, of which address one should be, and how many were in use lately. */
const rows = { open: 0, anyone: 1, address: 2, inUse: 3 } as const

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
  }

  /** Asks the thread that has most, of this address or in all, to close one that rests. A later wish may take an earlier one's place. */
  wish(hash: number | undefined): void {
    const others = Array.from({ length: this.#seat.columns }, (_, column) => ({ column, has: this.#has(column, hash) }))
    const [most] = others.filter(({ column, has }) => column !== this.#seat.column && has > 0).toSorted((one, other) => other.has - one.has)
    if (!most) return
    if (hash === undefined) this.#rows.set(rows.anyone, 1, most.column)
    else this.#rows.set(rows.address, hash, most.column)
    this.#seat.bell.ring(most.column)
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
