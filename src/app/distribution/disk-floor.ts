import { RegistryError } from '#core/registry-error.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import type { Deps } from '../deps.ts'

const freshFor = 1000
const known = new WeakMap<BlobStore, { free: number; total: number; at: number }>()

/**
 * Refuses new bytes with `storage-full` while the disk is below its floor, so that deletes and the database keep room.
 * The figure is at most a second old. A floor is never more than a twentieth of the disk: a small disk is usable too.
 */
export async function checkDiskFloor({ blobs, clock, settings }: Pick<Deps, 'blobs' | 'clock' | 'settings'>): Promise<void> {
  if (!blobs.space) return
  const now = clock.elapsed()
  let space = known.get(blobs)
  if (!space || now - space.at > freshFor) known.set(blobs, (space = { ...(await blobs.space()), at: now }))
  if (space.free >= Math.min(settings.diskFloor, space.total / 20)) return
  throw new RegistryError('storage-full', 'the disk is almost full: free some space and try again', { free: space.free })
}
