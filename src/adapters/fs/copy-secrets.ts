import { mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { copyDurably, syncPath } from './copy-file.ts'
import type { DataDirectory } from './data-directory.ts'

/** The key file and the certificates of one data directory, or of a backup, for another. */
export async function copySecrets(from: DataDirectory, to: DataDirectory): Promise<void> {
  await mkdir(dirname(to.secretKey), { recursive: true, mode: 0o700 })
  await copyDurably(from.secretKey, to.secretKey, 0o400)
  await syncPath(dirname(to.secretKey))
  const certificates = await namesIn(from.tls)
  if (certificates.length === 0) return
  await mkdir(to.tls, { recursive: true, mode: 0o700 })
  for (const name of certificates) {
    const { mode } = await stat(join(from.tls, name))
    await copyDurably(join(from.tls, name), join(to.tls, name), mode & 0o777)
  }
  await syncPath(to.tls)
}

/** What lies in a folder; nothing when it is not there. */
export const namesIn = (path: string): Promise<string[]> =>
  readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
