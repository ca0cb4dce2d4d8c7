import { RegistryError } from '#core/registry-error.ts'
import type { Deps } from '../deps.ts'

const freshFor = 1000
let known: { free: number; total: number; at: number } | undefined

/**
 * Refuses new bytes with `storage-full` while the disk is below its floor, so that deletes and the database keep room.
 * The figure is at most a second old. A floor is never more than a twentieth of the disk: a small disk is usable too.
 */
export async function checkDiskFloor({ blobs, clock, settings }: Pick<Deps, 'blobs' | 'clock' | 'settings'>): Promise<void> {
  const now = clock.elapsed()
  if (!known || now - known.at > freshFor || now < known.at) known = { ...(await blobs.space()), at: now }
  if (known.free >= Math.min(settings.diskFloor, known.total / 20)) return
  throw new RegistryError('storage-full', 'the disk is almost full: free some space and try again', { free: known.free })
}
