import { setTimeout as pause } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import type { Connections } from './connections.ts'
import { begin } from './session.ts'

// Any numbers that nobody else takes in a database of ours.
export const migrationLock = 7_203_021_776
const beginningLock = 7_203_021_777
/** Shared by each command, alone by a migration that some programs may not outlive (versions.ts). */
export const versionLock = 7_203_021_778
/** Of one statement that takes away what servers were told (change-log.ts). */
export const pruneLock = 7_203_021_779
/** Of a connection, for as long as somebody moves the registry from here or to here. */
export const moveLock = 7_203_021_780

const askAgain = 100

/**
 * Begins a transaction that has the lock, when nobody else has. Between two questions no transaction is open, so that who waits takes no
 * connection of a pooler from who works. It waits as long as the holder lives: the database ends the transaction of one that does not.
 */
export async function beginAlone(client: ClientBase, lock: number): Promise<void> {
  for (;;) {
    await client.query(
      `${begin}; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0`,
    )
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [lock])
    if (rows[0]?.mine) return
    await client.query('ROLLBACK')
    await pause(askAgain)
  }
}

/** Does the work while no other server does work in this way. */
export async function alone<Result>(connections: Connections, work: () => Promise<Result>): Promise<Result> {
  const client = await connections.own()
  try {
    await beginAlone(client, beginningLock)
    return await work()
  } finally {
    // The lock goes with the connection.
    await client.end().catch(() => {})
  }
}
