import { DatabaseError } from 'pg'
import { RegistryError } from '#core/registry-error.ts'
import { RunAgain } from '#store/run-again.ts'

/**
 * Serialization failure, deadlock, lock not available, a row that another one made first, a row that went while it was built
 * on, and what the command itself finds changed: nothing of it happened, and run again it sees what was decided meanwhile.
 */
const again: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '23505', '23503'])

export const passes = (error: unknown): boolean =>
  error instanceof RunAgain || (error instanceof DatabaseError && again.has(error.code ?? ''))

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const diskFull = '53100'

export function named(error: unknown): unknown {
  if (error instanceof RegistryError) return error
  if (error instanceof DatabaseError && error.code === diskFull)
    return new RegistryError('storage-full', 'the database has no room: free some space and try again', {})
  return new RegistryError('storage-failed', 'the database did not answer as it should', { cause: String(error) })
}
