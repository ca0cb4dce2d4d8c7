import { RegistryError } from '#core/registry-error.ts'
import { parseScopes } from '#core/scope.ts'
import type { Served } from '#app/tokens/admit.ts'
import { type Authenticated, type Presented, tokenUser } from '#app/tokens/authenticate.ts'
import { accessTokenLife } from '#app/tokens/issue.ts'
import type { RateLimits } from '#app/tokens/rate-limits.ts'
import type { TokenService } from '#app/tokens/token-service.ts'
import { type Answer, json } from '#http/answer.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { OfKind } from '#http/surface.ts'
import type { Routes } from '#http/surface.ts'
import type { TokenEndpointRequest, TokenRequest } from './request.ts'

export interface Context {
  tokens: TokenService
  rateLimits: RateLimits
  served: Served
  http: HttpRequest
}

type Of<Kind> = OfKind<TokenEndpointRequest, Kind>

/** Everybody may ask who they are: what proves it is in the request, and the handler judges it. */
const open = () => ({ kind: 'none' }) as const

export const routes: Routes<Context, TokenEndpointRequest> = {
  keys: { access: open, handle: showKeys },
  exchange: { access: open, handle: exchangeToken },
  token: { access: open, handle: issueToken },
}

async function showKeys({ tokens, rateLimits, served, http }: Context): Promise<Answer> {
  rateLimits.countUnproven(served.registry, http.address)
  return json(200, await tokens.keys(served.registry))
}

async function exchangeToken({ tokens, rateLimits, served, http }: Context, request: Of<'exchange'>): Promise<Answer> {
  checkService(served, request.service)
  const { registry, service } = served
  const { token, id, name } = await tokens.exchange({ registry, audience: service, token: request.token })
  http.log.principal = name
  rateLimits.count(registry, id, 'oauth')
  return json(200, { refresh_token: token })
}

async function issueToken({ tokens, rateLimits, served, http }: Context, request: TokenRequest): Promise<Answer> {
  const { registry, service } = served
  checkService(served, request.service)
  const presented = request.presented ?? fromHeader(http)
  const by = await tokens.signIn(served, presented, http.address)
  http.log.principal = by.caller.name
  if (by.caller.kind === 'anonymous') rateLimits.countUnproven(registry, http.address)
  else rateLimits.count(registry, by.caller.id, 'oauth')
  const accessToken = await tokens.issue({ registry, audience: service, by, scopes: parseScopes(request.scopes) })
  const refreshToken = refreshTokenOf(presented, by, request)
  return json(200, {
    access_token: accessToken,
    // Without `issued_at`, as ACR: clients that get it add the life to our clock and compare with theirs, and a push breaks off when theirs is late.
    expires_in: accessTokenLife,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  })
}

function checkService({ service, isName }: Served, asked: string | undefined): void {
  if (asked !== undefined && !isName(asked))
    throw new RegistryError('request-invalid', `service "${asked.slice(0, 200)}" is not this registry: expected "${service}"`)
}

/**
 * The refresh token that was presented, again: it does not rotate, and none is issued for a password. A client that gets
 * one keeps it and throws the password away (docker does), and a password lasts longer.
 */
function refreshTokenOf(presented: Presented, { caller }: Authenticated, { offline }: TokenRequest): string | undefined {
  if (presented.kind === 'refresh') return presented.token
  const isRefreshToken = presented.kind === 'basic' && presented.username === tokenUser && !caller.narrowedTo
  return offline && isRefreshToken ? presented.password : undefined
}

function fromHeader(http: HttpRequest): Presented {
  const presented = parseAuthorization(http.header('authorization')) ?? { kind: 'none' as const }
  if (presented === 'malformed' || presented.kind === 'bearer')
    throw new RegistryError('unauthorized', 'authentication required: send the user name and password as Basic')
  return presented
}
