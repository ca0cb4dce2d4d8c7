import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { NameOutsideAuthority } from './name-outside-authority.ts'

const renewLeafBelow = 60 * 24 * 60 * 60 * 1000

export interface LocalCertificates {
  /** The authority's certificate, for clients to trust. */
  caPath: string
  /** The server's own, PEM: for all configured names. */
  key: string
  cert: string
}

/**
 * The server's own certificates in `folder`: an authority made once that may sign only for `names` and what is below
 * them, and a leaf for all of them, made again when the names change or its end is near.
 * Fails with NameOutsideAuthority.
 * @param implied names that nobody asked for (a container is called anew each time): left out where they lie outside
 *
 *   ca.pem ca.key      the authority; its key never leaves the folder (mode 0400)
 *   server.pem server.key names   the leaf, and the names that it was made for
 */
export async function localCertificates(
  folder: string,
  wanted: readonly string[],
  now: number,
  implied: readonly string[] = [],
): Promise<LocalCertificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const caPath = join(folder, 'ca.pem')
  const caKeyPath = join(folder, 'ca.key')
  // What makes certificates is large and seldom needed: it is loaded when it is.
  const issuing = () => import('./issue.ts')
  if (!existsSync(caPath)) {
    const made = await (await issuing()).makeAuthority(wanted, now)
    write(caKeyPath, made.key, 0o400)
    write(join(folder, 'ca.names'), wanted.join('\n'), 0o644)
    write(caPath, made.cert, 0o644)
  }
  const names = namesWithin(folder, wanted, implied)
  const [leaf, leafKey, leafNames] = ['server.pem', 'server.key', 'server.names'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  if (!stillGood(leaf, leafNames, names, now)) {
    const made = await (await issuing()).makeLeaf(readFileSync(caPath, 'utf8'), readFileSync(caKeyPath, 'utf8'), names, now)
    write(leafKey, made.key, 0o600)
    write(leaf, made.cert, 0o644)
    write(leafNames, names.join('\n'), 0o644)
  }
  return { caPath, key: readFileSync(leafKey, 'utf8'), cert: readFileSync(leaf, 'utf8') + readFileSync(caPath, 'utf8') }
}

/**
 * A leaf under the authority of `folder`, for names that come and go while the server runs; nobody keeps it.
 * Fails with NameOutsideAuthority.
 */
export async function passingLeaf(folder: string, names: readonly string[], now: number): Promise<{ key: string; cert: string }> {
  const [ca, caKey] = ['ca.pem', 'ca.key'].map((name) => readFileSync(join(folder, name), 'utf8')) as [string, string]
  const { makeLeaf } = await import('./issue.ts')
  const { key, cert } = await makeLeaf(ca, caKey, namesWithin(folder, names, []), now)
  return { key, cert: cert + ca }
}

function namesWithin(folder: string, wanted: readonly string[], implied: readonly string[]): string[] {
  const allowed = readFileSync(join(folder, 'ca.names'), 'utf8').split('\n')
  const isOutside = (name: string) => !allowed.some((each) => within(name, each))
  const outside = wanted.find((name) => isOutside(name) && !implied.includes(name))
  if (outside !== undefined)
    throw new NameOutsideAuthority(
      `the certificate authority of this data directory may not sign for "${outside}" (it may for ${allowed.join(', ')}): make a new one with "longshore ca --renew" and trust that one, or bring a certificate of your own`,
    )
  return wanted.filter((name) => !isOutside(name))
}

const within = (name: string, allowed: string): boolean => {
  const bare = name.replace(/^\*\./, '')
  const base = allowed.replace(/^\*\./, '')
  return bare === base || (isIP(bare) === 0 && bare.endsWith(`.${base}`))
}

function stillGood(leaf: string, leafNames: string, names: readonly string[], now: number): boolean {
  if (!existsSync(leaf) || !existsSync(leafNames)) return false
  if (readFileSync(leafNames, 'utf8') !== names.join('\n')) return false
  return new X509Certificate(readFileSync(leaf)).validToDate.getTime() - now > renewLeafBelow
}

// By another name first: a key file of mode 0400 cannot be written over, and a reader never sees half a file.
const write = (path: string, text: string, mode: number) => {
  rmSync(`${path}.new`, { force: true })
  writeFileSync(`${path}.new`, text, { mode, flush: true })
  renameSync(`${path}.new`, path)
}

/** The next `localCertificates` makes a new authority, which whoever trusted this one must trust anew. */
export function forgetAuthority(folder: string): void {
  // In this order a crash at any moment leaves either the old authority or none.
  for (const name of ['server.names', 'ca.pem']) rmSync(join(folder, name), { force: true })
}
