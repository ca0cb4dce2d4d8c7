import type { MetadataCommands } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'

/** Where the counters lie: two of their own, then so many that repositories share by their hash. */
const control = 0
const everyManifest = 1
const firstRepository = 2
const repositories = 1024

/**
 * Counters in memory that all threads of the process share. Whoever runs commands raises those of what a command changes after the
 * COMMIT and before its answer. Who keeps what it read remembers the count that stood before it read: while the same count stands no
 * command that was answered has changed it. Only being the same says anything, for a count comes round.
 */
export class SharedEpochs {
  readonly buffer: SharedArrayBuffer
  readonly #counts: Int32Array<SharedArrayBuffer>

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer((firstRepository + repositories) * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#counts = new Int32Array(buffer)
  }

  /** Of rights, credentials, keys and settings (command-traits.ts). */
  control(): number {
    return Atomics.load(this.#counts, control)
  }

  /** Of the manifests of one repository, given its place. Both of its counts only grow, so one sum says whether both are the same. */
  manifests(place: number): number {
    return (Atomics.load(this.#counts, place) + Atomics.load(this.#counts, everyManifest)) | 0
  }

  /** Two repositories of one place end one another's manifests, and nothing worse. */
  placeOf(repository: string): number {
    let hash = 0x811c9dc5
    for (let at = 0; at < repository.length; at++) hash = Math.imul(hash ^ repository.charCodeAt(at), 0x01000193)
    return firstRepository + ((hash ^ (hash >>> 16)) & (repositories - 1))
  }

  /** Whether it succeeded or not: of one whose COMMIT failed nobody knows what the disk has. */
  raise(command: keyof MetadataCommands, input: unknown): void {
    for (const what of commandTraits[command].changes) Atomics.add(this.#counts, this.#counterOf(what, input), 1)
  }

  #counterOf(what: 'control' | 'manifests' | 'repository', input: unknown): number {
    if (what === 'control') return control
    return what === 'manifests' ? everyManifest : this.placeOf(repositoryKey(input as { registryId: number; name: string }))
  }
}

export const repositoryKey = ({ registryId, name }: { registryId: number; name: string }): string => `${registryId} ${name}`
