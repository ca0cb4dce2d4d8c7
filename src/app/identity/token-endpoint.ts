import type { DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import type { SignInCommands, SignInReads, StoredSignIn } from '#ports/sign-ins.ts'
import type { Deps } from '../deps.ts'
import { authenticateClient, type Client, type ClientUse } from './clients.ts'
import { redeemCode } from './codes.ts'
import { fetchDevice } from './devices.ts'
import { newRefreshToken, type RefreshToken, useRefreshToken } from './refresh-tokens.ts'
import { type RequestedScope, type ScopeParameters, parseRequestedScope, parseProgramScope } from './requested-scope.ts'
import { type SignedIn, signInUser, removeEndedSignIns } from './sign-in.ts'
import { SignInRefused } from './sign-in-refusal.ts'
import { clientInfoOf, directoryTokenLife, issueDirectoryToken, issueIdToken } from './directory-tokens.ts'

/** By what a program gets a token (RFC 6749 §1.3). */
export type AuthorizationGrant =
  | { kind: 'client-credentials' }
  | { kind: 'password'; username: string; password: string }
  | { kind: 'refresh'; token: string }
  | { kind: 'device'; deviceCode: string }
  | { kind: 'code'; code: string; redirectUri: string; verifier: string }

export interface TokenRequest extends ClientUse {
  grant: AuthorizationGrant
  asked: ScopeParameters
  wantsClientInfo: boolean
  /** The authority's name of itself, for id tokens. */
  issuer: string
}

export interface TokenResponse {
  accessToken: string
  /** In seconds. */
  expiresIn: number
  resource: string
  /** The rest: for a person only. */
  scopes?: readonly string[]
  refreshToken?: string | undefined
  idToken?: string | undefined
  clientInfo?: string | undefined
  /** For the log. */
  principal: DirectoryObject
}

export type TokenDeps = Pick<
  Deps,
  'signers' | 'clock' | 'ids' | 'hasher' | 'secrets' | 'assertions' | 'certificates' | 'origins' | 'failedLogins' | 'random'
> & { store: DirectoryReads & SignInCommands & SignInReads }

/** The token endpoint: who is the program, who is the person, what do they get. Fails with SignInRefused. */
export async function answerTokenRequest(deps: TokenDeps, request: TokenRequest): Promise<TokenResponse> {
  const client = await authenticateClient(deps, request)
  return request.grant.kind === 'client-credentials' ? forProgram(deps, request, client) : forPerson(deps, request, request.grant, client)
}

async function forProgram(deps: TokenDeps, { asked }: TokenRequest, client: Client): Promise<TokenResponse> {
  if (client.credential === null) throw new SignInRefused('client-unproven')
  const principal = client.servicePrincipal
  // An application without one is nobody in the tenant.
  if (!principal) throw new SignInRefused('client-unknown', { client: client.id })
  const { resource } = parseProgramScope(asked, deps.origins.control)
  const accessToken = await issueDirectoryToken(deps, { principal, credential: client.credential, clientId: client.id, resource })
  return { accessToken, expiresIn: directoryTokenLife, resource, principal }
}

/** What a grant tells of the person, and what was asked when it was made. */
interface Found {
  signedIn: SignedIn
  asked?: ScopeParameters
  nonce?: string | undefined
  /** Given instead of a new one. */
  refreshToken?: RefreshToken
  /** Uses the grant up and keeps the refresh token that it gives. */
  redeem?: (refreshToken: StoredSignIn | null) => Promise<void>
}

type PersonGrant = Exclude<AuthorizationGrant, { kind: 'client-credentials' }>

async function forPerson(deps: TokenDeps, request: TokenRequest, grant: PersonGrant, client: Client): Promise<TokenResponse> {
  // What is wrong with the question itself is told before a code or a device's answer is used up.
  const early = isEmpty(request.asked) ? undefined : parseRequestedScope(request.asked, deps.origins.control)
  const found = await findPerson(deps, request, grant, client)
  const text = early ? request.asked : (found.asked ?? {})
  const asked = early ?? parseRequestedScope(text, deps.origins.control)
  const { principal, credential } = found.signedIn
  const accessToken = await issueDirectoryToken(deps, { principal, credential, clientId: client.id, resource: asked.resource })
  const refreshToken = await refreshTokenFor(deps, { client, asked, text, found })
  return {
    accessToken,
    expiresIn: directoryTokenLife,
    resource: asked.resource,
    scopes: asked.scopes,
    refreshToken: refreshToken?.token,
    idToken: asked.openid
      ? await issueIdToken(deps, {
          user: principal,
          clientId: client.id,
          issuer: request.issuer,
          nonce: found.nonce,
          family: refreshToken?.family,
        })
      : undefined,
    clientInfo: request.wantsClientInfo ? await clientInfoOf(deps, principal) : undefined,
    principal,
  }
}

const isEmpty = ({ scope, resource }: ScopeParameters): boolean => scope === undefined && resource === undefined

async function findPerson(deps: TokenDeps, { address }: TokenRequest, grant: PersonGrant, client: Client): Promise<Found> {
  switch (grant.kind) {
    case 'password':
      return { signedIn: await signInUser(deps, { username: grant.username, password: grant.password, address }) }
    case 'device':
      return fetchDevice(deps, { deviceCode: grant.deviceCode, clientId: client.id, address })
    case 'code':
      return redeemCode(deps, { code: grant.code, clientId: client.id, redirectUri: grant.redirectUri, verifier: grant.verifier })
    case 'refresh':
      return useRefreshToken(deps, { token: grant.token, client })
  }
}

/** A program that proves itself asks for one by `offline_access`; others, az among them, count on it. */
async function refreshTokenFor(
  deps: TokenDeps,
  { client, asked, text, found }: { client: Client; asked: RequestedScope; text: ScopeParameters; found: Found },
): Promise<RefreshToken | undefined> {
  if (found.refreshToken !== undefined) return found.refreshToken
  const isWanted = client.credential === null || asked.offline
  const made = isWanted ? newRefreshToken(deps, { signedIn: found.signedIn, client, asked: text }) : undefined
  if (made) await removeEndedSignIns(deps)
  if (found.redeem) await found.redeem(made?.row ?? null)
  else if (made) await deps.store.putSignIn({ signIn: made.row })
  return made
}
