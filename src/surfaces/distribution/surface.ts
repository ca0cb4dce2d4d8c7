import type { Access } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Scope } from '#core/scope.ts'
import { CorruptBlob } from '#ports/blob-store.ts'
import { BrokenBody } from '#app/distribution/upload-body.ts'
import { admit, identify, type Served } from '#app/tokens/admit.ts'
import { challenge, missing } from '#app/tokens/challenge.ts'
import type { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Exchange } from '#http/exchange.ts'
import { allowedBy, errorBody, noteUnexpected, sendFailure } from '#http/failure.ts'
import { apiVersion, json } from './answers.ts'
import type { DistributionDeps } from './context.ts'
import { answered } from './errors.ts'
import { openMethods } from './open-methods.ts'
import { type DistributionRequest, parseRequest } from './request.ts'
import { routeOf } from './routes.ts'
import { sessionHeaders } from './uploads.ts'

export type SurfaceDeps = DistributionDeps & { failedLogins: FailedLogins; rateLimits: RateLimits }

/** Answers one request of `/v2/`: parse, who, may they, count, do. Never rejects. */
export async function serveDistribution(deps: SurfaceDeps, served: Served, exchange: Exchange): Promise<void> {
  let access: Access = { kind: 'signed-in' }
  let alsoAsk: readonly Scope[] = []
  let request: DistributionRequest | undefined
  try {
    request = parseRequest(exchange.method, exchange.url)
    if ('repository' in request) exchange.log.repository = request.repository
    if ('digest' in request && request.digest) exchange.log.digest = request.digest
    const route = routeOf(request)
    access = route.access(request)
    alsoAsk = route.alsoAsk?.(request) ?? []
    const caller = await identify(deps, served, parseAuthorization(exchange.header('authorization')), exchange.address)
    exchange.log.principal = caller.name
    if (caller.kind !== 'anonymous') exchange.isKnown()
    await admit(deps, served.registry, caller, access)
    if (exchange.method === 'DELETE')
      exchange.also.push(['X-Ms-Ratelimit-Remaining-Calls-Per-Second', deps.rateLimits.leftPerSecond(served.registry, 'delete').toFixed(2)])
    deps.rateLimits.count(served.registry, caller.id, route.rate)
    await route.handle({ deps, registry: served.registry, caller, exchange }, request)
  } catch (error) {
    await fail(deps, exchange, served, { request, access, alsoAsk }, error)
  }
}

async function fail(
  deps: SurfaceDeps,
  exchange: Exchange,
  served: Served,
  { request, access, alsoAsk }: { request: DistributionRequest | undefined; access: Access; alsoAsk: readonly Scope[] },
  error: unknown,
): Promise<void> {
  if (exchange.beyondAnswer || error instanceof BrokenBody) {
    exchange.log.failure = error instanceof CorruptBlob ? 'corrupt-blob' : 'broken-off'
    exchange.destroy()
    return
  }
  const known = error instanceof RegistryError ? error : new RegistryError('storage-failed', noteUnexpected(exchange, error))
  const [status, code] = answered(known.failure, exchange.method)
  exchange.log.failure = known.failure
  // The client has done nothing wrong: the operator is to see it.
  if (known.failure === 'manifest-damaged') exchange.unexpected = known
  exchange.log.reason = typeof known.detail.because === 'string' ? known.detail.because : known.message
  const headers: (readonly [string, string | number])[] = [apiVersion, json]
  let detail: unknown = known.detail
  if (known.failure === 'unauthorized') {
    headers.push(['WWW-Authenticate', challenge(served, access, known.detail, alsoAsk)])
    detail = known.detail.missing ?? missing(access)
  }
  // Whether there is a manifest for the reader depends on what it takes.
  if (request?.kind === 'manifest.get' || request?.kind === 'manifest.head') headers.push(['Vary', 'Accept'])
  if (known.failure === 'range-invalid' && request && 'uploadId' in request)
    headers.push(...sessionHeaders(request.repository, request.uploadId, Number(known.detail.size ?? 0)))
  if (known.failure === 'range-unsatisfiable') headers.push(['Content-Range', `bytes */${Number(known.detail.size ?? 0)}`])
  const allowed = allowedBy(known.detail) ?? (status === 405 && request ? await openMethods(deps, served.registry, request, exchange) : [])
  const body = errorBody(code, known.message, detail)
  await sendFailure(exchange, { status, headers, body, allowed, retryAfter: known.detail.retryAfter })
}
