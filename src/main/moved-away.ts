import { setTimeout as pause } from 'node:timers/promises'
import { asDamage } from '#adapters/sqlite/damage.ts'
import { sqliteMoveMark } from '#adapters/sqlite/move-end.ts'
import { Refusal } from '#core/refusal.ts'
import type { MoveMark, OldPlace } from '#ports/facts-move.ts'
import { isOwnDatabase } from './facts.ts'
import { blobsPlace, type MovePlaces, openOldPlace, placesOf, postgresPlace, storePlace } from './move-ends.ts'
import { type Config, storeName } from './settings.ts'

/** In milliseconds. */
const askAgain = 100

/**
 * Before anything relies on a database: that the registry lives there. Where its bytes alone were moved and this is a server of the new
 * store, rows name that from now on. Refuses with `moved-away`, `move-unfinished`.
 */
export async function refuseMovedAway(config: Config): Promise<void> {
  const places = placesOf(config)
  const mark = await markOf(places)
  if (mark === undefined) return
  if (mark.phase === 'arriving') throw new Refusal('move-unfinished', { store: storePlace(places) })
  if (mark.phase !== 'moved') return
  if (mark.toStore === null && mark.toBlobs === blobsPlace(places)) return settle(places)
  const to = [mark.toStore, mark.toBlobs].flatMap((each) => each ?? []).join(' + ')
  throw new Refusal('moved-away', { store: storePlace(places), to })
}

async function markOf({ config, directory }: MovePlaces): Promise<MoveMark | undefined> {
  if (!isOwnDatabase(config)) {
    const { postgresMoveMark } = await import('#adapters/postgres/move-end.ts')
    return postgresMoveMark(postgresPlace(config), storeName(config.store))
  }
  try {
    return await sqliteMoveMark(directory.database)
  } catch (error) {
    throw asDamage(error, directory.database)
  }
}

/** Of several servers that begin at once one does it, and the others wait for it. */
async function settle(places: MovePlaces): Promise<void> {
  const end = await aloneAt(places)
  try {
    const mark = await end.mark()
    if (mark?.phase === 'moved') await end.settleBytes(mark)
  } finally {
    await end.close()
  }
}

async function aloneAt(places: MovePlaces): Promise<OldPlace> {
  for (;;)
    try {
      return await openOldPlace(places)
    } catch (error) {
      // Whoever has it is at work, or its connection, and what it has with it, ends.
      if (!(error instanceof Refusal) || error.reason !== 'move-running') throw error
      await pause(askAgain)
    }
}
