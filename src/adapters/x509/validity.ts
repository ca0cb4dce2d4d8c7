import { createPrivateKey, X509Certificate } from 'node:crypto'

/** What a certificate with its key is worth at a moment. */
export type Validity = 'good' | 'absent' | 'ended' | 'early' | 'unreadable'

/** @param pair undefined: there is none */
export function validityOf(pair: { cert: string; key: string } | undefined, now: number): Validity {
  if (!pair) return 'absent'
  try {
    const certificate = new X509Certificate(pair.cert)
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key))) return 'unreadable'
    if (certificate.validFromDate.getTime() > now) return 'early'
    return certificate.validToDate.getTime() <= now ? 'ended' : 'good'
  } catch {
    return 'unreadable'
  }
}
