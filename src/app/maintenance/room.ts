import type { UploadCommands } from '#ports/uploads.ts'
import type { UsageReads } from '#ports/usage.ts'
import { type Excess, excessOf } from '#core/storage-room.ts'
import type { CollectionCommands, CollectionReads, QueuePlace } from '#ports/collection.ts'
import type { Deps } from '../deps.ts'
import { reliedBefore, secondsHeld } from '../distribution/leases.ts'
import { deleteBytes } from './delete-bytes.ts'

type RoomDeps = Pick<Deps, 'blobs' | 'settings' | 'failpoint'> & {
  store: CollectionCommands & CollectionReads & UploadCommands & UsageReads
}
type Kind = Exclude<keyof Excess, 'taken'>

const atOnce = 100
/** So much work at most for one request that waits; the next one goes on. */
const mostRounds = 50

/**
 * Brings a registry below its bounds, so that `more` bytes have room: deleted repositories are emptied, uploads that were left behind
 * end, what is given up already loses
 * its bytes without waiting (whoever reads them has the file open), then the oldest of the rest is given up. Nothing is
 * that an answer within the promise relied on; returns after how many seconds the first of it may be.
 */
export async function makeRoom(deps: RoomDeps, registryId: number, more: number, now: number): Promise<number | undefined> {
  await drain(deps, now)
  const { taken, pending, left, all } = excessOf(await deps.store.usage(registryId), more)
  if (taken + pending + left + all === 0) return undefined
  await endResting(deps, registryId, more, now)
  const held: number[] = []
  for (const kind of ['pending', 'left', 'all'] as const) {
    const since = await makeRoomOf(deps, kind, registryId, more, now)
    if (since !== undefined) held.push(secondsHeld(deps.settings.lease, since, now))
  }
  return held.length > 0 ? Math.max(...held) : undefined
}

/** Returns when the oldest that is left was relied on, if that is why it stopped. */
async function makeRoomOf(deps: RoomDeps, kind: Kind, registryId: number, more: number, now: number): Promise<number | undefined> {
  const { store, settings } = deps
  const only = kind === 'all' ? undefined : kind
  let after: QueuePlace | undefined
  for (let round = 0; round < mostRounds; round++) {
    const usage = await store.usage(registryId)
    const bytes = excessOf(usage, more)[kind]
    if (bytes === 0) return undefined
    if (kind !== 'pending' && (await deleteCondemned(deps, registryId, bytes, now))) continue
    const given = await store.dropUnreferenced({
      registryId,
      now,
      reliedBefore: reliedBefore(settings.lease, now),
      bytes,
      only,
      after,
      limit: atOnce,
    })
    if (given.heldSince !== undefined) return given.heldSince
    if (given.freed === 0 && !given.last) return undefined
    after = given.freed > 0 ? undefined : given.last
  }
  return undefined
}

/** What a deleted repository holds still may be what is in the way: its job may only have begun (app/jobs/). */
async function drain({ store }: RoomDeps, now: number): Promise<void> {
  for (let round = 0; round < mostRounds; round++) if ((await store.drainRepositories({ now, limit: atOnce })) === 0) return
}

/** Uploads that nobody has touched for as long as an answer is kept hold no place where it is wanted. */
async function endResting({ store, settings }: RoomDeps, registryId: number, more: number, now: number): Promise<void> {
  const usage = await store.usage(registryId)
  const bytes = excessOf(usage, more).taken
  if (bytes === 0 || usage.reserved === 0) return
  // Each touch puts their end off by a whole life.
  const expiring = now + settings.uploadLife - settings.lease.promise
  await store.endRestingUploads({ registryId, now, expiring, bytes, limit: atOnce })
}

/** Those that were given up first, until `bytes` are gone. False when there was none that could go. */
async function deleteCondemned(deps: RoomDeps, registryId: number, bytes: number, now: number): Promise<boolean> {
  const objects = await deps.store.condemnedObjects({ now, age: 0, limit: atOnce, registryId })
  let sum = 0
  const going = objects.filter(({ size }) => sum < bytes && (sum += size) >= 0)
  return (await deleteBytes(deps, going, now)).count > 0
}
