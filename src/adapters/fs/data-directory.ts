import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * data directory (mode 0700)
 *   owner.db owner.pid   who has it: an exclusive lock that the system drops with the process, and its pid for people
 *   longshore.db         the facts (SQLite, with -wal and -shm beside it)
 *   ballast              space that is given up when the disk is full, so that deletes can still be written
 *   objects/             the bytes
 *   keys/secret.key      encrypts secrets that must be shown again; without it a copy of the database tells none
 *   tls/                 the local certificate authority and the server's certificate; bundle.pem, with the system's roots
 *   azure/               the profile of az that "longshore env" sets
 *   control.sock         the running server's door for the command line (mode 0600)
 */
export interface DataDirectory {
  root: string
  database: string
  ballast: string
  objects: string
  secretKey: string
  tls: string
  control: string
}

export const dataDirectory = (root: string): DataDirectory => ({
  root,
  database: join(root, 'longshore.db'),
  ballast: join(root, 'ballast'),
  objects: join(root, 'objects'),
  secretKey: join(root, 'keys', 'secret.key'),
  tls: join(root, 'tls'),
  control: join(root, 'control.sock'),
})

/** Another process has the data directory. */
export class DirectoryOwned extends Error {
  readonly root: string
  readonly pid: number | undefined
  constructor(root: string, pid: number | undefined) {
    super(`${root} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}`)
    this.root = root
    this.pid = pid
  }
}

/** Makes the directory if needed and takes it for this process. Throws DirectoryOwned. `release` gives it back. */
export function ownDataDirectory(directory: DataDirectory): { release: () => void } {
  for (const path of [directory.root, join(directory.root, 'keys'), directory.objects]) mkdirSync(path, { recursive: true, mode: 0o700 })
  const pidFile = join(directory.root, 'owner.pid')
  const lock = new DatabaseSync(join(directory.root, 'owner.db'), { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== 5) throw error
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : Number.NaN
    throw new DirectoryOwned(directory.root, Number.isSafeInteger(pid) ? pid : undefined)
  }
  writeFileSync(pidFile, String(process.pid), { mode: 0o600 })
  return {
    release: () => {
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}
