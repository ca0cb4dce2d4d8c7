import { RegistryError } from '#core/registry-error.ts'
import { withHead } from '#http/request-line.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { sendJson, sendPage } from './answers.ts'
import { contextOf, type EntraContext, type EntraDeps } from './context.ts'
import { errorBody, errorContextOf, wireOf } from './errors.ts'
import { problemIn } from './page-problems.ts'
import { failure } from './pages.ts'
import { parseEntraRequest } from './request.ts'
import { routeOf } from './routes.ts'

/** Answers one request of the authority, in either shape (`isEntra` of request.ts tells which are its). Never rejects. */
export async function serveEntra(deps: EntraDeps, exchange: Exchange): Promise<void> {
  // Of the directory that is not there yet, only refusals are told.
  let context = contextOf(deps, exchange, { id: '', domain: '' })
  let reader: 'program' | 'person' = 'program'
  try {
    const tenant = await deps.store.tenant()
    if (!tenant) throw new SignInRefused('tenant-unknown', { tenant: '' })
    context = contextOf(deps, exchange, tenant)
    const request = parseEntraRequest(exchange.method, exchange.url, tenant)
    if (!request) return await sendJson(context, 404, errorBody(notFound, errorContextOf(context)))
    const route = routeOf(request)
    reader = route.reader
    await route.handle(context, request)
  } catch (error) {
    await fail(context, reader, error).catch(() => exchange.destroy())
  }
}

const notFound = { status: 404, error: 'invalid_request', code: 90009, text: 'Nothing of the authority is served under this URL.' }

async function fail(context: EntraContext, reader: 'program' | 'person', error: unknown): Promise<void> {
  const { exchange, words } = context
  if (exchange.beyondAnswer) return exchange.destroy()
  const refused = error instanceof SignInRefused
  const overloaded = error instanceof RegistryError && error.failure === 'overloaded'
  if (!refused && !overloaded) exchange.unexpected = error
  exchange.log.failure = refused || overloaded ? error.failure : 'storage-failed'
  if (refused) exchange.log.reason = error.reason
  const allowed = refused && error.reason === 'method-wrong' ? withHead([String(error.detail.allowed)]) : undefined
  if (allowed && exchange.method === 'OPTIONS') return exchange.send(204, [['Allow', [...allowed, 'OPTIONS'].join(', ')]])
  const wire = wireOf(error)
  const told = errorContextOf(context)
  // Entra's status for it is 400; what would be right is told all the same.
  const headers: (readonly [string, string | number])[] = allowed ? [['Allow', allowed.join(', ')]] : []
  if (wire.status === 429 && refused) headers.push(['Retry-After', Number(error.detail.retryAfter ?? 1)])
  if (wire.status === 503) headers.push(['Retry-After', 5])
  // RFC 6749 §5.2: who tried Basic is answered in its terms.
  if (wire.status === 401 && exchange.header('authorization') !== undefined) headers.push(['WWW-Authenticate', 'Basic realm="Longshore"'])
  if (reader === 'program') return sendJson(context, wire.status, errorBody(wire, told), [...headers, ...idsOf(told)])
  const body = failure(words, { problem: problemIn(words, error), code: `AADSTS${wire.code}`, correlation: told.correlationId })
  await sendPage(context, { status: wire.status, title: words('failed.title'), body, headers })
}

const idsOf = ({ traceId, correlationId }: { traceId: string; correlationId: string }): Headers => [
  ['X-Ms-Request-Id', traceId],
  ['Client-Request-Id', correlationId],
]
