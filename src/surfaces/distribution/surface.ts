import type { Access, Caller } from '#core/access.ts'
import type { Origins } from '#app/deps.ts'
import type { Distribution } from '#app/distribution/distribution.ts'
import type { Admission } from '#app/tokens/admission.ts'
import { noSuchRegistry, type Served } from '#app/tokens/admit.ts'
import { challenge, missing } from '#app/tokens/challenge.ts'
import { jsonType } from '#http/answer.ts'
import { parseAuthorization } from '#http/credentials.ts'
import { errorBody } from '#http/failure.ts'
import type { Headers } from '#http/headers.ts'
import type { Call, Surface } from '#http/surface.ts'
import type { Context } from './context.ts'
import { answered } from './errors.ts'
import { KnownRequests } from './known-requests.ts'
import { openMethods } from './open-methods.ts'
import type { DistributionRequest } from './request.ts'
import { alsoAsked, type DistributionRoute, routeOf } from './routes.ts'
import { sessionHeaders } from './uploads.ts'

export interface DistributionDeps {
  distribution: Distribution
  admission: Admission
  origins: Origins
}

interface Dialect {
  world: { deps: DistributionDeps; served: Served | undefined }
  caller: Caller
  request: DistributionRequest
  route: DistributionRoute
  context: Context
}

/** Docker Registry HTTP API V2, "API Version Check". */
const common: Headers = [['Docker-Distribution-Api-Version', 'registry/2.0']]
/** Whether there is a manifest for the reader depends on what it takes. */
const ofManifest: Headers = [...common, ['Vary', 'Accept']]

/** `/v2/`. */
export function distributionSurface(): Surface<Dialect> {
  const known = new KnownRequests()
  return {
    first: 'request',
    parse: ({ http }) => known.parse(http.method, http.url),
    identify: ({ world: { deps, served = noSuchRegistry() }, http }) =>
      deps.admission.identify(served, parseAuthorization(http.header('authorization')), http.address),
    routeOf,
    admit: ({ world: { deps, served = noSuchRegistry() }, http, caller, request, route }) => {
      const { admission } = deps
      const count = () => {
        if (http.method === 'DELETE') http.moreHeaders.push(admission.deletesLeft(served.registry))
        admission.rateLimits.count(served.registry, caller.id, route.rate)
      }
      const admitted = admission.admit(served.registry, caller, route.access(request))
      return admitted ? admitted.then(count) : count()
    },
    context: contextOf,
    headers: ({ request }) => (request?.kind === 'manifest.get' || request?.kind === 'manifest.head' ? ofManifest : common),
    fail: (call, { failure, message, detail }) => {
      const [status, code] = answered(failure, call.http.method)
      const missed = failure === 'unauthorized' ? (detail.missing ?? missing(accessOf(call))) : detail
      return { status, headers: [jsonType, ...headersOf(call, failure, detail)], body: errorBody(code, message, missed) }
    },
    openMethods: async ({ world, http, caller, request }) =>
      request && caller ? openMethods(contextOf({ world, http, caller }), request) : undefined,
  }
}

const contextOf = ({
  world: { deps, served = noSuchRegistry() },
  http,
  caller,
}: Pick<Required<Call<Dialect>>, 'world' | 'http' | 'caller'>): Context => ({
  distribution: deps.distribution,
  origins: deps.origins,
  registry: served.registry,
  caller,
  http,
})

const accessOf = ({ request, route }: Call<Dialect>): Access => (request && route ? route.access(request) : { kind: 'signed-in' })

function headersOf(call: Call<Dialect>, failure: string, detail: Readonly<Record<string, unknown>>): Headers {
  const { request, world } = call
  if (failure === 'unauthorized' && world.served)
    return [['WWW-Authenticate', challenge(world.served, accessOf(call), detail, alsoAsked(request))]]
  if (failure === 'range-invalid' && request && 'uploadId' in request)
    return sessionHeaders(request.repository, request.uploadId, Number(detail.size ?? 0))
  return []
}
