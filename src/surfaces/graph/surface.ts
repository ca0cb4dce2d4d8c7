import { decide } from '#core/access.ts'
import { type Failure, RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import { authenticateBearer } from '#app/identity/bearer.ts'
import { tenantOf } from '#app/identity/directory.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { sendFailure } from '#http/failure.ts'
import { BodyRefused, readJson } from '#http/json-body.ts'
import type { Answer, Context, GraphDeps } from './context.ts'
import { errorBody, wireOf } from './errors.ts'
import { type GraphRequest, parseGraphRequest } from './request.ts'
import { routeOf } from './routes.ts'

export type { GraphDeps } from './context.ts'

const largestBody = 256 * 1024

/** Answers one request of `/graph/`: who, what, may they, do. Never rejects. */
export async function serveGraph(deps: GraphDeps, exchange: Exchange): Promise<void> {
  try {
    // Nobody learns what there is, or has a body read, before it is known who asks.
    const caller = await authenticateBearer(deps, tokenOf(exchange), ['graph', 'arm'])
    exchange.log.principal = caller.name
    exchange.isKnown()
    const url = exchange.url
    const version = /^\/+graph\/+beta(?:\/|$)/i.test(url) ? 'beta' : 'v1.0'
    const context = { deps, caller, tenant: await tenantOf(deps), base: `${deps.origins.control}/graph/${version}` }
    const body = await bodyOf(exchange)
    const request = parseGraphRequest(exchange.method, url, body)
    await answer(exchange, await run(context, request))
  } catch (error) {
    await fail(deps, exchange, error)
  }
}

async function run<Request extends GraphRequest>(context: Context, request: Request): Promise<Answer> {
  const { access, handle } = routeOf(request)
  const decision = decide(context.caller, access(request))
  if (decision.allowed) return handle(context, request)
  throw new RegistryError('denied', 'Insufficient privileges to complete the operation.', { action: decision.action ?? null })
}

function tokenOf(exchange: Exchange): string {
  const presented = parseAuthorization(exchange.header('authorization'))
  if (presented !== undefined && presented !== 'malformed' && presented.kind === 'bearer') return presented.token
  throw new RegistryError('unauthorized', 'Access token is empty.')
}

/** Read before the request is known, refused only by a request that takes one. */
async function bodyOf(exchange: Exchange): Promise<() => unknown> {
  try {
    const body = await readJson(exchange, largestBody)
    return () => body ?? {}
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error
    const { message } = error
    return () => {
      throw new RegistryError('request-invalid', `Unable to read JSON request payload: ${message}.`)
    }
  }
}

const json = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

function commonHeaders(exchange: Exchange): (readonly [string, string])[] {
  return [
    ['Cache-Control', 'no-store'],
    ['request-id', exchange.correlationId],
    ['client-request-id', clientRequestId(exchange)],
  ]
}

/** The client's own id, where it is one: nothing else of its headers is said again. */
function clientRequestId(exchange: Exchange): string {
  const given = exchange.header('client-request-id') ?? exchange.header('x-ms-client-request-id') ?? ''
  return isGuid(given) ? given : exchange.correlationId
}

async function answer(exchange: Exchange, { status, body, location }: Answer): Promise<void> {
  const headers: Headers = [
    ...commonHeaders(exchange),
    ...(location === undefined ? [] : [['Location', location] as const]),
    ...(body === undefined ? [] : ([['Content-Type', json] as const, ['OData-Version', '4.0'] as const] as const)),
  ]
  await exchange.send(status, headers, body === undefined ? undefined : JSON.stringify(body))
}

async function fail(deps: GraphDeps, exchange: Exchange, error: unknown): Promise<void> {
  if (exchange.beyondAnswer) return exchange.destroy()
  const known = error instanceof RegistryError ? error : undefined
  if (!known) exchange.unexpected = error
  const failure: Failure = known?.failure ?? 'storage-failed'
  const [status, code] = wireOf(failure)
  exchange.log.failure = failure
  const message = known?.message ?? `internal error; the log has it under correlation id ${exchange.correlationId}`
  const ids = { requestId: exchange.correlationId, clientRequestId: clientRequestId(exchange), now: deps.clock.now() }
  const more: (readonly [string, string])[] = []
  if (status === 401) more.push(['WWW-Authenticate', `Bearer realm="",authorization_uri="${deps.origins.control}/common/oauth2/authorize"`])
  const headers: Headers = [...commonHeaders(exchange), ...more, ['Content-Type', 'application/json']]
  const body = errorBody(code, message, ids)
  const { retryAfter, allowed } = known?.detail ?? {}
  await sendFailure(exchange, { status, headers, body, allowed: allowed as string[] | undefined, retryAfter })
}
