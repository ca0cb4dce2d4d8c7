import { parseScopes } from '#core/scope.ts'
import { type Failure, RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps, Origins } from '#app/deps.ts'
import { type Authenticated, type Presented, tokenUser } from '#app/tokens/authenticate.ts'
import { exchangeToken } from '#app/tokens/exchange.ts'
import { accessTokenLife, issueAccessToken } from '#app/tokens/issue.ts'
import type { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { signIn } from '#app/tokens/sign-in.ts'
import { BodyTooLarge } from '#http/body.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { allowedBy, sendFailure } from '#http/failure.ts'
import { wireOf } from './errors.ts'
import { type ExchangeRequest, parseTokenRequest, type TokenRequest } from './request.ts'

export type TokenDeps = Deps & { origins: Origins; failedLogins: FailedLogins; rateLimits: RateLimits }

export interface Served {
  registry: Registry
  /** The registry's name that was spoken to: the audience of what is issued. */
  service: string
  /** Whether a name is one of the registry's: what a client gives as `service`, and the audience of its token. */
  isName(service: string): boolean
}

const largestForm = 64 * 1024
const headers: Headers = [
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Cache-Control', 'private, no-store'],
]

/** Answers one request of `/oauth2/`. Never rejects. */
export async function serveTokens(deps: TokenDeps, served: Served, exchange: Exchange): Promise<void> {
  try {
    exchange.also.push(['X-Ms-Ratelimit-Remaining-Calls-Per-Second', deps.rateLimits.leftPerSecond(served.registry, 'oauth').toFixed(2)])
    const request = parseTokenRequest(exchange.method, exchange.url, await form(exchange))
    if (request.kind === 'keys') deps.rateLimits.countUnproven(served.registry, exchange.address)
    if (request.kind === 'keys') await exchange.send(200, headers, JSON.stringify(await deps.signers.of(served.registry.id).keys()))
    else if (request.kind === 'exchange')
      await exchange.send(200, headers, JSON.stringify(await takeInExchange(deps, served, exchange, request)))
    else await exchange.send(200, headers, JSON.stringify(await issue(deps, served, exchange, request)))
  } catch (error) {
    await fail(exchange, counted(deps, served, exchange, error))
  }
}

/** What is refused counts for the address that it came from, and is told as too much when that is used up. */
function counted({ rateLimits }: TokenDeps, { registry }: Served, { address }: Exchange, error: unknown): unknown {
  if (!(error instanceof RegistryError) || error.failure === 'too-many-requests') return error
  try {
    rateLimits.countUnproven(registry, address)
    return error
  } catch (tooMany) {
    return tooMany
  }
}

function checkService({ service, isName }: Served, given: string | undefined): void {
  if (given !== undefined && !isName(given))
    throw new RegistryError('request-invalid', `service "${given.slice(0, 200)}" is not this registry: expected "${service}"`)
}

async function takeInExchange(deps: TokenDeps, served: Served, exchange: Exchange, request: ExchangeRequest) {
  checkService(served, request.service)
  const { registry, service } = served
  const { token, id, name } = await exchangeToken(deps, { registry, audience: service, token: request.token })
  exchange.log.principal = name
  deps.rateLimits.count(registry, id, 'oauth')
  return { refresh_token: token }
}

async function issue(deps: TokenDeps, served: Served, exchange: Exchange, request: TokenRequest) {
  const { registry, service } = served
  checkService(served, request.service)
  const presented = request.presented ?? fromHeader(exchange)
  const by = await signIn(deps, registry, served.isName, presented, exchange.address)
  exchange.log.principal = by.caller.name
  if (by.caller.kind === 'anonymous') deps.rateLimits.countUnproven(registry, exchange.address)
  else deps.rateLimits.count(registry, by.caller.id, 'oauth')
  const scopes = parseScopes(request.scopes)
  const accessToken = await issueAccessToken(deps, { registry, audience: service, by, scopes })
  const refreshToken = refreshTokenOf(presented, by, request)
  return {
    access_token: accessToken,
    // Without `issued_at`, as ACR: clients that get it add the life to our clock and compare with theirs, and a push breaks off when theirs is late.
    expires_in: accessTokenLife,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  }
}

/**
 * The refresh token that was presented, again: it does not rotate, and none is given for a password. A client that gets
 * one keeps it and throws the password away (docker does), and a password lasts longer.
 */
function refreshTokenOf(presented: Presented, { caller }: Authenticated, { offline }: TokenRequest): string | undefined {
  if (presented.kind === 'refresh') return presented.token
  const isRefreshToken = presented.kind === 'basic' && presented.username === tokenUser && !caller.narrowedTo
  return offline && isRefreshToken ? presented.password : undefined
}

function fromHeader(exchange: Exchange): Presented {
  const presented = parseAuthorization(exchange.header('authorization')) ?? { kind: 'none' as const }
  if (presented === 'malformed' || presented.kind === 'bearer')
    throw new RegistryError('unauthorized', 'authentication required: send the user name and password as Basic')
  return presented
}

async function form(exchange: Exchange): Promise<string | undefined> {
  if (exchange.method !== 'POST') return undefined
  try {
    return (await exchange.body(largestForm)).toString('utf8')
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new RegistryError('request-invalid', `a token request may have up to ${largestForm} bytes`)
    throw error
  }
}

async function fail(exchange: Exchange, error: unknown): Promise<void> {
  if (exchange.beyondAnswer) return exchange.destroy()
  const known = error instanceof RegistryError ? error : undefined
  if (!known) exchange.unexpected = error
  const failure: Failure = known?.failure ?? 'storage-failed'
  const [status, code] = wireOf(failure)
  exchange.log.failure = failure
  const message = known?.message ?? `internal error; the log has it under correlation id ${exchange.correlationId}`
  const detail = known?.detail ?? {}
  const body = JSON.stringify({ errors: [{ code, message, detail }] })
  await sendFailure(exchange, { status, headers, body, allowed: allowedBy(detail), retryAfter: detail.retryAfter })
}
