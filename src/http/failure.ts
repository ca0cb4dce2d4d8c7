import type { Exchange, Headers } from './exchange.ts'

/** The body of a failing answer (OCI distribution-spec, "Error Codes"). */
export const errorBody = (code: string, message: string, detail: unknown): string => JSON.stringify({ errors: [{ code, message, detail }] })

/** What a status asks for beside it (RFC 9110 §10.2.1, §10.2.3): when to come again, in seconds, and what is allowed. */
export function failureHeaders(status: number, detail: Readonly<Record<string, unknown>>): Headers {
  if (status === 429) return [['Retry-After', Number(detail.retryAfter ?? 1)]]
  if (status === 503) return [['Retry-After', 5]]
  if (status === 405 && Array.isArray(detail.allowed)) return [['Allow', detail.allowed.join(', ')]]
  return []
}

/** Nothing of an unexpected error reaches the wire; the log has it under the correlation id. Returns what the client is told. */
export function noteUnexpected(exchange: Exchange, error: unknown): string {
  exchange.unexpected = error
  return `internal error; the log has it under correlation id ${exchange.correlationId}`
}
