import { isIP } from 'node:net'
import { withoutPort } from './hosts.ts'

/** For how much a browser is to remember that there is HTTPS: the host, or all below it too. */
export type StrictTransport = 'host' | 'subdomains'

/**
 * The value of Strict-Transport-Security (RFC 6797) for a host; undefined where a browser would ignore it (an address), or
 * where the name is not its owner's alone: a single label, or one below localhost, which is every other program's too.
 */
export function strictTransportFor(host: string, extent: StrictTransport): string | undefined {
  const name = withoutPort(host).toLowerCase().replace(/\.$/, '')
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.') || name.endsWith('.localhost')) return undefined
  return extent === 'subdomains' ? 'max-age=31536000; includeSubDomains' : 'max-age=31536000'
}
