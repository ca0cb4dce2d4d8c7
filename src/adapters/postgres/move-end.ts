import type { Client } from 'pg'
import { Refusal } from '#core/refusal.ts'
import type { FactsEnd, MoveMark } from '#ports/facts-move.ts'
import { MoveEnd } from '#store/moving/facts-end.ts'
import { Connections, type PoolOptions } from './connections.ts'
import { asRefusal, notReached } from './failures.ts'
import { moveLock } from './locks.ts'
import { migrate } from './migrate.ts'
import { PostgresMoveConnection } from './move-connection.ts'

type Place = Pick<PoolOptions, 'url' | 'passwordFile'>

/**
 * Opens a database as an end of a move. Servers may be at work on it.
 * @param make tables are made where there are none, and brought to the newest schema
 */
export async function openPostgresMoveEnd(place: Place, name: string, { make }: { make: boolean }): Promise<FactsEnd> {
  const { client, isPooled, close } = await connected(place)
  try {
    // It would keep the lock after us, for whoever is given that connection next.
    if (isPooled) throw new Refusal('move-pooler', { store: name })
    const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [moveLock])
    if (rows[0]?.ours !== true) throw new Refusal('move-running', { store: name })
    if (make) await migrate(client)
    return new MoveEnd(new PostgresMoveConnection(client, name, close), name)
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
