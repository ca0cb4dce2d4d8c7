import { DirectoryOwned } from '#adapters/fs/data-directory.ts'
import { DamagedDatabase } from '#adapters/sqlite/damage.ts'
import { NewerDatabase } from '#adapters/sqlite/migrate.ts'
import { NameOutsideAuthority } from '#adapters/x509/name-outside-authority.ts'
import { RegistryError } from '#core/registry-error.ts'
import { Refusal } from '#core/refusal.ts'
import { ConfigError } from './config.ts'

/** What the command line says of a failure: a Refusal in the person's language, a line as it is, or nothing that it knows. */
export type Known = { refusal: Refusal } | { line: string; isUsage: boolean } | undefined

const permission: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EBUSY', 'ELOOP'])
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/** Failures that are no bug of ours. */
export function knownFailure(error: unknown): Known {
  if (error instanceof Refusal) return { refusal: error }
  if (error instanceof DirectoryOwned) return { refusal: new Refusal('directory-owned', { dataDir: error.root, pid: error.pid ?? '?' }) }
  if (error instanceof DamagedDatabase) return { refusal: new Refusal('database-damaged', { path: error.path, found: error.finding }) }
  if (error instanceof ConfigError) return { line: error.message, isUsage: true }
  if (error instanceof NewerDatabase || error instanceof NameOutsideAuthority || error instanceof RegistryError)
    return { line: error.message, isUsage: false }
  const { code = '', path = '', dest, syscall } = error as NodeJS.ErrnoException & { dest?: string }
  // A recursive mkdir on a read-only file system says ENOENT.
  if (permission.has(code) || (code === 'ENOENT' && syscall === 'mkdir'))
    return { refusal: new Refusal('permission', { path: dest ?? path, code }) }
  if (full.has(code)) return { refusal: new Refusal('disk-full', { path: dest ?? path }) }
  return undefined
}

/** The same failure, as a Refusal where it is one. */
export function asRefusal(error: unknown): unknown {
  const known = knownFailure(error)
  return known && 'refusal' in known ? known.refusal : error
}
