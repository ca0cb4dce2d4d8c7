import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { nameConstraints } from './name-constraints.ts'
import { NameOutsideAuthority } from './name-outside-authority.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 24 * 60 * 60 * 1000
const authorityLife = 3650 * day
/** Within what every platform accepts of a private authority. */
const leafLife = 390 * day
const renewLeafBelow = 60 * day

x509.cryptoProvider.set(webcrypto as unknown as Crypto)

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
 *
 *   ca.pem ca.key      the authority; its key never leaves the folder (mode 0400)
 *   server.pem server.key names   the leaf, and the names that it was made for
 */
export async function localCertificates(folder: string, names: readonly string[], now: number): Promise<LocalCertificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const caPath = join(folder, 'ca.pem')
  const caKeyPath = join(folder, 'ca.key')
  if (!existsSync(caPath)) await makeAuthority(caPath, caKeyPath, join(folder, 'ca.names'), names, now)
  const allowed = readFileSync(join(folder, 'ca.names'), 'utf8').split('\n')
  const outside = names.find((name) => !allowed.some((each) => within(name, each)))
  if (outside !== undefined)
    throw new NameOutsideAuthority(
      `the certificate authority of this data directory may not sign for "${outside}" (it may for ${allowed.join(', ')}): make a new one with "longshore ca --renew" and trust that one, or bring a certificate of your own`,
    )
  const [leaf, leafKey, leafNames] = ['server.pem', 'server.key', 'server.names'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  if (!stillGood(leaf, leafNames, names, now)) {
    const made = await makeLeaf(readFileSync(caPath, 'utf8'), readFileSync(caKeyPath, 'utf8'), names, now)
    write(leafKey, made.key, 0o600)
    write(leaf, made.cert, 0o644)
    write(leafNames, names.join('\n'), 0o644)
  }
  return { caPath, key: readFileSync(leafKey, 'utf8'), cert: readFileSync(leaf, 'utf8') + readFileSync(caPath, 'utf8') }
}

const within = (name: string, allowed: string): boolean => {
  const bare = name.replace(/^\*\./, '')
  const base = allowed.replace(/^\*\./, '')
  return bare === base || (isIP(bare) === 0 && bare.endsWith(`.${base}`))
}

function stillGood(leaf: string, leafNames: string, names: readonly string[], now: number): boolean {
  if (!existsSync(leaf) || !existsSync(leafNames)) return false
  if (readFileSync(leafNames, 'utf8') !== names.join('\n')) return false
  return new x509.X509Certificate(readFileSync(leaf, 'utf8')).notAfter.getTime() - now > renewLeafBelow
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

async function makeAuthority(caPath: string, keyPath: string, namesPath: string, names: readonly string[], now: number): Promise<void> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=Longshore local authority ${randomBytes(3).toString('hex')}`,
    notBefore: new Date(now - day),
    notAfter: new Date(now + authorityLife),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.Extension('2.5.29.30', true, nameConstraints(names)),
    ],
  })
  write(keyPath, await exportKey(keys.privateKey), 0o400)
  write(namesPath, names.join('\n'), 0o644)
  write(caPath, `${certificate.toString('pem')}\n`, 0o644)
}

async function makeLeaf(caPem: string, caKeyPem: string, names: readonly string[], now: number) {
  const authority = new x509.X509Certificate(caPem)
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(caKeyPem), algorithm, false, ['sign'])
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0]}`,
    issuer: authority.subject,
    notBefore: new Date(now - day),
    notAfter: new Date(Math.min(now + leafLife, authority.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: signingKey as unknown as CryptoKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  })
  return { key: await exportKey(keys.privateKey), cert: `${certificate.toString('pem')}\n` }
}

const serial = () => `00${randomBytes(15).toString('hex')}`

const exportKey = async (key: CryptoKey): Promise<string> =>
  `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`
