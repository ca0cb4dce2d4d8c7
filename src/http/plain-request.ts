import { BodyTooLarge } from './body.ts'
import type { HttpRequest } from './http-request.ts'

export interface PlainRequest {
  method: string
  /** Path and query. */
  url: string
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  host?: string
  address?: string
  offloadPrefix?: string
  correlationId?: string
}

/** A request that came over no socket: of a surface that is called in the own process, and of tests. */
export function plainRequest({ method, url, headers = {}, body, ...rest }: PlainRequest): HttpRequest {
  const bytes = Buffer.from(body ?? '')
  return {
    method,
    url,
    host: rest.host ?? 'localhost',
    scheme: 'https',
    address: rest.address ?? '127.0.0.1',
    offloadPrefix: rest.offloadPrefix,
    atFront: undefined,
    correlationId: rest.correlationId ?? '00000000-0000-0000-0000-000000000000',
    header: (name) => headers[name],
    hasBody: bytes.length > 0,
    bodyLength: body === undefined ? undefined : bytes.length,
    async body(limit) {
      if (bytes.length > limit) throw new BodyTooLarge(limit)
      return bytes
    },
    async *bytes() {
      if (bytes.length > 0) yield Uint8Array.from(bytes)
    },
    aside: (work) => work(),
    isKnown: () => {},
    clientGone: false,
    beyondAnswer: false,
    log: {},
    moreHeaders: [],
    unexpected: undefined,
  }
}
