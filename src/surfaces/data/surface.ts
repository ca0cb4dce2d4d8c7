import { networkOf } from '#core/ip-address.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Clock } from '#ports/clock.ts'
import type { Registry } from '#ports/registries.ts'
import type { Distribution } from '#app/distribution/distribution.ts'
import type { RateLimits } from '#app/tokens/rate-limits.ts'
import type { Route, Surface } from '#http/surface.ts'
import { errorXml, wire } from './errors.ts'
import { type DataRequest, parseRequest } from './request.ts'
import { type Context, routes } from './routes.ts'

export interface DataDeps {
  distribution: Distribution
  rateLimits: RateLimits
  clock: Clock
  settings: { blobRedirect: 'lenient' | 'strict' }
}

interface Dialect {
  /** `registry` is undefined where the host is of none that has its data endpoint there. */
  world: { deps: DataDeps; registry: Registry | undefined }
  caller: undefined
  request: DataRequest
  route: Route<Context, DataRequest> & { rate: 'data' }
  context: Context
}

/** A registry's data endpoint: who has a link gets the blob. There is nothing else here, and nobody signs in. */
export const data: Surface<Dialect> = {
  first: 'request',
  parse: ({ world, http }) => {
    registryOf(world)
    if (world.deps.settings.blobRedirect === 'strict' && http.header('authorization') !== undefined)
      throw new RegistryError('unauthorized', 'an Authorization header beside a link', { because: 'header-beside-link' })
    return parseRequest(http.method, http.url)
  },
  identify: () => undefined,
  routeOf: ({ kind }) => routes[kind] as Dialect['route'],
  admit: ({ world, http, route }) => world.deps.rateLimits.count(registryOf(world), networkOf(http.address), route.rate),
  context: ({ world, http }) => ({ distribution: world.deps.distribution, registry: registryOf(world), http }),
  headers: () => [],
  fail: ({ world, http }, { failure }) => {
    const { status, code, message } = wire[failure]
    return {
      status,
      headers: [
        ['Content-Type', 'application/xml'],
        ['X-Ms-Error-Code', code],
        ['X-Ms-Request-Id', http.correlationId],
      ],
      body: errorXml({ code, message }, http.correlationId, world.deps.clock.now()),
    }
  },
}

function registryOf({ registry }: Dialect['world']): Registry {
  if (!registry) throw new RegistryError('not-found', 'there is no data endpoint of this name')
  return registry
}
