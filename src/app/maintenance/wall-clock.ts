import { RegistryError } from '#core/registry-error.ts'
import type { InstallationCommands, InstallationReads, TimeMark } from '#ports/installation.ts'
import type { Uptime } from '#ports/uptime.ts'
import type { Deps } from '../deps.ts'

type WatchDeps = Pick<Deps, 'clock' | 'settings'> & {
  store: InstallationCommands & InstallationReads
  uptime: Uptime
}

const largestJump = 10 * 60 * 1000
const signingLife = 31 * 24 * 60 * 60 * 1000

/**
 * Keeps when the directory was last at work, and tells collection to rest for one lease after the wall clock jumped, in
 * this process or before it: a lease must never end because a clock was set.
 * While the machine runs, its own count tells a jump from a stop of the server. Over a restart of the machine nothing
 * does: then any gap is taken for a jump, but one that only went ahead never makes a rest longer that is under way, so that
 * a machine that is switched off each night collects too.
 */
export class WallClock {
  readonly #deps: WatchDeps
  readonly #jumped: (jump: { from: number; to: number }) => void
  #mark: TimeMark | undefined

  constructor(deps: WatchDeps, jumped: (jump: { from: number; to: number }) => void) {
    this.#deps = deps
    this.#jumped = jumped
  }

  /** The time, or undefined while collection must rest. */
  async look(): Promise<number | undefined> {
    const { store, clock, uptime, settings } = this.#deps
    const now = { wall: clock.now(), uptime: uptime.now(), boot: uptime.boot }
    const before = this.#mark ?? (await store.timeMark()) ?? { ...now, restLeft: 0 }
    const passed = passedBetween(before, now)
    const went = now.wall - before.wall
    let restLeft = Math.max(0, before.restLeft - (passed ?? 0))
    if (Math.abs(went - (passed ?? 0)) > largestJump) {
      if (passed !== undefined || went < 0 || restLeft === 0) restLeft = settings.lease.length
      this.#jumped({ from: before.wall, to: now.wall })
      await store.clockJumped({
        from: before.wall,
        now: now.wall,
        lease: settings.lease.length,
        uploadLife: settings.uploadLife,
        signingLife,
      })
    }
    this.#mark = { ...now, restLeft }
    await this.#keep()
    return restLeft > 0 ? undefined : now.wall
  }

  /** Leases could not be written: what was answered meanwhile must be given its time. */
  rest(): void {
    if (this.#mark) this.#mark = { ...this.#mark, restLeft: this.#deps.settings.lease.length }
  }

  /** A full disk must not keep collection from freeing it. */
  async #keep(): Promise<void> {
    if (!this.#mark) return
    await this.#deps.store.putTimeMark(this.#mark).catch((error: unknown) => {
      if (!(error instanceof RegistryError)) throw error
    })
  }
}

/** What truly passed; undefined where nobody knows. */
function passedBetween(before: TimeMark, now: Omit<TimeMark, 'restLeft'>): number | undefined {
  const counted = now.uptime - before.uptime
  if (before.boot !== null && now.boot !== null) return before.boot === now.boot ? counted : undefined
  return counted >= 0 && Math.abs(now.wall - before.wall - counted) <= largestJump ? counted : undefined
}
