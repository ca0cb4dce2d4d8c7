import { unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './syncs.ts'

/** Deletes a file for good; one that is not there is deleted already. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  // The row goes after this: a file must not come back after a power cut when nothing names it any more.
  syncFolder(dirname(path))
}
