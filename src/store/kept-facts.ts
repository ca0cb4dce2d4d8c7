import type { MetadataReads } from '#ports/metadata-store.ts'

/** Reads that each request asks and that almost never change: what they say stands as long as the control epoch (command-traits.ts). */
export const keptFacts: ReadonlySet<keyof MetadataReads> = new Set([
  'registry',
  'credentials',
  'credential',
  'signingKeys',
  'tenant',
  'directoryObject',
  'principalWithSecrets',
  'rights',
  'resource',
])

/**
 * Proves which epoch stands, each database in its way: never an earlier one than that of the last command that was answered, on whatever
 * server, before it was asked.
 */
export type ProveEpoch = () => number | Promise<number>

/**
 * What was read of rights, credentials, keys and settings, kept while the epoch is the same. The epoch is proven before a read begins and its
 * answer is kept under that epoch: an answer may be newer than it says, never older.
 */
export class KeptFacts {
  readonly #prove: ProveEpoch
  #epoch: number | undefined
  readonly #kept = new Map<keyof MetadataReads, Map<unknown, Promise<unknown>>>()

  constructor(prove: ProveEpoch) {
    this.#prove = prove
  }

  /** The read itself, or what it said before. */
  through(read: keyof MetadataReads, input: readonly unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const epoch = this.#prove()
    return typeof epoch === 'number' ? this.#at(epoch, read, input, run) : epoch.then((proven) => this.#at(proven, read, input, run))
  }

  #at(epoch: number, read: keyof MetadataReads, input: readonly unknown[], run: () => Promise<unknown>): Promise<unknown> {
    if (epoch !== this.#epoch) {
      this.#kept.clear()
      this.#epoch = epoch
    }
    let kept = this.#kept.get(read)
    if (!kept) this.#kept.set(read, (kept = new Map()))
    const key = input.length === 1 ? input[0] : input.join(' ')
    const known = kept.get(key)
    if (known) return known
    const found = run().then(frozen)
    kept.set(key, found)
    const forget = () => {
      if (kept.get(key) === found) kept.delete(key)
    }
    // A failure passes, and names that nobody has come without end.
    void found.then((row) => row ?? forget(), forget)
    return found
  }
}

/** Many are given the same rows: who would change one changes it for all. */
function frozen<Row>(row: Row): Row {
  if (typeof row !== 'object' || row === null || ArrayBuffer.isView(row) || Object.isFrozen(row)) return row
  for (const each of Object.values(row)) frozen(each)
  return Object.freeze(row)
}
