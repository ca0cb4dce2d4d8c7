import type { SignInCommands } from '#ports/sign-ins.ts'
import type { DirectoryObject, DirectoryReads, Tenant } from '#ports/directory.ts'
import { directoryKeys } from '#ports/signer.ts'
import type { Deps, Origins } from '../deps.ts'
import { formatDirectoryClaims } from './directory-claims.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/** In seconds; Entra's own, of tokens without continuous evaluation. */
export const directoryTokenLife = 3599

export type IssueDeps = Pick<Deps, 'signers' | 'clock' | 'ids' | 'origins'> & { store: DirectoryReads }

/** The directory's name of itself in access tokens; it stays when clients come by another name of the host. */
const issuerOf = (origins: Origins, tenantId: string): string => `${origins.control}/${tenantId}/`

/** An access token of a user or a service principal. What it lets its holder do is decided where it is shown. */
export async function issueDirectoryToken(
  deps: IssueDeps,
  { principal, credential, clientId, resource }: { principal: DirectoryObject; credential: string; clientId: string; resource: string },
): Promise<string> {
  const tenantId = (await directoryTenant(deps)).id
  const now = Math.floor(deps.clock.now() / 1000)
  return deps.signers.of(directoryKeys).sign(
    formatDirectoryClaims({
      id: deps.ids.next(),
      audience: resource,
      issuer: issuerOf(deps.origins, tenantId),
      tenantId,
      principalId: principal.id,
      kind: principal.kind === 'user' ? 'user' : 'app',
      name: principal.name,
      clientId,
      credential,
      login: principal.kind === 'user' ? principal.login : null,
      issuedAt: now,
      notBefore: now,
      expiresAt: now + directoryTokenLife,
    }),
  )
}

/**
 * Tells a program who signed in (OpenID Connect Core §2). It opens nothing: it lacks what `parseDirectoryClaims` asks for.
 * @param family of the refresh token beside it, which sign-out ends
 * @param issuer of the authority's discovery document, which a program compares
 */
export async function issueIdToken(
  deps: IssueDeps,
  {
    user,
    clientId,
    issuer,
    nonce,
    family,
  }: { user: DirectoryObject; clientId: string; issuer: string; nonce?: string | undefined; family?: string | undefined },
): Promise<string> {
  const now = Math.floor(deps.clock.now() / 1000)
  return deps.signers.of(directoryKeys).sign({
    aud: clientId,
    iss: issuer,
    iat: now,
    nbf: now,
    exp: now + directoryTokenLife,
    name: user.name,
    ...(nonce === undefined ? {} : { nonce }),
    oid: user.id,
    preferred_username: user.login,
    ...(family === undefined ? {} : { sid: family }),
    sub: user.id,
    tid: (await directoryTenant(deps)).id,
    upn: user.login,
    ver: '2.0',
  })
}

/** Who the account is, for a program's cache of tokens (MSAL's `client_info`). */
export const clientInfoOf = async (deps: { store: DirectoryReads }, user: DirectoryObject): Promise<string> =>
  Buffer.from(JSON.stringify({ uid: user.id, utid: (await directoryTenant(deps)).id })).toString('base64url')

/** Fails with `tenant-unknown` before the first start has made the directory. */
export async function directoryTenant({ store }: { store: DirectoryReads }): Promise<Tenant> {
  const tenant = await store.tenant()
  if (!tenant) throw new SignInRefused('tenant-unknown', { tenant: '' })
  return tenant
}

/**
 * What one sign-in gave ends: the refresh tokens of its family. The id token that came with them names it (`sid`), and who
 * holds that may do it; its age does not matter. False for what is no such token.
 */
export async function signOut({ store, signers }: Pick<Deps, 'signers'> & { store: SignInCommands }, idToken: string): Promise<boolean> {
  const claims = await signers.of(directoryKeys).verify(idToken)
  if (claims?.ver !== '2.0' || typeof claims.sid !== 'string' || claims.sid === '') return false
  await store.endSignIns({ family: claims.sid })
  return true
}
