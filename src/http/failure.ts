import type { Exchange, Headers } from './exchange.ts'

/** The body of a failing answer (OCI distribution-spec, "Error Codes"). */
export const errorBody = (code: string, message: string, detail: unknown): string => JSON.stringify({ errors: [{ code, message, detail }] })

/** A failing answer as a surface words it, and what of the failure the protocol itself wants told. */
export interface FailingAnswer {
  status: number
  headers: Headers
  body: string
  /** Of a 405: the methods that are open. */
  allowed?: readonly string[] | undefined
  /** Of a 429: in how many seconds to come again. */
  retryAfter?: unknown
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
