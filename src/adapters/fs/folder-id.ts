import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from './syncs.ts'

/**
 * What a folder of objects is called, wherever it is mounted: in a file of its own, made once, whole before it has its name.
 * Servers that share it read the same; a folder that only looks like another one's is none.
 */
export function folderId(root: string): string {
  const path = join(root, '.id')
  const known = read(path)
  if (known !== undefined) return known
  const unfinished = join(root, `.id.${randomUUID()}`)
  const file = openSync(unfinished, 'wx', 0o600)
  try {
    writeSync(file, randomUUID())
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    // Of several that begin at once one names it.
    linkSync(unfinished, path)
    syncFolder(root)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(unfinished)
  }
  return read(path) ?? folderId(root)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
