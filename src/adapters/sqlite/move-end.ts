import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from '#core/refusal.ts'
import type { FactsEnd, MoveMark } from '#ports/facts-move.ts'
import { MoveEnd } from '#store/moving/facts-end.ts'
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

/**
 * Opens a database file as an end of a move. Servers may be at work on it.
 * @param make the file is made where there is none, and brought to the newest schema
 */
export async function openSqliteMoveEnd(path: string, { make }: { make: boolean }): Promise<FactsEnd> {
  const release = lockMove(path)
  try {
    makePrivate(path)
    const connection = new SqliteConnection(path)
    try {
      if (make) {
        migrate(connection, path)
        connection.database.exec('PRAGMA foreign_keys = OFF')
      }
      return new MoveEnd(new SqliteMoveConnection(connection, path, release), path)
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
