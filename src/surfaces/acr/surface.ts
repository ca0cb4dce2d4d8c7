import type { Access, Caller } from '#core/access.ts'
import type { Metadata } from '#app/repositories/metadata.ts'
import type { Admission } from '#app/tokens/admission.ts'
import { noSuchRegistry, type Served } from '#app/tokens/admit.ts'
import { challenge, missing } from '#app/tokens/challenge.ts'
import { jsonType } from '#http/answer.ts'
import { parseAuthorization } from '#http/credentials.ts'
import { errorBody } from '#http/failure.ts'
import type { Call, Surface } from '#http/surface.ts'
import type { Context } from './context.ts'
import { wire } from './errors.ts'
import { type AcrRequest, methodsOf, parseRequest } from './request.ts'
import { type AcrRoute, routeOf } from './routes.ts'

export interface AcrDeps {
  metadata: Metadata
  admission: Admission
}

interface Dialect {
  world: { deps: AcrDeps; served: Served | undefined }
  caller: Caller
  request: AcrRequest
  route: AcrRoute
  context: Context
}

/** `/acr/v1/`. */
export const acr: Surface<Dialect> = {
  first: 'request',
  parse: ({ http }) => parseRequest(http.method, http.url),
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
  context: ({ world: { deps, served = noSuchRegistry() }, http, caller }) => ({
    metadata: deps.metadata,
    registry: served.registry,
    loginServer: served.service,
    caller,
    http,
  }),
  headers: () => [['Docker-Distribution-Api-Version', 'registry/2.0']],
  fail: (call, { failure, message, detail }) => {
    const [status, code] = wire[failure]
    const { world } = call
    if (failure === 'unauthorized' && world.served) {
      const access = accessOf(call)
      const headers = [jsonType, ['WWW-Authenticate', challenge(world.served, access, detail)] as const]
      return { status, headers, body: errorBody(code, message, detail.missing ?? missing(access)) }
    }
    return { status, headers: [jsonType], body: errorBody(code, message, detail) }
  },
  // A lock closes what was asked; attributes can be read and changed all the same.
  openMethods: async ({ http }) => methodsOf(http.url).filter((each) => each !== http.method),
}

const accessOf = ({ request, route }: Call<Dialect>): Access => (request && route ? route.access(request) : { kind: 'signed-in' })
