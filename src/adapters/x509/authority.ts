import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Authority, keepFormer, readAuthority, readFormer, write, writeAuthority } from './authority-files.ts'
import { NameOutsideAuthority } from './name-outside-authority.ts'
import { type Validity, validityOf } from './validity.ts'

const renewLeafBelow = 60 * 24 * 60 * 60 * 1000

export interface LocalCertificates {
  /** The authority's certificate, for clients to trust. */
  caPath: string
  /** The server's own, PEM: for all configured names. */
  key: string
  cert: string
  /** What was wrong with the authority, when another one stands in its place now. */
  replaced?: Exclude<Validity, 'good'>
}

/**
 * The server's own certificates in `folder`: an authority that may sign only for `names` and what is below them, and a
 * leaf for all of them, made again when the names change, its end is near or its time has not come. An authority is made
 * when there is none whose time it is.
 * Fails with NameOutsideAuthority.
 * @param implied names that nobody asked for (a container is called anew each time): left out where they lie outside
 *
 *   ca.pem ca.key ca.names  the authority; its key never leaves the folder (mode 0400)
 *   former.key              the authority before, while its time may come (again)
 *   server.pem server.key server.names   the leaf, and the names that it was made for
 */
export async function localCertificates(
  folder: string,
  wanted: readonly string[],
  now: number,
  implied: readonly string[] = [],
): Promise<LocalCertificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // What makes certificates is large and seldom needed: it is loaded when it is.
  const issuing = () => import('./issue.ts')
  const found = readAuthority(folder)
  const validity = validityOf(found, now)
  if (validity !== 'good') {
    const former = readFormer(folder)
    const makeNew = async (): Promise<Authority> => ({ ...(await (await issuing()).makeAuthority(wanted, now)), names: wanted })
    const next = former && validity !== 'absent' && validityOf(former, now) === 'good' ? former : await makeNew()
    if (found && validity !== 'unreadable') keepFormer(folder, found)
    writeAuthority(folder, next)
  }
  const authority = readAuthority(folder) as Authority
  const names = namesWithin(folder, wanted, implied)
  const [leaf, leafKey, leafNames] = ['server.pem', 'server.key', 'server.names'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  if (!stillGood([leaf, leafKey, leafNames], authority, names, now)) {
    const made = await (await issuing()).makeLeaf(authority.cert, authority.key, names, now)
    write(leafKey, made.key, 0o600)
    write(leaf, made.cert, 0o644)
    write(leafNames, names.join('\n'), 0o644)
  }
  const caPath = join(folder, 'ca.pem')
  const pair = { key: readFileSync(leafKey, 'utf8'), cert: readFileSync(leaf, 'utf8') + authority.cert }
  return { caPath, ...pair, ...(validity === 'good' ? {} : { replaced: validity }) }
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

function stillGood([leaf, key, leafNames]: [string, string, string], authority: Authority, names: readonly string[], now: number): boolean {
  if (![leaf, key, leafNames].every((path) => existsSync(path))) return false
  if (readFileSync(leafNames, 'utf8') !== names.join('\n')) return false
  const pair = { cert: readFileSync(leaf, 'utf8'), key: readFileSync(key, 'utf8') }
  if (validityOf(pair, now) !== 'good') return false
  const [certificate, issuer] = [new X509Certificate(pair.cert), new X509Certificate(authority.cert)]
  return certificate.verify(issuer.publicKey) && certificate.validToDate.getTime() - now > renewLeafBelow
}
