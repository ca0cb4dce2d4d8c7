import type { ResourceReads } from '#ports/resources.ts'
import { type RegistryToken, registryToken } from './registry-token.ts'
import type { RoleReads } from '#ports/roles.ts'
import { timingSafeEqual } from 'node:crypto'
import { anonymousPull, type Caller, everything } from '#core/access.ts'
import { scopesOfMap } from '#core/scope-map.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import type { CredentialReads, StoredCredential } from '#ports/credentials.ts'
import { readOnce } from '#core/read-once.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { heldInRegistry } from '../identity/rights.ts'
import { hashOfSecret, credentialNamed, servicePrincipalBySecret, credentialsOfPrincipal } from '../identity/credentials.ts'
import { type CredentialClaim, parseClaims, type TokenClaims } from './claims.ts'

/** What a request presented: the scheme's parts, not yet believed. */
export type Presented =
  | { kind: 'none' }
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'refresh'; token: string }

/** The user name under which a token travels as a password (az acr login --expose-token). */
export const tokenUser = '00000000-0000-0000-0000-000000000000'
const leewaySeconds = 60
const anonymousId = 'anonymous'

type AuthenticateDeps = Pick<Deps, 'signers' | 'clock'> & { store: CredentialReads & DirectoryReads & ResourceReads & RoleReads }

/** Whether a token's audience is one of the registry's names: a token got under one is good under the others. */
export type IsAudience = (audience: string) => boolean

export interface Authenticated {
  caller: Caller
  /** The secret behind the caller, which what is issued on its ground names; null for nobody. */
  credential: CredentialClaim | null
}

/**
 * Who is calling, from what the database says now: a renewed password or a switched-off user ends at the next request.
 * Fails with `unauthorized`; its detail says `error: invalid_token` when a token was presented.
 */
export function authenticate(
  deps: AuthenticateDeps,
  registry: Registry,
  isAudience: IsAudience,
  presented: Presented,
): Promise<Authenticated> {
  if (presented.kind === 'none') return Promise.resolve(anonymous(registry))
  if (presented.kind === 'bearer') return byToken(deps, registry, isAudience, presented.token, ['access_token'])
  if (presented.kind === 'refresh') return byToken(deps, registry, isAudience, presented.token, ['refresh_token'])
  if (presented.username === tokenUser) return byToken(deps, registry, isAudience, presented.password, ['access_token', 'refresh_token'])
  return byPassword(deps, registry, presented.username, presented.password)
}

const anonymous = (registry: Registry): Authenticated => ({
  caller: { id: anonymousId, kind: 'anonymous', name: 'anonymous', held: registry.anonymousPull ? anonymousPull : [] },
  credential: null,
})

const adminCaller = (credential: StoredCredential): Caller => ({
  id: credential.principalId,
  kind: 'admin',
  name: credential.principalName,
  held: everything,
})

const tokenCaller = (token: RegistryToken): Caller => ({ id: token.key, kind: 'token', name: token.name, held: scopesOfMap(token.actions) })

/** A principal of the directory at a registry; undefined when it is gone or switched off. */
export async function directoryCaller(
  { store }: { store: RoleReads },
  registry: Registry,
  principal: DirectoryObject | undefined,
): Promise<Caller | undefined> {
  if (!principal?.enabled || (principal.kind !== 'user' && principal.kind !== 'servicePrincipal')) return undefined
  const held = await heldInRegistry({ store }, principal.id, registry.resourceKey)
  return { id: principal.id, kind: principal.kind, name: principal.login ?? principal.appId ?? principal.id, held }
}

// Compared for a user that there is not, so that the answer takes as long.
const nobody = hashOfSecret('')

