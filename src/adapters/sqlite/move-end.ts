import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from '#core/refusal.ts'
import type { MoveMark } from '#ports/facts-move.ts'
import { MoveEnd } from '#store/moving/move-end.ts'
import { NewPlace } from '#store/moving/new-place.ts'
import { OldPlace } from '#store/moving/old-place.ts'
import { SqliteConnection } from './connection.ts'
import { migrate } from './migrate.ts'
import { SqliteMoveConnection } from './move-connection.ts'
import { makePrivate } from './private-file.ts'

const busy = 5

/** Keeps other moves of a database away until it is called. Refuses with `move-running`. */
function lockMove(database: string): () => void {
  const path = `${database}.move`
  makePrivate(path)
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (error) {
    lock.close()
    throw (error as { errcode?: number }).errcode === busy ? new Refusal('move-running', { store: database }) : error
  }
}

/** A database file that a registry leaves. A server may be at work on it. */
export const openSqliteOldPlace = (path: string): OldPlace => new OldPlace(taken(path), path)

/** One that it comes to: made where there is none, and brought to the newest schema. */
export const openSqliteNewPlace = (path: string): NewPlace =>
  new NewPlace(
    taken(path, (connection) => {
      migrate(connection, path)
      connection.database.exec('PRAGMA foreign_keys = OFF')
    }),
    path,
  )

/** Nobody else moves it until it is closed. */
function taken(path: string, prepare: (connection: SqliteConnection) => void = () => {}): SqliteMoveConnection {
  const release = lockMove(path)
  try {
    makePrivate(path)
    const connection = new SqliteConnection(path)
    try {
      prepare(connection)
      return new SqliteMoveConnection(connection, path, release)
    } catch (error) {
      connection.close()
      throw error
    }
  } catch (error) {
    release()
    throw error
  }
}

/** What a database says of a move, before anything relies on it. */
export async function sqliteMoveMark(path: string): Promise<MoveMark | undefined> {
  if (!existsSync(path)) return undefined
  const connection = new SqliteConnection(path, { readOnly: true })
  const end = new MoveEnd(new SqliteMoveConnection(connection, path, () => {}), path)
  try {
    return await end.mark()
  } finally {
    await end.close()
  }
}
