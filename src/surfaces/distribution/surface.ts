import { type Access, type Caller, type Decision, decide } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Scope } from '#core/scope.ts'
import type { Registry } from '#ports/metadata-store.ts'
import { CorruptBlob } from '#ports/blob-store.ts'
import { deletedSeq } from '#app/distribution/blobs.ts'
import { BrokenBody } from '#app/distribution/upload-body.ts'
import type { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { signIn } from '#app/tokens/sign-in.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Exchange } from '#http/exchange.ts'
import { apiVersion, json } from './answers.ts'
import { type ChallengeReason, challenge, missing } from './challenge.ts'
import type { DistributionDeps } from './context.ts'
import { errorBody, wire } from './errors.ts'
import { parseRequest } from './request.ts'
import { routeOf } from './routes.ts'

export type SurfaceDeps = DistributionDeps & { failedLogins: FailedLogins; rateLimits: RateLimits }

/** What this surface is told of the registry that a host name means. */
export interface Served {
  registry: Registry
  /** Login server: `service` of the challenge and audience of tokens. */
  service: string
  /** Where tokens are got, as the caller can reach it. */
  realm: string
}

/** Answers one request of `/v2/`: parse, who, may they, count, do. Never rejects. */
export async function serveDistribution(deps: SurfaceDeps, served: Served, exchange: Exchange): Promise<void> {
  let access: Access = { kind: 'signed-in' }
  let alsoAsk: readonly Scope[] = []
  try {
    const request = parseRequest(exchange.request.method ?? '', exchange.request.url ?? '')
    if ('repository' in request) exchange.log.repository = request.repository
    if ('digest' in request && request.digest) exchange.log.digest = request.digest
    const route = routeOf(request)
    access = route.access(request)
    alsoAsk = route.alsoAsk?.(request) ?? []
    const caller = await identify(deps, served, exchange)
    const decision = await judge(deps, served.registry, caller, access)
    if (!decision.allowed) throw refusal(caller, access, decision)
    deps.rateLimits.count(served.registry, caller.id, route.rate)
    await route.handle({ deps, registry: served.registry, caller, exchange }, request)
  } catch (error) {
    await fail(exchange, { ...served, alsoAsk }, access, error)
  }
}

async function identify(deps: SurfaceDeps, { registry, service }: Served, exchange: Exchange): Promise<Caller> {
  const presented = parseAuthorization(exchange.header('authorization')) ?? { kind: 'none' as const }
  if (presented === 'malformed')
    throw new RegistryError('unauthorized', 'authentication required: the Authorization header is neither Basic nor Bearer')
  const { caller } = await signIn(deps, registry, service, presented, exchange.address)
  exchange.log.principal = caller.name
  return caller
}

async function judge(deps: SurfaceDeps, registry: Registry, caller: Caller, access: Access): Promise<Decision> {
  const repositoryDeletedSeq =
    access.kind === 'scope' && access.type === 'repository' ? await deletedSeq(deps, registry, caller, access.name) : undefined
  return decide(caller, access, { repositoryDeletedSeq })
}

function refusal(caller: Caller, access: Access, decision: Extract<Decision, { allowed: false }>): RegistryError {
  const presentedToken = caller.seq !== undefined
  const error: ChallengeReason | undefined =
    decision.because === 'token-older-than-repository'
      ? 'invalid_token'
      : presentedToken || decision.because === 'not-held'
        ? 'insufficient_scope'
        : undefined
  return new RegistryError('unauthorized', 'authentication required, visit https://aka.ms/acr/authorization for more information.', {
    ...(error ? { error } : {}),
    because: decision.because,
    missing: missing(access),
  })
}

async function fail(exchange: Exchange, served: Served & { alsoAsk: readonly Scope[] }, access: Access, error: unknown): Promise<void> {
  if (exchange.beyondAnswer || error instanceof BrokenBody) {
    exchange.log.failure = error instanceof CorruptBlob ? 'corrupt-blob' : 'broken-off'
    exchange.destroy()
    return
  }
  const known = error instanceof RegistryError ? error : internal(exchange, error)
  const [status, code] = wire[known.failure]
  exchange.log.failure = known.failure
  exchange.log.reason = typeof known.detail.because === 'string' ? known.detail.because : known.message
  const headers: (readonly [string, string | number])[] = [apiVersion, json]
  let detail: unknown = known.detail
  if (known.failure === 'unauthorized') {
    headers.push(['WWW-Authenticate', challenge(served, access, known.detail.error as ChallengeReason | undefined)])
    detail = known.detail.missing ?? missing(access)
  }
  if (known.failure === 'range-invalid') headers.push(['Range', `0-${Math.max(0, Number(known.detail.size ?? 0) - 1)}`])
  if (known.failure === 'range-unsatisfiable') headers.push(['Content-Range', `bytes */${Number(known.detail.size ?? 0)}`])
  if (known.failure === 'too-many-requests') headers.push(['Retry-After', Number(known.detail.retryAfter ?? 1)])
  if (status === 503) headers.push(['Retry-After', 5])
  if (known.failure === 'method-unsupported' && Array.isArray(known.detail.allowed))
    headers.push(['Allow', known.detail.allowed.join(', ')])
  await exchange.send(status, headers, errorBody(code, known.message, detail)).catch(() => exchange.destroy())
}

// Nothing of an unexpected error reaches the wire; the log has it under the correlation id.
function internal(exchange: Exchange, error: unknown): RegistryError {
  exchange.unexpected = error
  return new RegistryError('storage-failed', `internal error; the log has it under correlation id ${exchange.correlationId}`)
}
