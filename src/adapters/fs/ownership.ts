import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DataDirectory } from './data-directory.ts'
import { makeFolders } from './make-folders.ts'
import { closeToOthers } from './private-folder.ts'

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
  for (const path of [directory.root, join(directory.root, 'keys'), directory.objects]) makeFolders(path)
  const [pidFile, lockFile] = [join(directory.root, 'owner.pid'), join(directory.root, 'owner.db')]
  const owned = () => {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : Number.NaN
    return new DirectoryOwned(directory.root, Number.isSafeInteger(pid) ? pid : undefined)
  }
  closeSync(openSync(lockFile, 'a', 0o600))
  const lock = new DatabaseSync(lockFile, { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    // The lock is the file's: when somebody removed it under a running server, the database itself tells of that one. Whoever moves the
    // registry has the database open as well, and keeps no server from it.
    if (isOpenElsewhere(directory.database) && !isBeingMoved(directory.database)) throw owned()
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
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0 && isLocked(path)
}

const isBeingMoved = (database: string): boolean => existsSync(`${database}.move`) && isLocked(`${database}.move`)

function isLocked(path: string): boolean {
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
