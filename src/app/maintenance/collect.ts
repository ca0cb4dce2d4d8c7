import type { CollectionCommands, CollectionReads } from '#ports/collection.ts'
import type { RegistryReads } from '#ports/registries.ts'
import type { UploadCommands } from '#ports/uploads.ts'
import type { UsageReads } from '#ports/usage.ts'
import type { Collected } from '#core/maintenance.ts'
import type { Deps } from '../deps.ts'
import { deleteBytes } from './delete-bytes.ts'
import { makeRoom } from './room.ts'
import type { WallClock } from './wall-clock.ts'

type CollectDeps = Pick<Deps, 'blobs' | 'clock' | 'emptying' | 'settings' | 'failpoint' | 'unleased'> & {
  store: CollectionCommands & CollectionReads & RegistryReads & UploadCommands & UsageReads
}

const atOnce = 500

/**
 * One pass of online collection (docs/store.md, "Collection"), beside whatever runs:
 * expired uploads end → deleted repositories drain → dead links are condemned → what nothing names returns below its bound
 * → what was condemned long enough loses its bytes.
 * Each step is safe alone and is taken up again by the next pass wherever this one stops. Nothing is condemned for one
 * lease after an answer that no lease holds.
 * @param now the wall clock, given by who guards against its jumps
 */
export async function collect(deps: CollectDeps, now: number): Promise<Collected> {
  const { store, clock, emptying, settings, failpoint, unleased } = deps
  const total: Collected = { reviewed: 0, condemned: 0, condemnedBytes: 0, deleted: 0, deletedBytes: 0, uploads: 0 }
  for (;;) {
    const ended = await store.reapUploads({ now, limit: atOnce })
    total.uploads += ended.length
    if (ended.length < atOnce) break
  }
  while ((await emptying.step(() => now)) > 0);
  while (clock.elapsed() >= unleased.until) {
    const { reviewed, condemned, bytes } = await store.condemn({ now, limit: atOnce })
    failpoint('collect.condemn.after-commit')
    total.reviewed += reviewed
    total.condemned += condemned
    total.condemnedBytes += bytes
    if (reviewed < atOnce) break
  }
  if (clock.elapsed() >= unleased.until) for (const { id } of await store.registries()) await makeRoom(deps, id, 0, now)
  let refused: unknown
  for (;;) {
    const objects = await store.condemnedObjects({ now, age: settings.collectionDelay, limit: atOnce })
    const deleted = await deleteBytes(deps, objects, now)
    total.deleted += deleted.count
    total.deletedBytes += deleted.bytes
    refused ??= deleted.refused
    if (objects.length < atOnce || deleted.count === 0) break
  }
  if (refused !== undefined) throw new UndeletedObjects(refused)
  return total
}

/** The disk kept the bytes of some objects; the others are gone, and these are tried again by the next pass. */
export class UndeletedObjects extends Error {
  constructor(cause: unknown) {
    super(`some objects could not be deleted: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/**
 * Runs passes until stopped. Rests for one lease length after the database could not be written (answers went out
 * without leases then) and when the wall clock jumped (wall-clock.ts).
 */
export class Collector {
  readonly #deps: CollectDeps
  readonly #interval: number
  readonly #report: (collected: Collected) => void
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #started = false
  #pauses = 0
  #running: Promise<Collected | undefined> | undefined
  /** One after the other in a registry: many uploads wait for the same room. */
  readonly #rooms = new Map<number, Promise<number | undefined>>()
  readonly #wallClock: WallClock

  /** @param interval between passes, in milliseconds */
  constructor(
    deps: CollectDeps,
    options: { interval: number; wallClock: WallClock; report: (collected: Collected) => void; failed: (error: unknown) => void },
  ) {
    this.#deps = deps
    this.#interval = options.interval
    this.#wallClock = options.wallClock
    this.#report = options.report
    this.#failed = options.failed
  }

  start(): void {
    this.#started = true
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#started = false
    await this.#settle()
  }

  /** A pass now; joins one that is under way. Undefined while collection rests or is paused. */
  async run(): Promise<Collected | undefined> {
    if (this.#pauses > 0) return undefined
    this.#running ??= this.#pass().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Room for `bytes` in a registry, while collection may run; returns after how many seconds there may be some. */
  async makeRoom(registryId: number, bytes: number): Promise<number | undefined> {
    const make = async () => {
      const now = this.#pauses > 0 ? undefined : await this.#wallClock.look()
      if (now === undefined || this.#deps.clock.elapsed() < this.#deps.unleased.until) return undefined
      return makeRoom(this.#deps, registryId, bytes, now)
    }
    const room = (this.#rooms.get(registryId) ?? Promise.resolve()).then(make, make)
    this.#rooms.set(registryId, room)
    return room.finally(() => {
      if (this.#rooms.get(registryId) === room) this.#rooms.delete(registryId)
    })
  }

  async #pass(): Promise<Collected | undefined> {
    const now = await this.#wallClock.look()
    return now === undefined ? undefined : collect(this.#deps, now)
  }

  get isPaused(): boolean {
    return this.#pauses > 0
  }

  /** Runs something that collection must not run beside. */
  async pause<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#pauses++
    try {
      await this.#settle()
      return await work()
    } finally {
      this.#pauses--
      this.#schedule()
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#started && this.#pauses === 0 ? setTimeout(() => void this.#tick(), this.#interval).unref() : undefined
  }

  async #settle(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#running?.catch(() => {})
    for (const room of this.#rooms.values()) await room.catch(() => {})
  }

  async #tick(): Promise<void> {
    try {
      const collected = await this.run()
      if (collected) this.#report(collected)
    } catch (error) {
      if (!(error instanceof UndeletedObjects)) this.#wallClock.rest()
      this.#failed(error)
    }
    this.#schedule()
  }
}
