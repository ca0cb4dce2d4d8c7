import { backupFolders } from '#adapters/fs/backup-folders.ts'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { sqliteFactsFiles } from '#adapters/sqlite/facts-files.ts'
import { restore, type RestoreOptions } from '#app/maintenance/restore.ts'
import type { Restored } from '#core/maintenance.ts'

/** Fills the data directory from a backup. */
export function restoreInto(dataDir: string, from: string, options: RestoreOptions): Promise<Restored> {
  const directory = dataDirectory(dataDir)
  return restore({ facts: sqliteFactsFiles(directory.database), folders: backupFolders(directory) }, from, options)
}
