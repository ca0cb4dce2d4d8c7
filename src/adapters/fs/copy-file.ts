import { constants } from 'node:fs'
import { chmod, copyFile, link, open } from 'node:fs/promises'

/** Copies a file under a new name; its bytes are durable (its name is once the folder is synced). */
export async function copyDurably(from: string, to: string, mode: number): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await chmod(to, mode)
  await syncPath(to)
}

// Another file system, one without links, a file of another owner, or too many links to it.
const noLink: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES'])

/** A second name for a file that is never written again; a copy where that cannot be. */
export async function linkOrCopy(from: string, to: string, mode: number): Promise<'linked' | 'copied'> {
  try {
    await link(from, to)
    return 'linked'
  } catch (error) {
    if (!noLink.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  await copyDurably(from, to, mode)
  return 'copied'
}

export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
