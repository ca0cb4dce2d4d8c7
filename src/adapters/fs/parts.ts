import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDirectory } from './data-directory.ts'

/** Which parts of a data directory are there. */
export interface Parts {
  /** A file that is not empty. */
  database: boolean
  key: boolean
  /** Any object. */
  files: boolean
}

export const partsOf = ({ database, secretKey, objects }: DataDirectory): Parts => ({
  database: (statSync(database, { throwIfNoEntry: false })?.size ?? 0) > 0,
  key: existsSync(secretKey),
  files: hasObjects(objects),
})

function hasObjects(objects: string): boolean {
  if (!existsSync(objects)) return false
  return readdirSync(objects, { withFileTypes: true }).some(
    (shard) => shard.isDirectory() && readdirSync(join(objects, shard.name)).length > 0,
  )
}
