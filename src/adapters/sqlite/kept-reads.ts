import type { StoredManifest } from '#ports/content.ts'
import type { MetadataCommands, MetadataReads } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'

/** Reads that each request asks and that almost never change; a command that changes one ends what was kept of all (command-traits.ts). */
export const settled: ReadonlySet<keyof MetadataReads> = new Set([
  'registry',
  'credentials',
  'credential',
  'signingKeys',
  'tenant',
  'directoryObject',
  'standing',
  'rights',
  'tokenOfRegistry',
])

const mostBytes = 16 * 1024 * 1024
const overhead = 512

/**
 * What was read, kept as long as it is true. This process is the only one that writes (data-directory.ts) and each of
 * its commands is answered through `ends`, so nothing here outlives a change: a read that began before the answer may
 * see the state before, one that begins after it never does (ports/metadata-store.ts).
 * A row is kept in the same turn of the loop in which the database gave it, so no answer can come between.
 */
export class KeptReads {
  readonly #settled = new Map<string, Promise<unknown>>()
  readonly #manifests = new Map<string, Map<string, Promise<StoredManifest | undefined>>>()
  #bytes = 0

  ends(command: keyof MetadataCommands, input: unknown): void {
    for (const what of commandTraits[command].ends)
      if (what === 'settled') this.#settled.clear()
      else if (what === 'manifests') this.#forgetManifests()
      else this.#manifests.delete(repositoryKey(input as { registryId: number; name: string }))
  }

  /** The read itself, or what it said before. */
  through(read: keyof MetadataReads, input: readonly unknown[], run: () => Promise<unknown>): Promise<unknown> {
    if (settled.has(read)) {
      const key = `${read} ${input.join(' ')}`
      const known = this.#settled.get(key)
      if (known) return known
      const found = run()
      this.#settled.set(key, found)
      const forget = () => {
        if (this.#settled.get(key) === found) this.#settled.delete(key)
      }
      // A failure passes, and names that nobody has come without end.
      void found.then((row) => row ?? forget(), forget)
      return found
    }
    if (read !== 'manifestByTag' && read !== 'manifestByDigest') return run()
    const [registryId, name, reference] = input as [number, string, string]
    const key = repositoryKey({ registryId, name })
    const known = this.#manifests.get(key)?.get(reference)
    if (known) return known
    const found = run() as Promise<StoredManifest | undefined>
    this.#keep(key, reference, found)
    return found
  }

  #keep(key: string, reference: string, found: Promise<StoredManifest | undefined>): void {
    let repository = this.#manifests.get(key)
    if (!repository) this.#manifests.set(key, (repository = new Map()))
    repository.set(reference, found)
    // What is not there is asked again: absence has no end that we would be told of under every name, and names no number.
    const forget = () => {
      repository.delete(reference)
      if (repository.size === 0 && this.#manifests.get(key) === repository) this.#manifests.delete(key)
    }
    void found.then((row) => {
      if (!row) return forget()
      this.#bytes += row.bytes.length + overhead
      if (this.#bytes > mostBytes) this.#forgetManifests()
    }, forget)
  }

  #forgetManifests(): void {
    this.#manifests.clear()
    this.#bytes = 0
  }
}

// A tag has no colon and a digest has one, so the two never meet in one repository's map.
const repositoryKey = ({ registryId, name }: { registryId: number; name: string }): string => `${registryId} ${name}`
