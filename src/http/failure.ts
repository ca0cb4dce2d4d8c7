import type { Failure, RegistryError } from '#core/registry-error.ts'
import type { Answer } from './answer.ts'
import type { Headers } from './headers.ts'
import type { HttpRequest } from './http-request.ts'

/** The body of a failing answer (OCI distribution-spec, "Error Codes"). */
export const errorBody = (code: string, message: string, detail: unknown): string => JSON.stringify({ errors: [{ code, message, detail }] })

/** A failing answer as a surface words it, and what the failure alone does not say. */
export interface FailingAnswer {
  status: number
  headers: Headers
  body: string
  /** The methods that are open, where it is not the failure that tells them. */
  allowed?: readonly string[] | undefined
}

/**
 * The whole answer, with what each status owes its reader. A question for the options of a URL is the one that fails
 * well: what is open there is its answer (RFC 9110 §9.3.7).
 * @param common on every answer of the surface
 */
export function answerOfFailure(
  http: Pick<HttpRequest, 'method'>,
  common: Headers,
  failing: FailingAnswer,
  failure: RegistryError,
): Answer {
  const { status, headers, body } = failing
  const open = failing.allowed ?? (failure.failure === 'method-unsupported' ? allowedBy(failure.detail) : undefined)
  const allowed = open ?? (status === 405 ? [] : undefined)
  if (http.method === 'OPTIONS' && allowed)
    return { status: 204, headers: [...common, ...withoutType(headers), ['Allow', [...allowed, 'OPTIONS'].join(', ')]] }
  return { status, headers: [...common, ...headers, ...owed(status, allowed, failure)], body }
}

/** RFC 9110 §10.2.1, §10.2.3, §15.5.16, §15.5.17. */
function owed(status: number, allowed: readonly string[] | undefined, { failure, detail }: RegistryError): Headers {
  return [
    ...(allowed ? [['Allow', allowed.join(', ')] as const] : []),
    ...(status === 429 ? [['Retry-After', Number(detail.retryAfter ?? 1)] as const] : []),
    ...(status === 503 ? [['Retry-After', Number(detail.retryAfter ?? 5)] as const] : []),
    ...(status === 415 ? [['Accept-Encoding', 'identity'] as const] : []),
    ...(failure === 'range-unsatisfiable' ? [['Content-Range', `bytes */${Number(detail.size ?? 0)}`] as const] : []),
  ]
}

const withoutType = (headers: Headers): Headers => headers.filter(([name]) => name !== 'Content-Type')

/** The methods that a failure names in its detail. */
export const allowedBy = (detail: Readonly<Record<string, unknown>>): readonly string[] | undefined =>
  Array.isArray(detail.allowed) ? (detail.allowed as string[]) : undefined

/** One row for many failures, where a surface never meets them: `{ ...rowsFor(contentFailures, busy), … } satisfies Record<Failure, Row>`. */
export const rowsFor = <Name extends Failure, Row>(names: readonly Name[], row: Row): Record<Name, Row> =>
  Object.fromEntries(names.map((name) => [name, row])) as Record<Name, Row>
