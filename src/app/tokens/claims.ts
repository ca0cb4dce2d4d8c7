import { formatScope, parseScopes, type Scope } from '#core/scope.ts'

/** @property version null: `id` is the name of a secret of the directory, which changes with it (identity/credentials.ts) */
export interface CredentialClaim {
  id: string
  version: number | null
}

/**
 * What a token of ours says; ACR's layout (access: `access`, refresh: `permissions`), and behind it what binds the
 * token to immutable things: the principal, the credential and its version, the registry's seq at issue.
 */
export interface TokenClaims {
  kind: 'access_token' | 'refresh_token'
  id: string
  /** The principal's name, for people. */
  subject: string
  principalId: string
  /** What the token came from; null for the anonymous caller. */
  credential: CredentialClaim | null
  /** Seconds since 1970. */
  issuedAt: number
  notBefore: number
  expiresAt: number
  audience: string
  seq: number
  /** Got with an access token, so it can never have more than that one. */
  final: boolean
  /** Access tokens only. */
  access: readonly Scope[]
}

const issuer = 'Azure Container Registry'

export function formatClaims(claims: TokenClaims): Record<string, unknown> {
  const access = claims.access.map(({ type, name, actions }) => ({ type, name, actions: [...actions] }))
  return {
    jti: claims.id,
    sub: claims.subject,
    nbf: claims.notBefore,
    exp: claims.expiresAt,
    iat: claims.issuedAt,
    iss: issuer,
    aud: claims.audience,
    version: '1.0',
    ...(claims.kind === 'access_token' ? { access } : { permissions: { actions: ['*'], notActions: [] } }),
    roles: [],
    grant_type: claims.kind,
    pid: claims.principalId,
    ...(claims.credential
      ? { cid: claims.credential.id, ...(claims.credential.version === null ? {} : { cver: claims.credential.version }) }
      : {}),
    seq: claims.seq,
    ...(claims.final ? { fin: true } : {}),
  }
}

/** The inverse, for claims whose signature was verified. Undefined when one is missing, or of another kind than we write. */
export function parseClaims(raw: Readonly<Record<string, unknown>>): TokenClaims | undefined {
  const text = (name: string) => (typeof raw[name] === 'string' && raw[name] !== '' ? (raw[name] as string) : undefined)
  const number = (name: string) => (Number.isSafeInteger(raw[name]) && (raw[name] as number) >= 0 ? (raw[name] as number) : undefined)
  const kind = raw.grant_type
  const [id, subject, principalId, audience] = [text('jti'), text('sub'), text('pid'), text('aud')]
  const [issuedAt, notBefore, expiresAt, seq] = [number('iat'), number('nbf'), number('exp'), number('seq')]
  if (raw.iss !== issuer || (kind !== 'access_token' && kind !== 'refresh_token')) return undefined
  if (id === undefined || subject === undefined || principalId === undefined || audience === undefined) return undefined
  if (issuedAt === undefined || notBefore === undefined || expiresAt === undefined || seq === undefined) return undefined
  const [cid, version] = [text('cid'), number('cver')]
  if (cid === undefined && raw.cver !== undefined) return undefined
  if (version === undefined && raw.cver !== undefined) return undefined
  const access = kind === 'access_token' ? parseAccess(raw.access) : []
  if (!access) return undefined
  const credential = cid === undefined ? null : { id: cid, version: version ?? null }
  return { kind, id, subject, principalId, credential, issuedAt, notBefore, expiresAt, audience, seq, final: raw.fin === true, access }
}

function parseAccess(value: unknown): Scope[] | undefined {
  if (!Array.isArray(value)) return undefined
  const scopes: Scope[] = []
  for (const each of value as Record<string, unknown>[]) {
    if (typeof each !== 'object' || each === null || !Array.isArray(each.actions)) return undefined
    const [scope] = parseScopes([formatScope(each as unknown as Scope)])
    if (!scope) return undefined
    scopes.push(scope)
  }
  return scopes
}
