import type { StoredManifest } from '#ports/content.ts'
import type { MetadataCommands, MetadataReads } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'

const mostBytes = 16 * 1024 * 1024
const overhead = 512

/**
 * Manifests that were read, kept as long as they are true. This process is the only one that writes (data-directory.ts) and each of
 * its commands is answered through `ends`, so nothing here outlives a change: a read that began before the answer may
 * see the state before, one that begins after it never does (ports/metadata-store.ts).
 * A row is kept in the same turn of the loop in which the database gave it, so no answer can come between.
 */
export class KeptManifests {
  readonly #repositories = new Map<string, Map<string, Promise<StoredManifest | undefined>>>()
  #bytes = 0

  static keeps(read: keyof MetadataReads): boolean {
    return read === 'manifestByTag' || read === 'manifestByDigest'
  }

  ends(command: keyof MetadataCommands, input: unknown): void {
    for (const what of commandTraits[command].changes)
      if (what === 'manifests') this.#forgetAll()
      else if (what === 'repository') this.#repositories.delete(repositoryKey(input as { registryId: number; name: string }))
  }

  /** The read itself, or what it said before. */
  through(input: readonly unknown[], run: () => Promise<unknown>): Promise<unknown> {
    const [registryId, name, reference] = input as [number, string, string]
    const key = repositoryKey({ registryId, name })
    const known = this.#repositories.get(key)?.get(reference)
    if (known) return known
    const found = run() as Promise<StoredManifest | undefined>
    this.#keep(key, reference, found)
    return found
  }

  #keep(key: string, reference: string, found: Promise<StoredManifest | undefined>): void {
    let repository = this.#repositories.get(key)
    if (!repository) this.#repositories.set(key, (repository = new Map()))
    repository.set(reference, found)
    // What is not there is asked again: absence has no end that we would be told of under every name, and names no number.
    const forget = () => {
      repository.delete(reference)
      if (repository.size === 0 && this.#repositories.get(key) === repository) this.#repositories.delete(key)
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

// A tag has no colon and a digest has one, so the two never meet in one repository's map.
const repositoryKey = ({ registryId, name }: { registryId: number; name: string }): string => `${registryId} ${name}`
