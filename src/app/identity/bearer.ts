import type { RoleReads } from '#ports/roles.ts'
import type { Caller } from '#core/access.ts'
import { readOnce } from '#core/read-once.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import { directoryKeys } from '#ports/signer.ts'
import type { Deps } from '../deps.ts'
import { type Audience, audienceOf } from './audiences.ts'
import { type DirectoryClaims, parseDirectoryClaims } from './directory-claims.ts'
import { grantsOf } from './rights.ts'
import { credentialNamed, credentialsOfPrincipal } from './credentials.ts'

const leewaySeconds = 60

/**
 * Who presents a token of the directory, from what the database says now: a principal that was disabled or deleted, or
 * lost a role, or whose secret behind the token was reset or removed, is so at the next request. Fails with `unauthorized`, whose detail says `error: invalid_token`
 * and `renew`: another token may be good.
 * @param audiences of which services a token is good here
 */
export async function authenticateBearer(
  deps: Pick<Deps, 'signers' | 'clock' | 'origins'> & { store: DirectoryReads & RoleReads },
  token: string,
  audiences: readonly Audience[],
): Promise<Caller> {
  const { principal } = await directoryTokenHolder(deps, token, audiences)
  return {
    id: principal.id,
    kind: principal.kind === 'user' ? 'user' : 'servicePrincipal',
    name: principal.login ?? principal.appId ?? principal.id,
    held: [],
    grants: await grantsOf(deps, principal.id),
  }
}

/** The same without roles: the principal itself and what the token says. Fails as `authenticateBearer` does. */
export async function directoryTokenHolder(
  { store, signers, clock, origins }: Pick<Deps, 'signers' | 'clock' | 'origins'> & { store: DirectoryReads },
  token: string,
  audiences: readonly Audience[],
): Promise<{ principal: DirectoryObject; claims: DirectoryClaims; audience: Audience }> {
  const raw = await signers.of(directoryKeys).verify(token)
  const claims = raw && claimsOf(raw)
  const tenant = await store.tenant()
  if (!claims || !tenant || claims.tenantId !== tenant.id) throw refused('the token is not one of this directory')
  const audience = audienceOf(claims.audience, origins.control)
  if (!audience || !audiences.includes(audience)) throw refused('the token is for another service')
  const now = clock.now() / 1000
  if (now > claims.expiresAt + leewaySeconds) throw refused('the token has expired')
  if (now < claims.notBefore - leewaySeconds) throw refused('the token is not valid yet')
  const found = await credentialsOfPrincipal({ store }, claims.principalId)
  if (!found?.principal.enabled || found.principal.kind !== (claims.kind === 'user' ? 'user' : 'servicePrincipal'))
    throw refused('the principal of the token was disabled or deleted')
  if (!credentialNamed(found, claims.credential, clock.now()))
    throw refused('the secret behind the token was reset, removed or has ended, or its holder was switched off since')
  return { principal: found.principal, claims, audience }
}

// The signer gives the same object for the same token: what it says is read once.
const claimsOf = readOnce(parseDirectoryClaims)

const refused = (why: string) =>
  new RegistryError('unauthorized', `authentication required: ${why}`, { error: 'invalid_token', renew: true })
