import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolders } from './make-folders.ts'

/** Makes the folder of az's profile, and forgets the cloud that it keeps there unless that is current. */
export function refreshProfile(folder: string, isCurrent: (kept: unknown) => boolean): void {
  // az 2.45 fails in a profile that is not there.
  makeFolders(folder)
  const path = join(folder, 'cloudEndpoints.json')
  if (!isCurrent(read(path))) rmSync(path, { force: true })
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
