import { RegistryError } from '#core/registry-error.ts'

/** A disk's error as a failure that names neither path nor call. */
export function diskError(code: string | undefined, message: string): Error {
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new RegistryError('storage-full', 'the disk is full: free some space and try again')
  if (code === 'EMFILE' || code === 'ENFILE') return new RegistryError('overloaded', 'too many files are open: try again')
  if (code !== undefined && /^E[A-Z]+$/.test(code))
    return new RegistryError('storage-failed', `the disk refused (${code}); the bytes of this request were not kept`)
  return new Error(message)
}
