import type { Origins } from '#app/deps.ts'
import { jsonType } from '#http/answer.ts'
import type { Route, Surface } from '#http/surface.ts'
import { wire } from './errors.ts'
import { type DiscoveryRequest, parseDiscovery } from './request.ts'
import { routes } from './routes.ts'

interface Discovery {
  world: { origins: Origins }
  caller: undefined
  request: DiscoveryRequest
  route: Route<Origins, DiscoveryRequest>
  context: Origins
}

/** `/metadata/`: under which names this cloud is reached. */
export const discovery: Surface<Discovery> = {
  first: 'request',
  parse: ({ http }) => parseDiscovery(http.method, http.url),
  identify: () => undefined,
  routeOf: ({ kind }) => routes[kind],
  admit: () => {},
  context: ({ world }) => world.origins,
  // Where the registry is reached changes with its configuration.
  headers: () => [['Cache-Control', 'no-cache']],
  fail: (_call, { failure, message }) => {
    const [status, code] = wire[failure]
    return { status, headers: [jsonType], body: JSON.stringify({ error: { code, message } }) }
  },
}
