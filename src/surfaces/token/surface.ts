import { RegistryError } from '#core/registry-error.ts'
import { noSuchRegistry, type Served } from '#app/tokens/admit.ts'
import type { RateLimits } from '#app/tokens/rate-limits.ts'
import type { TokenService } from '#app/tokens/token-service.ts'
import { jsonType } from '#http/answer.ts'
import { BodyTooLarge } from '#http/body.ts'
import { errorBody } from '#http/failure.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { Route, Surface } from '#http/surface.ts'
import { wire } from './errors.ts'
import { parseTokenRequest, type TokenEndpointRequest } from './request.ts'
import { type Context, routes } from './routes.ts'

export interface TokenDeps {
  tokens: TokenService
  rateLimits: RateLimits
}

interface Dialect {
  world: { deps: TokenDeps; served: Served | undefined }
  caller: undefined
  request: TokenEndpointRequest
  route: Route<Context, TokenEndpointRequest>
  context: Context
}

/** `/oauth2/`: where a registry's tokens are got. */
export const token: Surface<Dialect> = {
  first: 'request',
  parse: async ({ world: { deps, served = noSuchRegistry() }, http }) => {
    http.moreHeaders.push(['X-Ms-Ratelimit-Remaining-Calls-Per-Second', deps.rateLimits.leftPerSecond(served.registry, 'oauth').toFixed(2)])
    return parseTokenRequest(http.method, http.url, await readForm(http))
  },
  identify: () => undefined,
  routeOf: ({ kind }) => routes[kind] as Dialect['route'],
  admit: () => {},
  context: ({ world: { deps, served = noSuchRegistry() }, http }) => ({ ...deps, served, http }),
  headers: () => [['Cache-Control', 'private, no-store']],
  fail: (_call, { failure, message, detail }) => {
    const [status, code] = wire[failure]
    return { status, headers: [jsonType], body: errorBody(code, message, detail) }
  },
  // What is refused counts for the address that it came from, and is told as too much when that is used up.
  refused: ({ world: { deps, served }, http }, failure) => {
    if (!served || failure.failure === 'too-many-requests') return failure
    try {
      deps.rateLimits.countUnproven(served.registry, http.address)
      return failure
    } catch (tooMany) {
      return tooMany instanceof RegistryError ? tooMany : failure
    }
  },
}

const largestForm = 64 * 1024

async function readForm(http: HttpRequest): Promise<string | undefined> {
  if (http.method !== 'POST') return undefined
  try {
    return (await http.body(largestForm)).toString('utf8')
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new RegistryError('request-invalid', `a token request may have up to ${largestForm} bytes`)
    throw error
  }
}
