import { ipv6Words } from '#core/ip-address.ts'

/**
 * What an address says of who is there: an IPv6 customer has a whole /64; a program reaches its own machine now as `::1`, now
 * as `127.0.0.1`.
 */
export function machineOf(address: string): string {
  if (address === '::1' || address.startsWith('127.')) return 'loopback'
  return address.includes(':') ? ipv6Words(address).slice(0, 4).join(':') : address
}
