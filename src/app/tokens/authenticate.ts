import { createHash, timingSafeEqual } from 'node:crypto'
import { anonymousPull, type Caller, everything } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry, StoredCredential } from '#ports/metadata-store.ts'
import type { Deps } from '../deps.ts'
import { parseClaims, type TokenClaims } from './claims.ts'

/** What a request presented: the scheme's parts, not yet believed. */
export type Presented =
  | { kind: 'none' }
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'refresh'; token: string }

/** The user name under which a token travels as a password (az acr login --expose-token). */
export const tokenUser = '00000000-0000-0000-0000-000000000000'
const leewaySeconds = 60

export interface Authenticated {
  caller: Caller
  /** The credential behind the caller, for what is issued on its ground. */
  credential: { id: string; version: number } | null
}

/**
 * Who is calling, from what the database says now: a renewed password or a switched-off user ends at the next request.
 * Fails with `unauthorized`; its detail says `error: invalid_token` when a token was presented.
 */
export async function authenticate(
  deps: Pick<Deps, 'store' | 'signer' | 'clock'>,
  registry: Registry,
  audience: string,
  presented: Presented,
): Promise<Authenticated> {
  if (presented.kind === 'none') return anonymous(registry)
  if (presented.kind === 'bearer') return byToken(deps, registry, audience, presented.token, ['access_token'])
  if (presented.kind === 'refresh') return byToken(deps, registry, audience, presented.token, ['refresh_token'])
  if (presented.username === tokenUser) return byToken(deps, registry, audience, presented.password, ['access_token', 'refresh_token'])
  return byPassword(deps, registry, presented.username, presented.password)
}

const anonymous = (registry: Registry): Authenticated => ({
  caller: { id: 'anonymous', kind: 'anonymous', name: 'anonymous', held: registry.anonymousPull ? anonymousPull : [] },
  credential: null,
})

const adminCaller = (credential: StoredCredential): Caller => ({
  id: credential.principalId,
  kind: 'admin',
  name: credential.principalName,
  held: everything,
})

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

// Compared for a user that there is not, so that the answer takes as long.
const nobody = hashSecret('')

async function byPassword({ store }: Pick<Deps, 'store'>, registry: Registry, username: string, password: string): Promise<Authenticated> {
  const presented = Buffer.from(hashSecret(password), 'hex')
  let found: StoredCredential | undefined
  const candidates = await store.credentials(registry.id)
  for (const credential of candidates.length > 0 ? candidates : [undefined]) {
    const same = timingSafeEqual(presented, Buffer.from(credential?.secretHash ?? nobody, 'hex'))
    // User names of people are not case-sensitive; the secret is.
    if (same && credential && registry.adminEnabled && credential.principalName === username.toLowerCase()) found = credential
  }
  if (!found) throw refused('the user name or the password is wrong')
  return { caller: adminCaller(found), credential: { id: found.id, version: found.version } }
}

async function byToken(
  { store, signer, clock }: Pick<Deps, 'store' | 'signer' | 'clock'>,
  registry: Registry,
  audience: string,
  token: string,
  kinds: readonly TokenClaims['kind'][],
): Promise<Authenticated> {
  const raw = await signer.verify(token)
  const claims = raw && claimsOf(raw)
  if (!claims || !kinds.includes(claims.kind) || claims.audience !== audience) throw refused('the token is not valid here', 'invalid_token')
  const now = clock.now() / 1000
  if (now > claims.expiresAt + leewaySeconds) throw refused('the token has expired', 'invalid_token')
  if (now < claims.notBefore - leewaySeconds) throw refused('the token is not valid yet', 'invalid_token')
  const narrowed = claims.kind === 'access_token' ? { narrowedTo: claims.access, mayAskMore: !claims.final } : {}
  if (claims.credential === null) {
    const nobodyInParticular = anonymous(registry)
    return { ...nobodyInParticular, caller: { ...nobodyInParticular.caller, ...narrowed, seq: claims.seq } }
  }
  const credential = (await store.credentials(registry.id)).find((each) => each.id === claims.credential?.id)
  if (!registry.adminEnabled || !credential || credential.version !== claims.credential.version)
    throw refused('the credential behind the token was renewed or switched off', 'invalid_token')
  return {
    caller: { ...adminCaller(credential), ...narrowed, seq: claims.seq },
    credential: { id: credential.id, version: credential.version },
  }
}

// The signer gives the same object for the same token: what it says is read once.
const readClaims = new WeakMap<object, TokenClaims | false>()
function claimsOf(raw: Readonly<Record<string, unknown>>): TokenClaims | undefined {
  let claims = readClaims.get(raw)
  if (claims === undefined) readClaims.set(raw, (claims = parseClaims(raw) ?? false))
  return claims || undefined
}

const refused = (why: string, error?: 'invalid_token') =>
  new RegistryError('unauthorized', `authentication required: ${why}`, error ? { error } : {})
