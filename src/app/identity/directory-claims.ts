/** What a token of the directory says; Entra's names (access token claims, version 1.0). */
export interface DirectoryClaims {
  id: string
  /** The resource that was asked for, as it was written. */
  audience: string
  issuer: string
  tenantId: string
  /** The directory object: a user or a service principal. */
  principalId: string
  kind: 'user' | 'app'
  name: string
  /** The application that asked: itself for a service principal. */
  clientId: string
  /** The name of the credential that it came from (credentials.ts). */
  credential: string
  /** A user's. */
  login: string | null
  /** Seconds since 1970. */
  issuedAt: number
  notBefore: number
  expiresAt: number
}

export function formatDirectoryClaims(claims: DirectoryClaims): Record<string, unknown> {
  return {
    aud: claims.audience,
    iss: claims.issuer,
    iat: claims.issuedAt,
    nbf: claims.notBefore,
    exp: claims.expiresAt,
    appid: claims.clientId,
    appidacr: '1',
    cid: claims.credential,
    idtyp: claims.kind,
    name: claims.name,
    oid: claims.principalId,
    sub: claims.principalId,
    tid: claims.tenantId,
    uti: claims.id,
    ver: '1.0',
    ...(claims.login === null ? {} : { upn: claims.login, unique_name: claims.login, scp: 'user_impersonation' }),
  }
}

/** The inverse, for claims whose signature was verified. Undefined when one is missing, or of another kind than we write. */
export function parseDirectoryClaims(raw: Readonly<Record<string, unknown>>): DirectoryClaims | undefined {
  const text = (name: string) => (typeof raw[name] === 'string' && raw[name] !== '' ? (raw[name] as string) : undefined)
  const number = (name: string) => (Number.isSafeInteger(raw[name]) && (raw[name] as number) >= 0 ? (raw[name] as number) : undefined)
  const [id, audience, issuer, tenantId, principalId] = [text('uti'), text('aud'), text('iss'), text('tid'), text('oid')]
  const [kind, clientId, login, credential] = [raw.idtyp, text('appid'), text('upn'), text('cid')]
  const [issuedAt, notBefore, expiresAt] = [number('iat'), number('nbf'), number('exp')]
  if (raw.ver !== '1.0' || (kind !== 'user' && kind !== 'app') || (kind === 'user') !== (login !== undefined)) return undefined
  if (id === undefined || audience === undefined || issuer === undefined || tenantId === undefined) return undefined
  if (principalId === undefined || clientId === undefined || credential === undefined || typeof raw.name !== 'string') return undefined
  if (issuedAt === undefined || notBefore === undefined || expiresAt === undefined) return undefined
  return {
    id,
    audience,
    issuer,
    tenantId,
    principalId,
    kind,
    name: raw.name,
    clientId,
    credential,
    login: login ?? null,
    issuedAt,
    notBefore,
    expiresAt,
  }
}
