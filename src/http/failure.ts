import type { Failure, RegistryError } from '#core/registry-error.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import type { Headers } from './headers.ts'
import type { HttpRequest } from './http-request.ts'

/** The body of a failing answer (OCI distribution-spec, "Error Codes"). */
export const errorBody = (code: string, message: string, detail: unknown): string => JSON.stringify({ errors: [{ code, message, detail }] })

/** A failing answer as a surface words it, and what of the failure the protocol itself wants told. */
export interface FailingAnswer {
  status: number
  headers: Headers
  body: string
  /** The methods that are open, where it is not the failure that tells them. */
  allowed?: readonly string[] | undefined
  /** Of a 429: in how many seconds to come again. */
  retryAfter?: unknown
}

/**
 * The whole answer, with what each status owes its reader. A question for the options of a URL is the one that fails
 * well: what is open there is its answer (RFC 9110 §9.3.7).
 * @param common on every answer of the surface
 */
export function answerOfFailure(http: Pick<HttpRequest, 'method'>, common: Headers, told: FailingAnswer, failure: RegistryError): Answer {
  const { status, headers, body } = told
  const isOfMethod = failure.failure === 'method-unsupported'
  const allowed = told.allowed ?? (isOfMethod ? allowedBy(failure.detail) : undefined)
  if (http.method === 'OPTIONS' && (allowed || status === 405))
    return { status: 204, headers: [...common, ...withoutType(headers), ['Allow', [...(allowed ?? []), 'OPTIONS'].join(', ')]] }
  // RFC 9110 §15.5.17.
  const range: Headers = failure.failure === 'range-unsatisfiable' ? [['Content-Range', `bytes */${Number(failure.detail.size ?? 0)}`]] : []
  const allow: Headers = allowed && status !== 405 ? [['Allow', allowed.join(', ')]] : []
  return {
    status,
    headers: [...common, ...headers, ...owed({ ...told, allowed, retryAfter: failure.detail.retryAfter }), ...range, ...allow],
    body,
  }
}

/**
 * Sends it, with what each status owes its reader, the same on all surfaces. A question for the options of a URL is
 * the one that fails well: what is open there is its answer (RFC 9110 §9.3.7).
 */
export async function sendFailure(exchange: Exchange, answer: FailingAnswer): Promise<void> {
  const { status, headers, body, allowed = [] } = answer
  const sent =
    status === 405 && exchange.method === 'OPTIONS'
      ? exchange.send(204, [...withoutType(headers), ['Allow', [...allowed, 'OPTIONS'].join(', ')]])
      : exchange.send(status, [...headers, ...owed(answer)], body)
  await sent.catch(() => exchange.destroy())
}

/** RFC 9110 §10.2.1, §10.2.3, §15.5.16. */
function owed({ status, allowed = [], retryAfter }: FailingAnswer): Headers {
  if (status === 429) return [['Retry-After', Number(retryAfter ?? 1)]]
  if (status === 503) return [['Retry-After', Number(retryAfter ?? 5)]]
  if (status === 405) return [['Allow', allowed.join(', ')]]
  if (status === 415) return [['Accept-Encoding', 'identity']]
  return []
}

const withoutType = (headers: Headers): Headers => headers.filter(([name]) => name !== 'Content-Type')

/** The methods that a failure names in its detail. */
export const allowedBy = (detail: Readonly<Record<string, unknown>>): readonly string[] | undefined =>
  Array.isArray(detail.allowed) ? (detail.allowed as string[]) : undefined

/** Nothing of an unexpected error reaches the wire; the log has it under the correlation id. Returns what the client is told. */
export function noteUnexpected(exchange: Exchange, error: unknown): string {
  exchange.unexpected = error
  return `internal error; the log has it under correlation id ${exchange.correlationId}`
}

/** One row for many failures, where a surface never meets them: `{ ...rowsFor(contentFailures, busy), … } satisfies Record<Failure, Row>`. */
export const rowsFor = <Name extends Failure, Row>(names: readonly Name[], row: Row): Record<Name, Row> =>
  Object.fromEntries(names.map((name) => [name, row])) as Record<Name, Row>
