import { putRegistry } from '#ports/metadata-scene.contract.ts'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { openSqliteStore } from '#adapters/sqlite/store.ts'
import type { Deps, Settings } from '#app/deps.ts'
import { KeptPlatforms } from '#app/distribution/kept-platforms.ts'
import { rememberedByOneProcess } from '#app/distribution/unleased-answers.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import { type Caller, everything } from '#core/access.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import type { LinkedBlob } from '#ports/content.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { Registry } from '#ports/registries.ts'

export const hour = 60 * 60 * 1000

export type WorldDeps = Pick<
  Deps,
  'store' | 'blobs' | 'clock' | 'ids' | 'failpoint' | 'unleased' | 'emptying' | 'platforms' | 'settings' | 'hash'
>

export const worldSettings: Settings = {
  sparse: 'index',
  lease: { length: 24 * hour, renewBelow: 12 * hour, promise: hour, skew: 0 },
  collectionDelay: hour,
  uploadLife: 6 * hour,
  diskFloor: 0,
  largestBlob: 2 ** 30,
  smallBlob: 500,
  blobRedirect: 'lenient',
  isSigned: () => false,
}

export const admin: Caller = { id: 'admin', kind: 'admin', name: 'admin', held: everything }

/** A clock that stands until it is moved. */
export class FakeClock {
  wall = 1_800_000_000_000
  now = () => this.wall
  elapsed = () => this.wall - 1_800_000_000_000
}

let ids = 0
/** Ids in the form of UUIDs that never come twice in one process. */
export function nextId(): string {
  const number = ++ids
  return `${((number * 37) % 256).toString(16).padStart(2, '0')}000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

export const hash: Deps['hash'] = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex')

export const newWorldRegistry = (store: MetadataStore, limit: number | null = null): Promise<Registry> =>
  putRegistry(store, `registry-${nextId()}`, { limit })

/** The database of a world. */
export interface Facts {
  open(): Promise<MetadataStore>
  /** What a bad disk does to a small blob in its row. */
  overwrite(storageKey: string, bytes: Uint8Array): Promise<void>
}

const factsInSqlite = (folder: string): Facts => ({
  open: async () => openSqliteStore({ path: join(folder, 'facts.db'), ballast: join(folder, 'ballast') }),
  overwrite: async (storageKey, bytes) => {
    const facts = new DatabaseSync(join(folder, 'facts.db'), { timeout: 5000 })
    facts.prepare('UPDATE object SET bytes = ? WHERE storage_key = ?').run(bytes, storageKey)
    facts.close()
  },
})

/** The bytes of a world. */
export interface Objects {
  open(): Promise<BlobStore>
  /** What a bad disk does. */
  change(storageKey: string, change: (bytes: Buffer) => Uint8Array): Promise<void>
}

const objectsInFiles = (folder: string): Objects => ({
  open: async () => {
    mkdirSync(folder, { recursive: true })
    return openFsBlobStore(folder)
  },
  change: async (storageKey, change) => writeFileSync(join(folder, storageKey), change(readFileSync(join(folder, storageKey)))),
})

/** Where what a world keeps is: in its folder where nothing else is said. */
export interface Places {
  facts?: Facts
  objects?: Objects
}

/** The deeds of the registry on a folder; `restart` is the end of the process and the next beginning. */
export class World {
  readonly clock = new FakeClock()
  readonly #platforms = new KeptPlatforms()
  readonly #unleased = rememberedByOneProcess(this.clock, worldSettings.lease.length)
  readonly #facts: Facts
  readonly #objects: Objects
  #store: MetadataStore
  #blobs: BlobStore
  #uploads: Uploads

  static async open(folder: string, places: Places = {}): Promise<World> {
    const { facts = factsInSqlite(folder), objects = objectsInFiles(join(folder, 'objects')) } = places
    return new World(facts, objects, await facts.open(), await objects.open())
  }

  private constructor(facts: Facts, objects: Objects, store: MetadataStore, blobs: BlobStore) {
    this.#facts = facts
    this.#objects = objects
    this.#store = store
    this.#blobs = blobs
    this.#uploads = new Uploads(this.deps)
  }

  get store(): MetadataStore {
    return this.#store
  }

  get blobs(): BlobStore {
    return this.#blobs
  }

  get uploads(): Uploads {
    return this.#uploads
  }

  get deps(): WorldDeps {
    return {
      store: this.#store,
      blobs: this.#blobs,
      clock: this.clock,
      ids: { next: nextId },
      failpoint: () => {},
      unleased: this.#unleased,
      emptying: new Emptying({ store: this.#store, clock: this.clock }),
      platforms: this.#platforms,
      settings: worldSettings,
      hash,
    }
  }

  /** What a bad disk does. */
  async damage({ storageKey, bytes: inRow }: Pick<LinkedBlob, 'storageKey' | 'bytes'>): Promise<void> {
    const change = (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))
    if (inRow) await this.#facts.overwrite(storageKey, change(inRow))
    else await this.#objects.change(storageKey, change)
  }

  async restart(): Promise<void> {
    await this.close()
    this.#store = await this.#facts.open()
    this.#blobs = await this.#objects.open()
    this.#uploads = new Uploads(this.deps)
  }

  async close(): Promise<void> {
    await this.#store.close()
    await this.#blobs.close()
  }
}
