import { DatabaseError } from 'pg'
import { RegistryError } from '#core/registry-error.ts'
import { Refusal } from '#core/refusal.ts'
import { movedFailure, pausedFailure } from '#store/moving/refused-writes.ts'
import { RunAgain } from '#store/run-again.ts'
import { isReadOnly } from './connections.ts'

/**
 * Serialization failure, deadlock, lock not available, a row that another one made first, a row that went while it was built
 * on, and what the command itself finds changed: nothing of it happened, and run again it sees what was decided meanwhile.
 */
const again: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '23505', '23503'])

/** So does a server of the database that became a standby: there is another one by now. */
export const passes = (error: unknown): boolean =>
  error instanceof RunAgain || isReadOnly(error) || (error instanceof DatabaseError && again.has(error.code ?? ''))

/** What a command throws of itself: its connection is as it was. */
export const isOwn = (error: unknown): boolean => error instanceof RegistryError || error instanceof RunAgain

/** Of a COMMIT that the database itself refused, nothing is there; without its answer nobody knows. */
export const isRefusedCommit = (error: unknown): boolean => error instanceof DatabaseError && error.severity === 'ERROR'

export const unknownOutcome = (error: unknown): RegistryError =>
  failed('the database did not say whether this was done before its connection broke', error)

/** What the database or its driver said, names of hosts and users among it, is the log's alone. */
const failed = (sentence: string, error: unknown): RegistryError =>
  Object.assign(new RegistryError('storage-failed', sentence), { cause: String(error) })

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const diskFull = '53100'
const notPermitted = '42501'

/** What our triggers say while the registry is being moved, and when it has. */
export const pausedCode = 'LSP01'
export const movedCode = 'LSM01'

export const isPaused = (error: unknown): boolean => error instanceof DatabaseError && error.code === pausedCode

export function named(error: unknown): unknown {
  if (error instanceof RegistryError) return error
  if (error instanceof DatabaseError && error.code === diskFull)
    return new RegistryError('storage-full', 'the database has no room: free some space and try again')
  if (error instanceof DatabaseError && error.code === pausedCode) return pausedFailure()
  if (error instanceof DatabaseError && error.code === movedCode) return movedFailure()
  return failed('the database did not answer as it should', error)
}

/** What a start, or a command of the operator, is refused with. */
export function asRefusal(error: unknown): unknown {
  const { code, message = '' } = error as { code?: unknown; message?: string }
  if (error instanceof Refusal || (typeof code !== 'string' && !/^Connection terminated|timeout/.test(message))) return error
  return notReached(error)
}

/** Whatever there is no connection for: the driver's own refusals (a password that is missing, TLS that is) have no code. */
export function notReached(error: unknown): Refusal {
  const { code, message = String(error) } = error as { code?: unknown; message?: string }
  if (/client password must be a (?:non-empty )?string/.test(message)) return new Refusal('database-password', {})
  if (code === notPermitted) return new Refusal('database-permission', { found: message })
  return new Refusal('database-away', { found: typeof code === 'string' ? `${message} (${code})` : message })
}
