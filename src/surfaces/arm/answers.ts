import type { Headers } from '#http/exchange.ts'

export const json = ['Content-Type', 'application/json; charset=utf-8'] as const

/** On every answer of ARM; the correlation id is the exchange's. */
export function commonHeaders(correlationId: string, now: number, clientRequestId: string | undefined): Headers {
  const compact = new Date(now).toISOString().replace(/[-:]|\.[0-9]+/g, '')
  return [
    ['Cache-Control', 'no-cache'],
    ['Pragma', 'no-cache'],
    ['Expires', '-1'],
    ['x-ms-request-id', correlationId],
    ['x-ms-routing-request-id', `LOCAL:${compact}:${correlationId}`],
    ...(clientRequestId === undefined ? [] : [['x-ms-client-request-id', clientRequestId] as const]),
  ]
}
