import { chmodSync, chownSync, fchmodSync, fchownSync, lchownSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DataDirectory } from './data-directory.ts'
import { close } from './private-folder.ts'

/**
 * The group passes these folders by a name that it knows, and cannot list them. Of a folder of objects this mode says that its files are the
 * group's to read, each that lies there and each that will be made, so it is set last. (Not setgid: a hardened service may not set it.)
 */
const passed = 0o710
const readFile = 0o640

/** Gives a file that was just made to the group of its folder, where that has one. The umask has no say in it. */
export function shareAsFolder(descriptor: number, folder: string): void {
  const { mode, gid } = statSync(folder)
  if ((mode & 0o010) === 0) return
  fchownSync(descriptor, -1, gid)
  fchmodSync(descriptor, readFile)
}

/** A path that could not be shared with the group. */
export class CannotShare extends Error {
  readonly path: string
  readonly code: string
  constructor(path: string, code: string) {
    super(`${path}: ${code}`)
    this.path = path
    this.code = code
  }
}

/**
 * Lets a group read the bytes of objects and nothing else of the data directory. What lies beside them is closed before the directory
 * can be passed. Throws CannotShare. Returns what beside them could not be closed, and the folders above that the group cannot pass.
 */
export function shareObjects({ root, objects }: DataDirectory, group: number): { open: string[]; blocking: string[] } {
  for (const folder of foldersOf(objects)) {
    const { mode, gid } = lstatSync(folder)
    if ((mode & 0o7777) === passed && gid === group) continue
    for (const name of readdirSync(folder)) shareFile(join(folder, name), group)
    give(folder, group, passed)
  }
  give(objects, group, passed)
  const open: string[] = []
  // One that others may enter holds more than our things, and stays as it was (private-folder.ts).
  if ((statSync(root).mode & 0o077) === 0) {
    const beside = readdirSync(root).filter((name) => name !== 'objects')
    open.push(...beside.map((name) => join(root, name)).filter((path) => !close(path)))
    give(root, group, passed)
  }
  return { open, blocking: foldersAbove(realpathSync(objects)).filter((folder) => !isPassable(folder, group)) }
}

/** Takes it back: objects/ itself was closed when the directory was taken; here, what a later group would find half done. */
export function unshareObjects({ objects }: DataDirectory): void {
  for (const folder of foldersOf(objects)) if ((lstatSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** The number of the group that passes the folder, as `shareObjects` left it; undefined where none does. */
export function sharedWith({ root, objects }: DataDirectory): string | undefined {
  const [one, other] = [root, objects].map((path) => statSync(path, { throwIfNoEntry: false }))
  const isShared = one && other && [one, other].every(({ mode }) => (mode & 0o7777) === passed) && one.gid === other.gid
  return isShared ? String(one.gid) : undefined
}

const foldersOf = (objects: string): string[] => readdirSync(objects).map((name) => join(objects, name))

function shareFile(path: string, group: number): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found?.isFile()) return
  attempt(path, () => lchownSync(path, found.uid, group))
  attempt(path, () => chmodSync(path, readFile))
}

function give(path: string, group: number, mode: number): void {
  const { uid, gid } = statSync(path)
  if (gid !== group) attempt(path, () => chownSync(path, uid, group))
  attempt(path, () => chmodSync(path, mode))
}

function attempt(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const { code = '?' } = error as NodeJS.ErrnoException
    // Collection may have taken the file meanwhile.
    if (code !== 'ENOENT') throw new CannotShare(path, code)
  }
}

function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [...foldersAbove(above), above]
}

function isPassable(folder: string, group: number): boolean {
  const { mode, gid } = statSync(folder)
  return (mode & (gid === group ? 0o010 : 0o001)) !== 0
}
