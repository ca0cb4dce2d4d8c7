import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

// What assertions are signed with: RS256 and PS256 take the same key.
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 3072 }

/** A key and a certificate that it signed itself, in PEM: what an application proves itself with. */
export async function makeClientCertificate(
  name: string,
  { years, now }: { years: number; now: number },
): Promise<{ key: string; cert: string }> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto)
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    name: [{ CN: [name.slice(0, 64)] }],
    notBefore: new Date(now - 60_000),
    notAfter: new Date(new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() + years)),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ],
  })
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { key: `${key}\n`, cert: `${certificate.toString('pem')}\n` }
}