async function byPassword(deps: AuthenticateDeps, registry: Registry, username: string, password: string): Promise<Authenticated> {
  const presented = Buffer.from(hashOfSecret(password), 'hex')
  const same = (credential: StoredCredential | undefined) =>
    timingSafeEqual(presented, Buffer.from(credential?.secretHash ?? nobody, 'hex')) && credential !== undefined
  const { store, clock } = deps
  // User names of people are not case-sensitive; the secret is.
  const name = username.toLowerCase()
  const token = await registryToken(deps, registry, name)
  // A token may have the admin user's name: it neither becomes that user nor keeps it out.
  const candidates = [...(await store.credentials(registry.id)), ...(token ? await store.credentialsOf(registry.id, token.key) : [])]
  let found: StoredCredential | undefined
  for (const credential of candidates.length > 0 ? candidates : [undefined]) if (same(credential)) found ??= credential
  if (found?.kind === 'token' && token?.enabled && isGood(found, clock.now()))
    return { caller: tokenCaller(token), credential: { id: found.id, version: found.version } }
  if (found?.kind === 'admin' && registry.adminEnabled && found.principalName === name)
    return { caller: adminCaller(found), credential: { id: found.id, version: found.version } }
  const program = await servicePrincipalBySecret(deps, name, password)
  const caller = await directoryCaller(deps, registry, program?.principal)
  if (program && caller) return { caller, credential: { id: program.credential.name, version: null } }
  throw refused('the user name or the password is wrong')
}

const isGood = ({ expiresAt }: StoredCredential, now: number): boolean => expiresAt === null || now < expiresAt

async function byToken(
  deps: AuthenticateDeps,
  registry: Registry,
  isAudience: IsAudience,
  token: string,
  kinds: readonly TokenClaims['kind'][],
): Promise<Authenticated> {
  const { signers, clock } = deps
  const raw = await signers.of(registry.id).verify(token)
  const claims = raw && claimsOf(raw)
  if (!claims || !kinds.includes(claims.kind) || !isAudience(claims.audience)) throw refused('the token is not valid here', 'invalid_token')
  const now = clock.now() / 1000
  if (now > claims.expiresAt + leewaySeconds) throw refused('the token has expired', 'invalid_token')
  if (now < claims.notBefore - leewaySeconds) throw refused('the token is not valid yet', 'invalid_token')
  const behind = await principalOf(deps, registry, claims)
  if (!behind) throw refused('the credential behind the token was renewed or switched off', 'invalid_token')
  // A refresh token names no repository: it stands for the credential itself, whose rights are looked up anew. Only an
  // access token can be older than the repository of its name; clients keep a refresh token for hours.
  if (claims.kind === 'refresh_token') return behind
  return { ...behind, caller: { ...behind.caller, narrowedTo: claims.access, mayAskMore: !claims.final, seq: claims.seq } }
}

/** Who a token speaks for, from what the database says now. */
async function principalOf(deps: AuthenticateDeps, registry: Registry, claims: TokenClaims): Promise<Authenticated | undefined> {
  const { store, clock } = deps
  if (claims.principalId === anonymousId) return anonymous(registry)
  if (claims.credential === null) return undefined
  if (claims.credential.version === null) return directoryPrincipal(deps, registry, claims.principalId, claims.credential)
  const credential = await store.credential(claims.credential.id)
  if (!credential || credential.registryId !== registry.id || credential.version !== claims.credential.version) return undefined
  if (!isGood(credential, clock.now())) return undefined
  const kept = { id: credential.id, version: credential.version }
  if (credential.kind === 'admin') return registry.adminEnabled ? { caller: adminCaller(credential), credential: kept } : undefined
  const token = await registryToken(deps, registry, credential.principalName)
  return token?.enabled && token.key === credential.principalId ? { caller: tokenCaller(token), credential: kept } : undefined
}

/** A principal of the directory whose secret, which the token names, is as it was. */
async function directoryPrincipal(
  deps: AuthenticateDeps,
  registry: Registry,
  principalId: string,
  credential: CredentialClaim,
): Promise<Authenticated | undefined> {
  const standing = await credentialsOfPrincipal(deps, principalId)
  if (!standing || !credentialNamed(standing, credential.id, deps.clock.now())) return undefined
  const caller = await directoryCaller(deps, registry, standing.principal)
  return caller && { caller, credential }
}

// The signer gives the same object for the same token: what it says is read once.
const claimsOf = readOnce(parseClaims)

const refused = (why: string, error?: 'invalid_token') =>
  new RegistryError('unauthorized', `authentication required: ${why}`, error ? { error } : {})
