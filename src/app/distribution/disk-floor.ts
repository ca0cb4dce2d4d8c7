import { RegistryError } from '#core/registry-error.ts'
import type { Deps } from '../deps.ts'

const freshFor = 1000

/**
 * Refuses new bytes with `storage-full` while the disk is below its floor, so that deletes and the database keep room.
 * The figure is at most a second old. A floor is never more than a twentieth of the disk: a small disk is usable too.
 */
export class DiskFloor {
  readonly #deps: Pick<Deps, 'blobs' | 'clock' | 'settings'>
  #known: { free: number; total: number; at: number } | undefined

  constructor(deps: Pick<Deps, 'blobs' | 'clock' | 'settings'>) {
    this.#deps = deps
  }

  async check(): Promise<void> {
    const { blobs, clock, settings } = this.#deps
    if (!blobs.space) return
    const now = clock.elapsed()
    if (!this.#known || now - this.#known.at > freshFor) this.#known = { ...(await blobs.space()), at: now }
    const { free, total } = this.#known
    if (free >= Math.min(settings.diskFloor, total / 20)) return
    throw new RegistryError('storage-full', 'the disk is almost full: free some space and try again', { free })
  }
}
