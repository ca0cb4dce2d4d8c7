import type { StoredManifest } from '#ports/content.ts'
import type { MetadataReads } from '#ports/metadata-store.ts'
import { repositoryKey, type SharedEpochs } from './shared-epochs.ts'

const mostBytes = 16 * 1024 * 1024
/** What a row takes beside its bytes, as measured: its objects, its names, and what the allocator adds to the bytes. */
const overhead = 768

/** What was read of one repository while one epoch stood. */
interface Repository {
  place: number
  epoch: number
  // A tag has no colon and a digest has one, so the two never meet.
  manifests: Map<string, Promise<StoredManifest | undefined>>
}

/**
 * Manifests that were read, kept as long as they are true: while the epoch is the one that stood before they were read
 * (shared-epochs.ts). A read that began before a command was answered may see the state before, one that begins after it never does.
 */
export class KeptManifests {
  readonly #epochs: SharedEpochs
  readonly #repositories = new Map<string, Repository>()
  #bytes = 0

  constructor(epochs: SharedEpochs) {
    this.#epochs = epochs
  }

  static keeps(read: keyof MetadataReads): boolean {
    return read === 'manifestByTag' || read === 'manifestByDigest'
  }

  /** The read itself, or what it said before. */
  through(input: readonly unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const [registryId, name, reference] = input as [number, string, string]
    const key = repositoryKey({ registryId, name })
    const repository = this.#current(key)
    const known = repository.manifests.get(reference)
    if (known) return known
    const found = run() as Promise<StoredManifest | undefined>
    this.#keep(key, repository, reference, found)
    return found
  }

  /** As it is now, and empty when anything of it changed. */
  #current(key: string): Repository {
    const before = this.#repositories.get(key)
    const place = before?.place ?? this.#epochs.placeOf(key)
    const epoch = this.#epochs.manifests(place)
    if (before?.epoch === epoch) return before
    const now: Repository = { place, epoch, manifests: new Map() }
    this.#repositories.set(key, now)
    return now
  }

  #keep(key: string, repository: Repository, reference: string, found: Promise<StoredManifest | undefined>): void {
    const { manifests } = repository
    manifests.set(reference, found)
    // What is not there is asked again: names that nobody has are without number.
    const forget = () => {
      manifests.delete(reference)
      if (manifests.size === 0 && this.#repositories.get(key) === repository) this.#repositories.delete(key)
    }
    void found.then((row) => {
      if (!row) return forget()
      this.#bytes += row.bytes.length + overhead
      if (this.#bytes > mostBytes) this.#forgetAll()
    }, forget)
  }

  #forgetAll(): void {
    this.#repositories.clear()
    this.#bytes = 0
  }
}
