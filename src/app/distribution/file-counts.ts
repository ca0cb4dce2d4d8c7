import { type Seat, sharedWords } from '#core/seat.ts'
import { type CountsMemory, countsMemory, releaseCounts, SharedCounts, sumOf } from '#core/shared-counts.ts'

/** Whose files they are. */
export interface Files {
  readonly registryId: number
  readonly principalId: string
}

/** What the threads know of the files of all. */
export interface FilesMemory {
  readonly columns: number
  /** Of each of `rows` a column for each thread. */
  readonly words: Int32Array
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
  columns,
  words: sharedWords(Object.keys(rows).length * columns),
  byName: countsMemory(2 * most, { columns, seed }),
})

/** At all threads. */
export const openFilesAt = ({ words, columns }: Pick<FilesMemory, 'words' | 'columns'>): number =>
  sumOf(words, rows.open * columns, columns)

/** A thread died, and its files are closed. */
export function releaseFiles({ words, columns, byName }: FilesMemory, column: number): void {
  for (let at = column; at < words.length; at += columns) Atomics.store(words, at, 0)
  releaseCounts(byName, column)
  for (let other = 0; other < columns; other++) Atomics.store(words, rows.changed * columns + other, 1)
}

/** Counts open files as a gate counts requests (http/gate.ts), and carries wishes and news between the threads. */
export class FileCounts {
  readonly #most: number
  readonly #seat: Seat
  readonly #words: Int32Array
  readonly #byName: SharedCounts

  constructor(most: number, seat: Seat, { words, byName }: FilesMemory) {
    this.#most = most
    this.#seat = seat
    this.#words = words
    this.#byName = new SharedCounts(byName, seat)
  }

  get all(): number {
    return openFilesAt({ words: this.#words, columns: this.#seat.columns })
  }

  /** Of what there is too little for one more. */
  lack(files: Files, more = 1): Lack | undefined {
    if (this.#byName.of(this.#hashOf('principal', files)) + more > Math.ceil(this.#most / 2)) return 'principal'
    if (this.#byName.of(this.#hashOf('registry', files)) + more > Math.ceil((this.#most * 3) / 4)) return 'registry'
    return this.all + more > this.#most ? 'room' : undefined
  }

  /** Undefined: one more is counted. */
  take(files: Files): Lack | undefined {
    this.#add(files, 1)
    const lack = this.lack(files, 0)
    if (lack) this.#add(files, -1)
    return lack
  }

  left(files: Files): void {
    this.#add(files, -1)
  }

  waits(by: 1 | -1): void {
    Atomics.add(this.#words, this.#at(rows.waiting), by)
  }

  /** Asks the other threads to close a file that rests. A later wish may take an earlier one's place: who waits wishes again. */
  wish(lack: Lack, files: Files): void {
    for (const other of this.#others()) {
      Atomics.store(this.#words, this.#at(rows[lack], other), lack === 'room' ? 1 : this.#hashOf(lack, files) || 1)
      this.#seat.bell.ring(other)
    }
  }

  /** The wishes of other threads, each once. */
  *wishes(): Iterable<(files: Files) => boolean> {
    for (const lack of ['principal', 'registry', 'room'] as const) {
      const wish = Atomics.exchange(this.#words, this.#at(rows[lack]), 0)
      if (wish !== 0) yield (files) => lack === 'room' || (this.#hashOf(lack, files) || 1) === wish
    }
  }

  /** Tells the threads where somebody waits. */
  tell(): void {
    for (const other of this.#others()) {
      if (Atomics.load(this.#words, this.#at(rows.waiting, other)) === 0) continue
      Atomics.store(this.#words, this.#at(rows.changed, other), 1)
      this.#seat.bell.ring(other)
    }
  }

  /** Whether this thread was told. */
  wasTold(): boolean {
    return Atomics.exchange(this.#words, this.#at(rows.changed), 0) === 1
  }

  #add(files: Files, by: 1 | -1): void {
    Atomics.add(this.#words, this.#at(rows.open), by)
    this.#byName.add(this.#hashOf('principal', files), by)
    this.#byName.add(this.#hashOf('registry', files), by)
  }

  #hashOf(lack: 'principal' | 'registry', { principalId, registryId }: Files): number {
    return this.#byName.hash(lack === 'principal' ? principalId : `registry ${registryId}`)
  }

  *#others(): Iterable<number> {
    for (let other = 0; other < this.#seat.columns; other++) if (other !== this.#seat.column) yield other
  }

  #at(row: number, column = this.#seat.column): number {
    return row * this.#seat.columns + column
  }
}
