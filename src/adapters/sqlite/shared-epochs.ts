import { hashOf } from '#core/shared-words.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'
import { type Change, commandTraits } from '#store/command-traits.ts'

/** Where the counters lie: those of their own, then so many that repositories share by their hash, and as many for digests. */
const ownPlaces = { control: 0, manifests: 1, links: 2 } as const
const firstRepository = 3
const slots = 1024
const firstDigest = firstRepository + slots
const counters = firstDigest + slots

/** What a command or a read is about, as far as its counters want it. */
interface Subject {
  registryId: number
  name: string
  digest: string
}

/**
 * Counters in memory that all threads of the process share. Whoever runs commands raises those of what a command changes after the
 * COMMIT and before its answer. Who keeps what it read remembers the count that stood before it read: while the same count stands no
 * command that was answered has changed it. Only being the same says anything, for a count comes round.
 */
export class SharedEpochs {
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

  /** Two repositories of one place end one another's rows, and nothing worse; so do two digests. */
  placesOf(changes: readonly Change[], subject: Subject): number[] {
    return changes.map((change) => {
      if (change === 'repository') return firstRepository + slotOf(`${subject.registryId} ${subject.name}`)
      return change === 'digest' ? firstDigest + slotOf(subject.digest) : ownPlaces[change]
    })
  }

  /** Whether it succeeded or not: of one whose COMMIT failed nobody knows what the disk has. */
  raise(command: keyof MetadataCommands, input: unknown): void {
    for (const place of this.placesOf(commandTraits[command].changes, input as Subject)) Atomics.add(this.#counts, place, 1)
  }
}

const slotOf = (name: string): number => hashOf(name, 0) & (slots - 1)
