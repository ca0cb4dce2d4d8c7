import type { Client } from 'pg'
import { Refusal } from '#core/refusal.ts'
import type { MoveMark } from '#ports/facts-move.ts'
import { MoveEnd } from '#store/moving/move-end.ts'
import { NewPlace } from '#store/moving/new-place.ts'
import { OldPlace } from '#store/moving/old-place.ts'
import { Connections, type PoolOptions } from './connections.ts'
import { asRefusal, notReached } from './failures.ts'
import { moveLock } from './locks.ts'
import { migrate } from './migrate.ts'
import { PostgresMoveConnection } from './move-connection.ts'

type Place = Pick<PoolOptions, 'url' | 'passwordFile'>

/** A database that a registry leaves. Servers may be at work on it. */
export const openPostgresOldPlace = async (place: Place, name: string): Promise<OldPlace> =>
  new OldPlace(await taken(place, name, async () => {}), name)

/** One that it comes to: tables are made where there are none, and brought to the newest schema. */
export const openPostgresNewPlace = async (place: Place, name: string): Promise<NewPlace> =>
  new NewPlace(await taken(place, name, migrate), name)

/** Nobody else moves it until it is closed. */
async function taken(place: Place, name: string, prepare: (client: Client) => Promise<void>): Promise<PostgresMoveConnection> {
  const { client, isPooled, close } = await connected(place)
  try {
    // It would keep the lock after us, for whoever is given that connection next.
    if (isPooled) throw new Refusal('move-pooler', { store: name })
    const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [moveLock])
    if (rows[0]?.ours !== true) throw new Refusal('move-running', { store: name })
    await prepare(client)
    return new PostgresMoveConnection(client, name, close)
  } catch (error) {
    await close()
    throw asRefusal(error)
  }
}

/** What a database says of a move, before anything relies on it. */
export async function postgresMoveMark(place: Place, name: string): Promise<MoveMark | undefined> {
  const { client, close } = await connected(place)
  try {
    return await new MoveEnd(new PostgresMoveConnection(client, name, close), name).mark()
  } catch (error) {
    throw asRefusal(error)
  } finally {
    await close()
  }
}

/** A page of rows takes as long as it takes; a lock waits for whoever writes. */
async function connected(place: Place): Promise<{ client: Client; isPooled: boolean; close: () => Promise<void> }> {
  const connections = new Connections({ ...place, connections: 1 })
  try {
    const client = await connections.own()
    const close = async () => {
      await client.end().catch(() => {})
      await connections.end()
    }
    return { client, isPooled: connections.isPooled, close }
  } catch (error) {
    await connections.end()
    throw notReached(error)
  }
}
