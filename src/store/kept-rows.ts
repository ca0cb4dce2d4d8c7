import type { LinkedBlob, StoredManifest } from '#ports/content.ts'
import type { MetadataReads } from '#ports/metadata-store.ts'
import type { Change } from './command-traits.ts'
import type { Epochs } from './epochs.ts'

const mostBytes = 16 * 1024 * 1024
/** What a row takes beside its bytes, as measured: its objects, its names, and what the allocator adds to the bytes. */
const overhead = { manifest: 768, link: 1408 }

type Row = StoredManifest | LinkedBlob

/** The reads whose rows are kept, and which changes end them: those that say what a client is given. */
const endedBy = {
  manifestByTag: ['manifests', 'repository'],
  manifestByDigest: ['manifests', 'repository'],
  blob: ['links', 'repository', 'digest'],
} as const satisfies Partial<Record<keyof MetadataReads, readonly Change[]>>

export type KeptRead = keyof typeof endedBy

export const isKept = (read: keyof MetadataReads): read is KeptRead => Object.hasOwn(endedBy, read)

interface Kept {
  places: readonly number[]
  /** That stood before it was read. */
  epoch: number
  row: Promise<Row | undefined>
  bytes: number
}

/**
 * Rows that were read, kept as long as they are true: while the epoch is the one that stood before they were read
 * (epochs.ts). A read that began before a command was answered may see the state before, one that begins after it never does.
 * Those that were read first make room.
 */
export class KeptRows {
  readonly #epochs: Epochs
  readonly #rows = new Map<string, Kept>()
  #bytes = 0

  constructor(epochs: Epochs) {
    this.#epochs = epochs
  }

  /** The read itself, or what it said before. */
  through(read: KeptRead, input: readonly unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const [registryId, name, reference] = input as [number, string, string]
    const key = `${read} ${registryId} ${name} ${reference}`
    const known = this.#rows.get(key)
    if (known && this.#epochs.at(known.places) === known.epoch) return known.row
    if (known) this.#drop(key, known)
    const places = known?.places ?? this.#epochs.placesOf(endedBy[read], { registryId, name, digest: reference })
    const epoch = this.#epochs.at(places)
    return this.#keep(key, { places, epoch, row: run() as Promise<Row | undefined>, bytes: 0 })
  }

  #keep(key: string, kept: Kept): Promise<Row | undefined> {
    this.#rows.set(key, kept)
    // What is not there is asked again: names that nobody has are without number.
    const forget = () => this.#drop(key, kept)
    void kept.row.then((row) => {
      if (!row) return forget()
      if (this.#rows.get(key) !== kept) return
      kept.bytes = bytesOf(row)
      this.#bytes += kept.bytes
      this.#makeRoom()
    }, forget)
    return kept.row
  }

  #drop(key: string, kept: Kept): void {
    if (this.#rows.get(key) !== kept) return
    this.#rows.delete(key)
    this.#bytes -= kept.bytes
  }

  #makeRoom(): void {
    for (const [key, oldest] of this.#rows) {
      if (this.#bytes <= mostBytes) return
      this.#drop(key, oldest)
    }
  }
}

const bytesOf = (row: Row): number =>
  'checksums' in row ? row.checksums.length + (row.bytes?.length ?? 0) + overhead.link : row.bytes.length + overhead.manifest
