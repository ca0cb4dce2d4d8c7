import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { closeToOthers } from './private-folder.ts'

/**
 * data directory (mode 0700)
 *   owner.db owner.pid   who has it: an exclusive lock that the system drops with the process, and its pid for people
 *   first-passwords      what the first start made, until a person takes it away (mode 0400)
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

/**
 * Makes the directory if needed, closes it to others and takes it for this process. Throws DirectoryOwned. `release` gives
 * it back; `open` are paths that could not be closed.
 */
export function ownDataDirectory(directory: DataDirectory): { release: () => void; open: string[] } {
  for (const path of [directory.root, join(directory.root, 'keys'), directory.objects]) mkdirSync(path, { recursive: true, mode: 0o700 })
  const [pidFile, lockFile] = [join(directory.root, 'owner.pid'), join(directory.root, 'owner.db')]
  const owned = () => {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : Number.NaN
    return new DirectoryOwned(directory.root, Number.isSafeInteger(pid) ? pid : undefined)
  }
  closeSync(openSync(lockFile, 'a', 0o600))
  const lock = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    // The lock is the file's: when somebody removed it under a running server, the database itself tells of that one.
    if (isOpenElsewhere(directory.database)) throw owned()
    const open = closeToOthers(directory)
    writeFileSync(pidFile, String(process.pid), { mode: 0o600 })
    return {
      release: () => {
        rmSync(pidFile, { force: true })
        lock.close()
      },
      open,
    }
  } catch (error) {
    lock.close()
    throw (error as { errcode?: number }).errcode === busy ? owned() : error
  }
}

const busy = 5

/** Whoever has a database in WAL mode open holds a lock on it as long. */
function isOpenElsewhere(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return false
  let probe: DatabaseSync | undefined
  try {
    probe = new DatabaseSync(path, { timeout: 0 })
    probe.exec('PRAGMA locking_mode = EXCLUSIVE')
    probe.prepare('SELECT 1 FROM sqlite_schema').get()
    return false
  } catch (error) {
    // Whatever else is wrong with it is told when it is opened to be used.
    return (error as { errcode?: number }).errcode === busy
  } finally {
    probe?.close()
  }
}
