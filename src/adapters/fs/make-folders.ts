import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that a person named, and those above it that are not there. Node's own recursive mkdir goes round for ever
 * where the system answers ENOENT beside a parent that is there, as below /proc; in a server that is a thread for good.
 */
export function makeFolders(path: string, mode = 0o700): void {
  if (isFolder(path)) return
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Somebody else may have made it meanwhile.
    if (code === 'EEXIST' && isFolder(path)) return
    const above = dirname(path)
    if (code !== 'ENOENT' || above === path || isFolder(above)) throw error
    makeFolders(above, mode)
    makeFolders(path, mode)
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
