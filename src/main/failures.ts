import { DirectoryOwned } from '#adapters/fs/ownership.ts'
import { DamagedDatabase } from '#adapters/sqlite/damage.ts'
import { NewerDatabase } from '#ports/newer-database.ts'
import { NameOutsideAuthority } from '#adapters/x509/name-outside-authority.ts'
import { ApiFailure } from '#client/json-api.ts'
import { RegistryError } from '#core/registry-error.ts'
import { Refusal, type RefusalReason } from '#core/refusal.ts'
import { ConfigError } from './config.ts'

/** What the command line says of a failure: a Refusal in the person's language, a line as it is, or nothing that it knows. */
export type Known = { refusal: Refusal; isUsage?: boolean } | { line: string; isUsage: boolean } | undefined

/** What the system says of a path, and why nothing could be done there. */
const ofPaths: Readonly<Record<string, RefusalReason>> = {
  ENOENT: 'path-gone',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'read-only',
  ENOTDIR: 'wrong-kind',
  EISDIR: 'wrong-kind',
  EEXIST: 'wrong-kind',
  EBUSY: 'wrong-kind',
  ELOOP: 'wrong-kind',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
}

const sqliteCannotOpen = 14

/** Failures that are no bug of ours. */
export function knownFailure(error: unknown): Known {
  if (error instanceof ConfigError) return { refusal: error, isUsage: true }
  if (error instanceof Refusal) return { refusal: error }
  if (error instanceof DirectoryOwned) return { refusal: new Refusal('directory-owned', { dataDir: error.root, pid: error.pid ?? '?' }) }
  if (error instanceof DamagedDatabase) return { refusal: new Refusal('database-damaged', { path: error.path, found: error.finding }) }
  if (
    error instanceof NewerDatabase ||
    error instanceof NameOutsideAuthority ||
    error instanceof RegistryError ||
    error instanceof ApiFailure
  )
    return { line: typeof error.cause === 'string' ? `${error.message} (${error.cause})` : error.message, isUsage: false }
  const { code = '', path = '', dest, syscall, errcode } = error as NodeJS.ErrnoException & { dest?: string; errcode?: number }
  // The database names no path.
  if (errcode === sqliteCannotOpen) return { refusal: new Refusal('path-gone', { path: 'longshore.db', code: 'SQLITE_CANTOPEN' }) }
  // A recursive mkdir on a read-only file system says ENOENT.
  const reason = code === 'ENOENT' && syscall === 'mkdir' ? 'read-only' : ofPaths[code]
  if (reason && (dest ?? path) !== '') return { refusal: new Refusal(reason, { path: dest ?? path, code }) }
  return undefined
}

/** The same failure, as a Refusal where it is one. */
export function asRefusal(error: unknown): unknown {
  const known = knownFailure(error)
  return known && 'refusal' in known ? known.refusal : error
}
