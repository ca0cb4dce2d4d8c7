import { X509Certificate } from 'node:crypto'
import { compactVerify, decodeJwt, decodeProtectedHeader, errors, type ProtectedHeaderParameters } from 'jose'
import type { Deps } from '../deps.ts'
import { noteAssertion } from './seen-assertions.ts'
import { isCurrent } from './secrets.ts'
import { SignInRefused } from './sign-in-refusal.ts'
import type { Credential } from './standing.ts'

/** What a client writes of itself (RFC 7523 §3). Times may have fractions: az sends such. */
interface AssertionClaims {
  issuer: string
  subject: string
  audience: string
  id: string
  notBefore: number
  expiresAt: number
}

export interface AssertionUse {
  assertion: string
  /** The client id beside it; it is optional there. */
  clientId: string | undefined
  address: string
  /** Whether a URL is our token endpoint, in any of its shapes. */
  isTokenEndpoint: (url: string) => boolean
}

const longest = 16 * 1024
const leewaySeconds = 300
const longestLifeSeconds = 24 * 60 * 60
const algorithms = ['RS256', 'PS256']

/** Of whom an assertion speaks, before it is believed. Fails with `assertion-malformed`. */
export const clientOfAssertion = (assertion: string): string => claimsOf(assertion).subject.toLowerCase()

/**
 * Believes an assertion that one of these certificates signed, for this client, for us, now, and which was not seen from
 * elsewhere before; tells which certificate. Fails with a reason that begins with `assertion-`.
 */
export async function believeAssertion(
  deps: Pick<Deps, 'store' | 'clock'>,
  client: string,
  credentials: readonly Credential[],
  { assertion, address, isTokenEndpoint }: AssertionUse,
): Promise<Credential> {
  const claims = claimsOf(assertion)
  const now = deps.clock.now()
  const { certificate, credential } = certificateOf(headerOf(assertion), credentials, now)
  await verifySignature(assertion, certificate)
  if (claims.issuer.toLowerCase() !== client || claims.subject.toLowerCase() !== client) throw new SignInRefused('assertion-malformed')
  if (!isTokenEndpoint(claims.audience)) throw new SignInRefused('assertion-audience-wrong')
  const seconds = now / 1000
  if (seconds > claims.expiresAt + leewaySeconds || seconds < claims.notBefore - leewaySeconds) throw new SignInRefused('assertion-ended')
  if (claims.expiresAt > seconds + longestLifeSeconds) throw new SignInRefused('assertion-malformed')
  await noteAssertion(deps, { client, id: claims.id, address, until: Math.ceil((claims.expiresAt + leewaySeconds) * 1000) })
  return credential
}

function headerOf(assertion: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(assertion)
  } catch {
    throw new SignInRefused('assertion-malformed')
  }
}

function claimsOf(assertion: string): AssertionClaims {
  if (assertion.length > longest) throw new SignInRefused('assertion-malformed')
  try {
    const raw = decodeJwt(assertion)
    const { iss, sub, aud, jti, nbf, iat, exp } = raw
    if (typeof iss === 'string' && typeof sub === 'string' && typeof aud === 'string' && typeof jti === 'string' && jti !== '')
      if (typeof exp === 'number' && Number.isFinite(exp) && (nbf ?? iat ?? 0) >= 0)
        return { issuer: iss, subject: sub, audience: aud, id: jti, notBefore: Math.max(nbf ?? 0, iat ?? 0), expiresAt: exp }
  } catch {}
  throw new SignInRefused('assertion-malformed')
}

/** The certificate that the header names by its thumbprint, SHA-1 (`x5t`) or SHA-256 (`x5t#S256`); the text may be padded. */
function certificateOf(
  header: ProtectedHeaderParameters,
  credentials: readonly Credential[],
  now: number,
): { certificate: X509Certificate; credential: Credential } {
  const named = (name: string) => (typeof header[name] === 'string' ? Buffer.from(header[name], 'base64url').toString('hex') : undefined)
  const [sha1, sha256] = [named('x5t'), named('x5t#S256')]
  const hex = (fingerprint: string) => fingerprint.replaceAll(':', '').toLowerCase()
  for (const credential of credentials) {
    const { secret } = credential
    if (secret.kind !== 'certificate' || secret.certificate === null) continue
    const certificate = new X509Certificate(secret.certificate)
    const fits = sha256 === undefined ? hex(certificate.fingerprint) === sha1 : hex(certificate.fingerprint256) === sha256
    if (!fits) continue
    if (!isCurrent(secret, now) || now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime())
      throw new SignInRefused('assertion-certificate-ended')
    return { certificate, credential }
  }
  throw new SignInRefused('assertion-certificate-unknown', { thumbprint: (sha256 ?? sha1 ?? '').slice(0, 64).toUpperCase() })
}

async function verifySignature(assertion: string, certificate: X509Certificate): Promise<void> {
  try {
    await compactVerify(assertion, certificate.publicKey, { algorithms })
  } catch (error) {
    // Besides jose's own: a certificate whose key is no RSA key, or too short for these algorithms.
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw new SignInRefused('assertion-signature-wrong')
    throw error
  }
}
