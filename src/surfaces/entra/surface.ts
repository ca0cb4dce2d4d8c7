import { RegistryError } from '#core/registry-error.ts'
import { directoryTenant } from '#app/identity/directory-tokens.ts'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import type { Headers } from '#http/headers.ts'
import type { Call, Surface } from '#http/surface.ts'
import { withHead } from '#http/request-line.ts'
import { jsonAnswer, pageAnswer } from './answers.ts'
import { contextOf, type EntraContext, type EntraDeps, readerOf } from './context.ts'
import { type ErrorContext, errorBody, errorContextOf, faults, wireOf } from './errors.ts'
import { problemIn } from './page-problems.ts'
import { failure as failurePage } from './pages.ts'
import { type EntraRequest, parseEntraRequest } from './request.ts'
import { type EntraRoute, routeOf } from './routes.ts'

export interface Entra {
  world: EntraDeps
  caller: undefined
  request: EntraRequest
  route: EntraRoute
  context: EntraContext
}

/** The authority, in either shape (`isEntra` of request.ts tells which paths are its). Here people and programs say who they are. */
export const entra: Surface<Entra> = {
  first: 'request',
  parse: async ({ world, http }) => parseEntraRequest(http.method, http.url, await directoryTenant(world)),
  identify: () => undefined,
  routeOf,
  admit: () => {},
  context: async ({ world, http }) => contextOf(world, http, await directoryTenant(world)),
  headers: () => [],
  fail,
}

function fail({ world, http, route }: Call<Entra>, failure: RegistryError) {
  // No refusal, and nothing that passes: that is for the operator to see.
  if (!(failure instanceof SignInRefused) && faults[failure.failure].status === 500) http.unexpected ??= failure
  const wire = wireOf(failure)
  const ids = errorContextOf(world, http)
  const isWrongMethod = failure instanceof SignInRefused && failure.reason === 'method-wrong'
  // Entra's status for it is 400; what would be right is told all the same.
  const allowed = isWrongMethod ? { allowed: withHead([String(failure.detail.allowed)]) } : {}
  // RFC 6749 §5.2: who tried Basic is answered in its terms.
  const challenged = wire.status === 401 && http.header('authorization') !== undefined
  const headers: Headers = challenged ? [['WWW-Authenticate', 'Basic realm="Longshore"']] : []
  if (route?.reader !== 'person')
    return { ...jsonAnswer(errorBody(wire, ids), { status: wire.status, headers: [...headers, ...idsOf(ids)] }), ...allowed }
  const { words, language } = readerOf(http)
  const body = failurePage(words, { problem: problemIn(words, failure), code: `AADSTS${wire.code}`, correlation: ids.correlationId })
  return { ...pageAnswer({ language }, { status: wire.status, title: words('failed.title'), body, headers }), ...allowed }
}

const idsOf = ({ traceId, correlationId }: ErrorContext): Headers => [
  ['X-Ms-Request-Id', traceId],
  ['Client-Request-Id', correlationId],
]
