import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from '#core/refusal.ts'
import type { RestoreWriter } from '#ports/backup.ts'
import { copySecrets } from './backup-folders.ts'
import { copyDurably, syncPath } from './copy-file.ts'
import { type DataDirectory, dataDirectory, DirectoryOwned, ownDataDirectory } from './data-directory.ts'

/** Stands in a data directory from the first byte of a restore until the last. */
const marker = 'restore.partial'
/** What may lie in a data directory that is empty: the disk's own, the operator's settings, the lock. */
const nobodys: ReadonlySet<string> = new Set(['lost+found', 'longshore.yaml', 'owner.db', 'owner.db-journal', 'owner.pid'])

export const isHalfRestored = (directory: DataDirectory): boolean => existsSync(join(directory.root, marker))

export async function openRestoreTarget(directory: DataDirectory): Promise<RestoreWriter & { from: (backup: string) => void }> {
  const halfRestored = isHalfRestored(directory)
  const owned = takeDirectory(directory, halfRestored ? undefined : await namesIn(directory.root))
  const markerPath = join(directory.root, marker)
  let source: DataDirectory | undefined
  const shards = new Set<string>()
  await writeFile(markerPath, '', { mode: 0o600, flush: true })
  await syncPath(directory.root)
  if (halfRestored)
    for (const path of [directory.objects, dirname(directory.secretKey), directory.tls]) await rm(path, { recursive: true, force: true })
  const fresh = `${directory.database}.restoring`
  await rm(fresh, { force: true })
  const backup = () => {
    if (!source) throw new Error('restored from nowhere')
    return source
  }
  return {
    from: (path) => {
      source = dataDirectory(path)
    },
    takeObject: async (storageKey) => {
      const shard = join(directory.objects, dirname(storageKey))
      if (!shards.has(shard)) {
        await mkdir(shard, { recursive: true, mode: 0o700 })
        shards.add(shard)
      }
      await copyDurably(join(backup().objects, storageKey), join(directory.objects, storageKey), 0o600)
    },
    finish: async () => {
      for (const shard of shards) await syncPath(shard)
      await syncPath(directory.objects)
      await copySecrets(backup(), directory)
      await copyDurably(backup().database, fresh, 0o600)
      await rename(fresh, directory.database)
      await syncPath(directory.root)
      await rm(markerPath)
      await syncPath(directory.root)
    },
    close: () => owned.release(),
  }
}

function takeDirectory(directory: DataDirectory, names: readonly string[] | undefined): { release: () => void } {
  const foreign = names?.find((name) => !nobodys.has(name))
  if (foreign !== undefined && !names?.includes('owner.db')) throw new Refusal('restore-target-not-empty', { path: directory.root })
  try {
    const owned = ownDataDirectory(directory)
    if (foreign === undefined) return owned
    owned.release()
    throw new Refusal('restore-target-not-empty', { path: directory.root })
  } catch (error) {
    if (error instanceof DirectoryOwned) throw new Refusal('server-must-stop', { path: directory.root, pid: error.pid ?? '?' })
    throw error
  }
}

const namesIn = (path: string): Promise<string[]> =>
  readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
