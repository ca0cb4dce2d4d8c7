import { type Caller, decide, operator } from '#core/access.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { RegistryError } from '#core/registry-error.ts'
import { jsonType } from '#http/answer.ts'
import type { HttpRequest } from '#http/http-request.ts'
import { BodyRefused, readJson } from '#http/json-body.ts'
import type { Dialect, Route, Surface } from '#http/surface.ts'
import { wire } from './errors.ts'
import { type ControlRequest, parseControl } from './request.ts'
import { type Context, routes } from './routes.ts'

export interface Control extends Dialect {
  world: ControlWorld
  caller: Caller
  request: ControlRequest
  route: Route<Context, never>
  context: Context
}

export interface ControlWorld {
  machine: Maintenance
  /** The caller has left, or the server stops. */
  signal: AbortSignal
  named: (error: unknown) => unknown
}

const largestBody = 64 * 1024

/** `/machine/`: what is of this machine alone, for the command line on it. JSON in, JSON out, one command a request. */
export const control: Surface<Control> = {
  first: 'caller',
  identify: () => operator,
  parse: async ({ http }) => parseControl(http.method, http.url, await bodyOf(http)),
  routeOf: ({ kind }) => routes[kind],
  admit: ({ caller, route }) => {
    if (!decide(caller, route.access({} as never)).allowed) throw new RegistryError('denied', 'only the operator may')
  },
  context: ({ world, http }) => ({
    machine: world.machine,
    options: { signal: world.signal },
    named: world.named,
    unexpected: (error) => (http.unexpected = error),
  }),
  headers: () => [['Connection', 'close']],
  fail: (_call, { failure, message, detail }) => ({
    status: wire[failure],
    headers: [jsonType],
    body: JSON.stringify({ kind: 'registry', failure, message, detail }),
  }),
}

async function bodyOf(http: HttpRequest): Promise<unknown> {
  try {
    return await readJson(http, largestBody)
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error
    throw new RegistryError('request-invalid', `the body: ${error.message}`)
  }
}
