import { hashOf } from '#core/shared-words.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'
import { type Change, commandTraits } from './command-traits.ts'

/** Where the counters lie: those of their own, then so many that repositories share by their hash, and as many for digests. */
const ownPlaces = { control: 0, manifests: 1, links: 2 } as const
const slots = 16_384
const firstOfSlots = { repository: 3, digest: 3 + slots } as const
const counters = firstOfSlots.digest + slots

/** What a command or a read is about, as far as its counters want it. */
export interface Subject {
  registryId: number
  name: string
  digest: string
}

/** One thing that changed: `hash` says which repository or digest, and is 0 for what there is one of. */
export interface Changed {
  what: Change
  hash: number
}

/** Whether a command succeeded or not: of one whose COMMIT failed nobody knows what the disk has. */
export const changedBy = (command: keyof MetadataCommands, input: unknown): Changed[] =>
  hashed(commandTraits[command].changes, input as Subject)

const hashed = (changes: readonly Change[], subject: Subject): Changed[] => changes.map((what) => ({ what, hash: hashFor(what, subject) }))

function hashFor(what: Change, subject: Subject): number {
  if (what === 'repository') return hashOf(`${subject.registryId} ${subject.name}`, 0)
  return what === 'digest' ? hashOf(subject.digest, 0) : 0
}

/**
 * Counters in memory that all threads of the process may share. Whoever learns of a command raises those of what it changed, before anybody
 * who asked after its answer is answered. Who keeps what it read remembers the count that stood before it read: while the same count
 * stands no command that was answered has changed it. Only being the same says anything, for a count comes round.
 */
export class Epochs {
  readonly buffer: SharedArrayBuffer
  readonly #counts: Int32Array<SharedArrayBuffer>

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(counters * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#counts = new Int32Array(buffer)
  }

  /** Of rights, credentials, keys and settings (command-traits.ts). */
  control(): number {
    return Atomics.load(this.#counts, ownPlaces.control)
  }

  /** Of some counters together: each only grows, so one sum says whether all are the same. */
  at(places: readonly number[]): number {
    let sum = 0
    for (const place of places) sum = (sum + Atomics.load(this.#counts, place)) | 0
    return sum
  }

  placesOf(changes: readonly Change[], subject: Subject): number[] {
    return hashed(changes, subject).map(placeOf)
  }

  raise(changed: readonly Changed[]): void {
    for (const each of changed) Atomics.add(this.#counts, placeOf(each), 1)
  }

  /** Anything may have changed. */
  raiseAll(): void {
    for (const place of Object.values(ownPlaces)) Atomics.add(this.#counts, place, 1)
  }
}

/** Two repositories of one place end one another's rows, and nothing worse; so do two digests. */
const placeOf = ({ what, hash }: Changed): number =>
  what === 'repository' || what === 'digest' ? firstOfSlots[what] + (hash & (slots - 1)) : ownPlaces[what]
