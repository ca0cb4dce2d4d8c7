import type { Seat } from '#core/seat.ts'
import { type CountsMemory, countsMemory, releaseCounts, SharedCounts } from '#core/shared-counts.ts'
import { releaseRows, type RowsMemory, rowsMemory, SharedRows, sumOfRow } from '#core/shared-rows.ts'

/** Who has files open. */
export interface FileOwner {
  readonly registryId: number
  readonly principalId: string
}

/** What the threads know of the files of all. */
export interface FilesMemory {
  readonly rows: RowsMemory
  readonly byName: CountsMemory
}

/** Of what there is no more. */
export type Lack = 'principal' | 'registry' | 'room'

/**
 * How many are open and how many wait for one; whether something changed at another thread; and whose file that rests should be
 * closed for another thread: one of a principal, of a registry (their hashes), or anybody's.
 */
const rows = { open: 0, waiting: 1, changed: 2, principal: 3, registry: 4, room: 5 } as const

export const filesMemory = (most: number, { columns, seed }: { columns: number; seed: number }): FilesMemory => ({
  rows: rowsMemory(Object.keys(rows).length, columns),
  byName: countsMemory(2 * most, { columns, seed }),
})

/** At all threads. */
export const openFilesAt = (memory: FilesMemory): number => sumOfRow(memory.rows, rows.open)

/** A thread died, and its files are closed. */
export function releaseFiles(memory: FilesMemory, column: number): void {
  releaseRows(memory.rows, column)
  releaseCounts(memory.byName, column)
  const shared = new SharedRows(memory.rows, column)
  for (let other = 0; other < memory.rows.columns; other++) shared.set(rows.changed, 1, other)
}

/** Counts open files as a gate counts requests (http/gate.ts), and carries wishes and news between the threads. */
export class FileCounts {
  readonly #most: number
  readonly #seat: Seat
  readonly #rows: SharedRows
  readonly #byName: SharedCounts

  constructor(most: number, seat: Seat, memory: FilesMemory) {
    this.#most = most
    this.#seat = seat
    this.#rows = new SharedRows(memory.rows, seat.column)
    this.#byName = new SharedCounts(memory.byName, seat)
  }

  get all(): number {
    return this.#rows.sum(rows.open)
  }

  /** Of what there is too little for one more. */
  lack(owner: FileOwner, more = 1): Lack | undefined {
    if (this.#byName.of(this.#hashOf('principal', owner)) + more > Math.ceil(this.#most / 2)) return 'principal'
    if (this.#byName.of(this.#hashOf('registry', owner)) + more > Math.ceil((this.#most * 3) / 4)) return 'registry'
    return this.all + more > this.#most ? 'room' : undefined
  }

  /** Undefined: one more is counted. */
  take(owner: FileOwner): Lack | undefined {
    this.#add(owner, 1)
    const lack = this.lack(owner, 0)
    if (lack) this.#add(owner, -1)
    return lack
  }

  left(owner: FileOwner): void {
    this.#add(owner, -1)
  }

  waits(by: 1 | -1): void {
    this.#rows.add(rows.waiting, by)
  }

  /** Asks the other threads to close a file that rests. A later wish may take an earlier one's place: who waits wishes again. */
  wish(lack: Lack, owner: FileOwner): void {
    for (const other of this.#others()) {
      this.#rows.set(rows[lack], lack === 'room' ? 1 : this.#hashOf(lack, owner), other)
      this.#seat.bell.ring(other)
    }
  }

  /** The wishes of other threads, each once. */
  *wishes(): Iterable<(owner: FileOwner) => boolean> {
    for (const lack of ['principal', 'registry', 'room'] as const) {
      const wish = this.#rows.swap(rows[lack], 0)
      if (wish !== 0) yield (owner) => lack === 'room' || this.#hashOf(lack, owner) === wish
    }
  }

  /** Tells the threads where somebody waits. */
  tell(): void {
    for (const other of this.#others()) {
      if (this.#rows.of(rows.waiting, other) === 0) continue
      this.#rows.set(rows.changed, 1, other)
      this.#seat.bell.ring(other)
    }
  }

  /** Whether this thread was told. */
  wasTold(): boolean {
    return this.#rows.swap(rows.changed, 0) === 1
  }

  #add(owner: FileOwner, by: 1 | -1): void {
    this.#rows.add(rows.open, by)
    this.#byName.add(this.#hashOf('principal', owner), by)
    this.#byName.add(this.#hashOf('registry', owner), by)
  }

  #hashOf(lack: 'principal' | 'registry', { principalId, registryId }: FileOwner): number {
    return this.#byName.hash(lack === 'principal' ? principalId : `registry ${registryId}`)
  }

  *#others(): Iterable<number> {
    for (let other = 0; other < this.#seat.columns; other++) if (other !== this.#seat.column) yield other
  }
}
