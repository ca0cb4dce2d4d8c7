import type { SignInCommands, SignInReads } from '#ports/sign-ins.ts'
import type { Assertion } from '#ports/assertions.ts'
import type { Certificate } from '#ports/certificates.ts'
import type { Deps } from '../deps.ts'
import { noteAssertion } from './assertion-replay.ts'
import { isCurrent, type Credential } from './credentials.ts'
import { SignInRefused } from './sign-in-refusal.ts'

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

type AssertionDeps = Pick<Deps, 'clock' | 'assertions' | 'certificates'> & { store: SignInCommands & SignInReads }

/** Of whom an assertion speaks, before it is believed. Fails with `assertion-malformed`. */
export const clientOfAssertion = (deps: Pick<Deps, 'assertions'>, assertion: string): string =>
  claimsOf(readAssertion(deps, assertion)).subject.toLowerCase()

/**
 * Believes an assertion that one of these certificates signed, for this client, for us, now, and which was not seen from
 * elsewhere before; tells which certificate. Fails with a reason that begins with `assertion-`.
 */
export async function believeAssertion(
  deps: AssertionDeps,
  client: string,
  credentials: readonly Credential[],
  { assertion, address, isTokenEndpoint }: AssertionUse,
): Promise<Credential> {
  const { clock, assertions } = deps
  const read = readAssertion(deps, assertion)
  const claims = claimsOf(read)
  const now = clock.now()
  const { certificate, credential } = certificateOf(deps, read, credentials)
  if (!(await assertions.isSignedBy(assertion, certificate.pem))) throw new SignInRefused('assertion-signature-wrong')
  if (claims.issuer.toLowerCase() !== client || claims.subject.toLowerCase() !== client) throw new SignInRefused('assertion-malformed')
  if (!isTokenEndpoint(claims.audience)) throw new SignInRefused('assertion-audience-wrong')
  const seconds = now / 1000
  if (seconds > claims.expiresAt + leewaySeconds || seconds < claims.notBefore - leewaySeconds) throw new SignInRefused('assertion-ended')
  if (claims.expiresAt > seconds + longestLifeSeconds) throw new SignInRefused('assertion-malformed')
  await noteAssertion(deps, { client, id: claims.id, address, until: Math.ceil((claims.expiresAt + leewaySeconds) * 1000) })
  return credential
}

function readAssertion({ assertions }: Pick<Deps, 'assertions'>, text: string): Assertion {
  const assertion = text.length > longest ? undefined : assertions.read(text)
  if (!assertion) throw new SignInRefused('assertion-malformed')
  return assertion
}

function claimsOf({ claims: { iss, sub, aud, jti, nbf, iat, exp } }: Assertion): AssertionClaims {
  const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
  const times = isTime(exp) && (nbf === undefined || isTime(nbf)) && (iat === undefined || isTime(iat)) && (nbf ?? iat ?? 0) >= 0
  if (times && typeof iss === 'string' && typeof sub === 'string' && typeof aud === 'string' && typeof jti === 'string' && jti !== '')
    return { issuer: iss, subject: sub, audience: aud, id: jti, notBefore: Math.max(nbf ?? 0, iat ?? 0), expiresAt: exp }
  throw new SignInRefused('assertion-malformed')
}

/** The certificate that the header names by its thumbprint, SHA-1 (`x5t`) or SHA-256 (`x5t#S256`); the text may be padded. */
function certificateOf(
  { certificates, clock }: AssertionDeps,
  { header }: Assertion,
  credentials: readonly Credential[],
): { certificate: Certificate; credential: Credential } {
  const now = clock.now()
  const named = (name: string) => (typeof header[name] === 'string' ? Buffer.from(header[name], 'base64url').toString('hex') : undefined)
  const [sha1, sha256] = [named('x5t'), named('x5t#S256')]
  for (const credential of credentials) {
    const { secret } = credential
    const certificate = secret.kind === 'certificate' && secret.certificate !== null ? certificates.read(secret.certificate) : undefined
    if (!certificate || (sha256 === undefined ? certificate.sha1 !== sha1 : certificate.sha256 !== sha256)) continue
    if (!isCurrent(secret, now) || now < certificate.notBefore || now > certificate.notAfter)
      throw new SignInRefused('assertion-certificate-ended')
    return { certificate, credential }
  }
  throw new SignInRefused('assertion-certificate-unknown', { thumbprint: (sha256 ?? sha1 ?? '').slice(0, 64).toUpperCase() })
}
