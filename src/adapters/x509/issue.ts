import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { nameConstraints } from './name-constraints.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 24 * 60 * 60 * 1000
const authorityLife = 3650 * day
/** Within what every platform accepts of a private authority. */
const leafLife = 390 * day

x509.cryptoProvider.set(webcrypto as unknown as Crypto)

/** PEM. */
export interface Issued {
  key: string
  cert: string
}

/** A new authority that may sign for `names` and what is below them. */
export async function makeAuthority(names: readonly string[], now: number): Promise<Issued> {
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
  return { key: await exportKey(keys.privateKey), cert: `${certificate.toString('pem')}\n` }
}

/** A server's certificate for all of `names`. */
export async function makeLeaf(caPem: string, caKeyPem: string, names: readonly string[], now: number): Promise<Issued> {
  const authority = new x509.X509Certificate(caPem)
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(caKeyPem), algorithm, false, ['sign'])
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    // Not a host name: without one among the names, OpenSSL would hold this one against the constraints.
    subject: 'CN=Longshore server',
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
