import { createPrivateKey, X509Certificate } from 'node:crypto'

/** What a certificate with its key is worth at a moment. */
export type Standing = 'good' | 'absent' | 'ended' | 'early' | 'unreadable'

/** @param pair undefined: there is none */
export function standingOf(pair: { cert: string; key: string } | undefined, now: number): Standing {
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
