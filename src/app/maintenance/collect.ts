import type { Collected } from '#core/maintenance.ts'
import type { Deps } from '../deps.ts'
import { unheldUntil } from '../distribution/blobs.ts'

type CollectDeps = Pick<Deps, 'store' | 'blobs' | 'clock' | 'settings' | 'failpoint'>

const atOnce = 500

/**
 * One pass of online collection (store.md "Collection"), beside whatever runs:
 * expired uploads end → deleted repositories drain → dead links are condemned → what was condemned long enough loses its bytes.
 * Each step is safe alone and is taken up again by the next pass wherever this one stops. Nothing is condemned for one
 * lease after an answer that no lease holds.
 * @param now the wall clock, given by who guards against its jumps
 */
export async function collect(deps: CollectDeps, now: number): Promise<Collected> {
  const { store, blobs, clock, settings, failpoint } = deps
  const total: Collected = { reviewed: 0, condemned: 0, condemnedBytes: 0, deleted: 0, deletedBytes: 0, uploads: 0 }
  for (;;) {
    const ended = await store.reapUploads({ now, limit: atOnce })
    total.uploads += ended.length
    if (ended.length < atOnce) break
  }
  while ((await store.drainRepositories({ now, limit: atOnce })) > 0);
  while (clock.elapsed() >= unheldUntil(deps)) {
    const { reviewed, condemned, bytes } = await store.condemn({ now, limit: atOnce })
    failpoint('collect.condemn.after-commit')
    total.reviewed += reviewed
    total.condemned += condemned
    total.condemnedBytes += bytes
    if (reviewed < atOnce) break
  }
  let refused: unknown
  for (;;) {
    const objects = await store.condemnedObjects({ before: now - settings.collectionDelay, limit: atOnce })
    const gone: string[] = []
    for (const object of objects) {
      failpoint('collect.delete.before-bytes')
      try {
        await blobs.delete(object.storageKey)
      } catch (error) {
        refused ??= error
        continue
      }
      failpoint('collect.delete.after-bytes')
      gone.push(object.objectId)
      total.deletedBytes += object.size
    }
    if (gone.length > 0) await store.forgetObjects({ objectIds: gone, now })
    failpoint('collect.delete.after-commit')
    total.deleted += gone.length
    if (objects.length < atOnce || gone.length === 0) break
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

const largestJump = 10 * 60 * 1000

/**
 * Runs passes until stopped. Rests for one lease length after the database could not be written (answers went out
 * without leases then) and when the wall clock jumps: a lease must never end because a clock was set.
 */
export class Collector {
  readonly #deps: CollectDeps
  readonly #interval: number
  readonly #report: (collected: Collected) => void
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #started = false
  #pauses = 0
  #running: Promise<Collected> | undefined
  #restUntil = 0
  #wall: number
  #elapsed: number

  /** @param interval between passes, in milliseconds */
  constructor(deps: CollectDeps, options: { interval: number; report: (collected: Collected) => void; failed: (error: unknown) => void }) {
    this.#deps = deps
    this.#interval = options.interval
    this.#report = options.report
    this.#failed = options.failed
    this.#wall = deps.clock.now()
    this.#elapsed = deps.clock.elapsed()
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
    const { clock, settings } = this.#deps
    const wall = clock.now()
    const elapsed = clock.elapsed()
    if (Math.abs(wall - this.#wall - (elapsed - this.#elapsed)) > largestJump) this.#restUntil = elapsed + settings.lease.length
    this.#wall = wall
    this.#elapsed = elapsed
    if (elapsed < this.#restUntil) return undefined
    this.#running ??= collect(this.#deps, wall).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Leases could not be written: what was answered meanwhile must be given its time. */
  rest(): void {
    this.#restUntil = this.#deps.clock.elapsed() + this.#deps.settings.lease.length
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
  }

  async #tick(): Promise<void> {
    try {
      const collected = await this.run()
      if (collected) this.#report(collected)
    } catch (error) {
      if (!(error instanceof UndeletedObjects)) this.rest()
      this.#failed(error)
    }
    this.#schedule()
  }
}
