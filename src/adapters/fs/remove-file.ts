import { rmdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './syncs.ts'

/** Deletes a file for good; one that is not there is deleted already. Returns whether it was there. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code !== 'EISDIR') throw error
    // A folder in a file's place; one that has something in it stays.
    rmdirSync(path)
  }
  // The row goes after this: a file must not come back after a power cut when nothing names it any more.
  syncFolder(dirname(path))
  return true
}
