import type { IncomingHttpHeaders } from 'node:http'
import { clientOf, type TrustedProxies } from './proxies.ts'

/** What those who passed a request on say of it: from where it came, and how it was asked. */
export interface Forwarded {
  /** Whether a trusted proxy did. */
  isProxied: boolean
  address: string
  host?: string | undefined
  scheme?: 'http' | 'https' | undefined
}

/**
 * Each proxy adds what it saw behind a comma, so what may be believed is read from the end: past each address that is a
 * trusted proxy's, up to the first that is not. Host and scheme are those of the same hop, where each was added as well.
 */
export function readForwarded(headers: IncomingHttpHeaders, peer: string, proxies: TrustedProxies): Forwarded {
  if (!proxies.has(peer)) return { isProxied: false, address: peer }
  const seen = entriesOf(headers['x-forwarded-for'])
  let address = peer
  let hops = -1
  for (let at = seen.length - 1; at >= 0 && proxies.has(address); at--) {
    address = clientOf(seen[at] ?? '')
    hops++
  }
  const ofHop = (name: string): string | undefined => {
    const entries = entriesOf(headers[name])
    return entries[Math.max(0, entries.length - 1 - Math.max(0, hops))]
  }
  const scheme = ofHop('x-forwarded-proto')?.toLowerCase()
  return {
    isProxied: true,
    address,
    host: ofHop('x-forwarded-host'),
    scheme: scheme === 'https' || scheme === 'http' ? scheme : undefined,
  }
}

const entriesOf = (header: string | string[] | undefined): string[] =>
  (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
