import { X509Certificate } from 'node:crypto'
import type { CertificateReader } from '#ports/certificates.ts'

export const certificateReader: CertificateReader = {
  read(pem) {
    const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0]
    if (block === undefined) return undefined
    try {
      const certificate = new X509Certificate(block)
      const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = certificate.publicKey
      return {
        pem: certificate.toString(),
        der: new Uint8Array(certificate.raw),
        sha1: hexOf(certificate.fingerprint),
        sha256: hexOf(certificate.fingerprint256),
        subject: subjectOf(certificate),
        notBefore: certificate.validFromDate.getTime(),
        notAfter: certificate.validToDate.getTime(),
        key: { type, bits: details?.modulusLength ?? 0 },
      }
    } catch {
      // What is wrong inside DER helps nobody.
      return undefined
    }
  },
}

const hexOf = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase()

function subjectOf({ subject }: X509Certificate): string | null {
  const parts = (subject ?? '').split('\n').filter((part) => part !== '')
  return parts.length === 0 ? null : parts.toReversed().join(', ')
}
