import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { rootsFiles } from './machine.ts'

const bundleIn = (folder: string): string => join(folder, 'bundle.pem')

/**
 * The one file that clients trust instead of the system's roots: these and the local authority, whose certificate is
 * `ca.pem` of the same folder. Written when it is missing or differs; returns its path.
 */
export function writeCaBundle(folder: string): string {
  const path = bundleIn(folder)
  const text = [systemRoots(), readFileSync(join(folder, 'ca.pem'), 'utf8')].map((each) => `${each.trimEnd()}\n`).join('\n')
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return path
  // By another name first: a client that reads meanwhile sees the old one or the new one.
  const fresh = `${path}.new`
  rmSync(fresh, { force: true })
  writeFileSync(fresh, text, { mode: 0o644, flush: true })
  renameSync(fresh, path)
  return path
}

/** After the authority was made anew, for those who were told of the bundle. */
export function renewCaBundle(folder: string): void {
  if (existsSync(bundleIn(folder))) writeCaBundle(folder)
}

function systemRoots(): string {
  const file = rootsFiles.find((each) => existsSync(each))
  if (file !== undefined) return readFileSync(file, 'utf8')
  const certificates = getCACertificates('system')
  return (certificates.length > 0 ? certificates : getCACertificates('bundled')).join('\n')
}
