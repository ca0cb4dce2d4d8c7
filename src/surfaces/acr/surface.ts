import type { Access } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Deps } from '#app/deps.ts'
import { admit, identify, type Served } from '#app/tokens/admit.ts'
import { challenge, missing } from '#app/tokens/challenge.ts'
import type { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { errorBody, noteUnexpected, sendFailure } from '#http/failure.ts'
import { commonHeaders, json } from './answers.ts'
import { wireOf } from './errors.ts'
import { methodsOf, parseRequest } from './request.ts'
import { routeOf } from './routes.ts'

export type SurfaceDeps = Deps & { failedLogins: FailedLogins; rateLimits: RateLimits }

/** Answers one request of `/acr/`: parse, who, may they, count, do. Never rejects. */
export async function serveAcr(deps: SurfaceDeps, served: Served, exchange: Exchange): Promise<void> {
  const { registry, service: loginServer } = served
  let access: Access = { kind: 'signed-in' }
  try {
    const request = parseRequest(exchange.method, exchange.url)
    if ('repository' in request) exchange.log.repository = request.repository
    if ('digest' in request && request.digest) exchange.log.digest = request.digest
    const route = routeOf(request)
    access = route.access(request)
    const caller = await identify(deps, served, parseAuthorization(exchange.header('authorization')), exchange.address)
    exchange.log.principal = caller.name
    if (caller.kind !== 'anonymous') exchange.isKnown()
    await admit(deps, registry, caller, access)
    if (exchange.method === 'DELETE')
      exchange.also.push(['X-Ms-Ratelimit-Remaining-Calls-Per-Second', deps.rateLimits.leftPerSecond(registry, 'delete').toFixed(2)])
    deps.rateLimits.count(registry, caller.id, route.rate)
    await route.handle({ deps, registry, loginServer, exchange }, request)
  } catch (error) {
    await fail(exchange, served, access, error)
  }
}

async function fail(exchange: Exchange, served: Served, access: Access, error: unknown): Promise<void> {
  if (exchange.beyondAnswer) return exchange.destroy()
  const known = error instanceof RegistryError ? error : new RegistryError('storage-failed', noteUnexpected(exchange, error))
  const [status, code] = wireOf(known.failure)
  exchange.log.failure = known.failure
  exchange.log.reason = typeof known.detail.because === 'string' ? known.detail.because : known.message
  const refused = known.failure === 'unauthorized'
  const challenged: Headers = refused ? [['WWW-Authenticate', challenge(served, access, known.detail)]] : []
  const detail = refused ? (known.detail.missing ?? missing(access)) : known.detail
  const headers = [...commonHeaders, json, ...challenged]
  // A lock closes what was asked; attributes can be read and changed all the same.
  const allowed = status === 405 ? methodsOf(exchange.url).filter((each) => each !== exchange.method) : undefined
  const body = errorBody(code, known.message, detail)
  await sendFailure(exchange, { status, headers, body, allowed, retryAfter: known.detail.retryAfter })
}
