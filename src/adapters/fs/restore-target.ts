import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Refusal } from '#core/refusal.ts'
import type { RestoreWriter } from '#ports/backup.ts'
import { copyDurably, syncPath } from './copy-file.ts'
import { copySecrets, namesIn } from './copy-secrets.ts'
import type { DataDirectory } from './data-directory.ts'
import { DirectoryOwned, ownDataDirectory } from './ownership.ts'

/** Stands in a data directory from the first byte of a restore until the last. */
const marker = 'restore.partial'
/** What may lie in a data directory that is empty: the disk's own, the operator's settings, the lock. */
const nobodys: ReadonlySet<string> = new Set(['lost+found', 'longshore.yaml', 'owner.db', 'owner.db-journal', 'owner.pid'])

export const isHalfRestored = (directory: DataDirectory): boolean => existsSync(join(directory.root, marker))

/**
 * empty → marked → objects, keys, certificates, facts → unmarked. What is marked is not served, and another restore
 * may begin it again.
 */
export async function openRestoreTarget(directory: DataDirectory, source: DataDirectory): Promise<RestoreWriter> {
  const again = isHalfRestored(directory)
  const owned = takeDirectory(directory, again ? [] : await namesIn(directory.root))
  const markerPath = join(directory.root, marker)
  const fresh = `${directory.database}.restoring`
  const shards = new Set<string>()
  const folder = async (path: string) => {
    if (shards.has(path)) return
    await mkdir(path, { recursive: true, mode: 0o700 })
    shards.add(path)
  }
  try {
    await writeFile(markerPath, '', { mode: 0o600, flush: true })
    await syncPath(directory.root)
    if (again)
      for (const path of [directory.objects, dirname(directory.secretKey), directory.tls, fresh])
        await rm(path, { recursive: true, force: true })
    await mkdir(directory.objects, { recursive: true, mode: 0o700 })
  } catch (error) {
    owned.release()
    throw error
  }
  return {
    takeObject: async (storageKey) => {
      await folder(join(directory.objects, dirname(storageKey)))
      await copyDurably(join(source.objects, storageKey), join(directory.objects, storageKey), 0o600)
    },
    finish: async () => {
      for (const shard of shards) await syncPath(shard)
      await syncPath(directory.objects)
      await copySecrets(source, directory)
      await copyDurably(source.database, fresh, 0o600)
      await rename(fresh, directory.database)
      await syncPath(directory.root)
      await rm(markerPath)
      await syncPath(directory.root)
    },
    close: () => owned.release(),
  }
}

function takeDirectory(directory: DataDirectory, names: readonly string[]): { release: () => void } {
  const isEmpty = names.every((name) => nobodys.has(name))
  if (!isEmpty && !names.includes('owner.db')) throw new Refusal('restore-target-not-empty', { path: directory.root })
  const owned = own(directory)
  if (isEmpty) return owned
  owned.release()
  throw new Refusal('restore-target-not-empty', { path: directory.root })
}

function own(directory: DataDirectory): { release: () => void } {
  try {
    return ownDataDirectory(directory)
  } catch (error) {
    if (error instanceof DirectoryOwned) throw new Refusal('server-must-stop', { path: directory.root, pid: error.pid ?? '?' })
    throw error
  }
}
