import { type CountsMemory, countsMemory, releaseCounts, SharedCounts, sumOf } from '#core/shared-counts.ts'
import { type Seat, sharedWords } from '#core/seat.ts'

/** What the threads know of the connections of all. */
export interface ConnectionsMemory {
  readonly columns: number
  /** Of each of `rows` a column for each thread. */
  readonly words: Int32Array
  readonly byAddress: CountsMemory
}

/** How many are open, whether one of any address should be closed, and of which address one should be. */
const rows = { open: 0, anyone: 1, address: 2 } as const

export const connectionsMemory = (most: number, { columns, seed }: { columns: number; seed: number }): ConnectionsMemory => ({
  columns,
  words: sharedWords(Object.keys(rows).length * columns),
  byAddress: countsMemory(most, { columns, seed }),
})

/** At all threads. */
export const openConnections = ({ words, columns }: ConnectionsMemory): number => sumOf(words, rows.open * columns, columns)

/** A thread died, and its connections with it. */
export function releaseConnections({ words, columns, byAddress }: ConnectionsMemory, column: number): void {
  for (let at = column; at < words.length; at += columns) Atomics.store(words, at, 0)
  releaseCounts(byAddress, column)
}

/** Counts connections as a gate counts requests (gate.ts), and carries the wish for room to the thread that can make it. */
export class OpenConnections {
  readonly #limits: { most: number; mostOfOne: number }
  readonly #seat: Seat
  readonly #words: Int32Array
  readonly #byAddress: SharedCounts

  constructor(limits: { most: number; mostOfOne: number }, seat: Seat, { words, byAddress }: ConnectionsMemory) {
    this.#limits = limits
    this.#seat = seat
    this.#words = words
    this.#byAddress = new SharedCounts(byAddress, seat)
  }

  get all(): number {
    return sumOf(this.#words, rows.open, this.#seat.columns)
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
    Atomics.store(this.#words, this.#at(hash === undefined ? rows.anyone : rows.address, most.column), hash || 1)
    this.#seat.bell.ring(most.column)
  }

  onWish(listener: (hash: number | undefined) => void): void {
    this.#seat.bell.onRing(() => {
      if (Atomics.exchange(this.#words, this.#at(rows.anyone), 0) !== 0) listener(undefined)
      const hash = Atomics.exchange(this.#words, this.#at(rows.address), 0)
      if (hash !== 0) listener(hash)
    })
  }

  #add(hash: number, by: 1 | -1): void {
    Atomics.add(this.#words, this.#at(rows.open), by)
    this.#byAddress.add(hash, by)
  }

  #has(column: number, hash: number | undefined): number {
    return hash === undefined ? Atomics.load(this.#words, this.#at(rows.open, column)) : this.#byAddress.ofColumn(hash, column)
  }

  #at(row: number, column = this.#seat.column): number {
    return row * this.#seat.columns + column
  }
}
