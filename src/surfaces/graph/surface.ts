import { type Caller, decide } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import { authenticateBearer } from '#app/identity/bearer.ts'
import { tenantOf } from '#app/identity/directory.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { HttpRequest } from '#http/http-request.ts'
import { BodyRefused, readJson } from '#http/json-body.ts'
import type { Route, Surface } from '#http/surface.ts'
import type { Context, GraphDeps } from './context.ts'
import { errorBody, wire } from './errors.ts'
import { type GraphRequest, parseGraphRequest } from './request.ts'
import { routeOf } from './routes.ts'

export interface Graph {
  world: GraphDeps
  caller: Caller
  request: GraphRequest
  route: Route<Context, GraphRequest>
  context: Context
}

const largestBody = 256 * 1024

/** `/graph/`. Who is known by something else than a token is served by `{ ...graph, identify }`. */
export const graph: Surface<Graph> = {
  // Nobody learns what there is, or has a body read, before it is known who asks.
  first: 'caller',
  identify: ({ world, http }) => authenticateBearer(world, tokenOf(http), ['graph', 'arm']),
  parse: async ({ http }) => parseGraphRequest(http.method, http.url, await bodyOf(http)),
  routeOf,
  admit: ({ caller, route, request }) => {
    const decision = decide(caller, route.access(request))
    if (decision.allowed) return
    throw new RegistryError('denied', 'Insufficient privileges to complete the operation.', { action: decision.action ?? null })
  },
  context: async ({ world, caller, http }) => ({ deps: world, caller, tenant: await tenantOf(world), base: baseOf(world, http) }),
  headers: ({ http }) => [
    ['Cache-Control', 'no-store'],
    ['request-id', http.correlationId],
    ['client-request-id', clientRequestId(http)],
  ],
  fail: ({ world, http }, { failure, message }) => {
    const [status, code] = wire[failure]
    const challenge = `Bearer realm="",authorization_uri="${world.origins.control}/common/oauth2/authorize"`
    return {
      status,
      headers: [...(status === 401 ? [['WWW-Authenticate', challenge] as const] : []), ['Content-Type', 'application/json']],
      body: errorBody(code, message, { requestId: http.correlationId, clientRequestId: clientRequestId(http), now: world.clock.now() }),
    }
  },
}

function tokenOf(http: HttpRequest): string {
  const presented = parseAuthorization(http.header('authorization'))
  if (presented !== undefined && presented !== 'malformed' && presented.kind === 'bearer') return presented.token
  throw new RegistryError('unauthorized', 'Access token is empty.')
}

/** Read before the request is known, refused only by a request that takes one. */
async function bodyOf(http: HttpRequest): Promise<() => unknown> {
  try {
    const body = await readJson(http, largestBody)
    return () => body ?? {}
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error
    const { message } = error
    return () => {
      throw new RegistryError('request-invalid', `Unable to read JSON request payload: ${message}.`)
    }
  }
}

const baseOf = ({ origins }: GraphDeps, { url }: HttpRequest): string =>
  `${origins.control}/graph/${/^\/+graph\/+beta(?:\/|$)/i.test(url) ? 'beta' : 'v1.0'}`

/** The client's own id, where it is one: nothing else of its headers is said again. */
function clientRequestId(http: HttpRequest): string {
  const id = http.header('client-request-id') ?? http.header('x-ms-client-request-id') ?? ''
  return isGuid(id) ? id : http.correlationId
}
