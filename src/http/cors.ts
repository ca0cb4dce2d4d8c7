import type { Exchange } from './exchange.ts'
import type { Headers } from './headers.ts'
import { knownMethods } from './request-faults.ts'

/** Origins whose pages may call a registry from a browser; none, unless the operator names them. */
export type AllowedOrigins = ReadonlySet<string>

const exposed = ['Docker-Content-Digest', 'WWW-Authenticate', 'Link', 'Location', 'ETag', 'Retry-After', 'X-Ms-Correlation-Request-Id']
/** Browsers ask again after so many seconds. */
const remembered = 600

/**
 * What a browser wants to hear about a page of another origin (Fetch, "CORS protocol"). Credentials travel in `Authorization`
 * alone, which a page must have itself: `Access-Control-Allow-Credentials` is never said.
 */
export function answerOrigin(exchange: Exchange, allowed: AllowedOrigins): 'preflight' | 'refused' | undefined {
  const origin = exchange.header('origin')
  const isPreflight =
    exchange.method === 'OPTIONS' && origin !== undefined && exchange.header('access-control-request-method') !== undefined
  if (allowed.size > 0) exchange.moreHeaders.push(['Vary', 'Origin'])
  if (origin === undefined || !allowed.has(origin)) return isPreflight ? 'refused' : undefined
  exchange.moreHeaders.push(['Access-Control-Allow-Origin', origin])
  if (isPreflight) return 'preflight'
  exchange.moreHeaders.push(['Access-Control-Expose-Headers', exposed.join(', ')])
  return undefined
}

/** The origin is trusted, so the headers that it asks for are. */
export const preflightHeaders = (exchange: Exchange): Headers => [
  ['Access-Control-Allow-Methods', knownMethods.join(', ')],
  ['Access-Control-Allow-Headers', namesIn(exchange.header('access-control-request-headers'))],
  ['Access-Control-Max-Age', remembered],
  ['Vary', 'Access-Control-Request-Method, Access-Control-Request-Headers'],
]

const namesIn = (header: string | undefined): string =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[a-z0-9!#$%&'*+.^_`|~-]{1,80}$/i.test(name))
    .slice(0, 50)
    .join(', ')
