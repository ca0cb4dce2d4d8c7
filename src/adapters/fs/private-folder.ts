import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { DataDirectory } from './data-directory.ts'

const ours =
  /^(?:longshore\.(?:db|yaml)\b.*|owner\.(?:db|pid)\b.*|ballast|objects|keys|tls|azure|control\.sock|first-passwords|restore\.partial|lost\+found)$/

/**
 * Takes from everybody else what a folder was made with, or given since. Where other things lie in the folder too, it
 * stays as open as it was and each of ours is closed. A key that the operator keeps elsewhere, and the folder that it lies in
 * (which may be /etc), are the operator's to close. Returns what the system did not let us close.
 */
export function closeToOthers({ root, database, objects, secretKey, tls }: DataDirectory): string[] {
  const names = readdirSync(root)
  const shared = names.some((name) => !ours.test(name))
  const keys = secretKey.startsWith(`${root}${sep}`) ? [dirname(secretKey), secretKey] : []
  const files = names.filter((name) => /^(?:longshore|owner)\.(?:db|pid)/.test(name) || name === 'ballast').map((name) => join(root, name))
  return [...(shared ? [] : [root]), objects, ...keys, tls, database, ...files].filter((path) => !close(path))
}

/** False where the system does not let us. */
export function close(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found || found.isSymbolicLink() || (found.mode & 0o077) === 0) return true
  try {
    chmodSync(path, found.mode & (path.endsWith('.key') ? 0o500 : 0o700))
    return true
  } catch (error) {
    // A volume of an orchestrator may belong to somebody else and be ours by its group.
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false
    throw error
  }
}
