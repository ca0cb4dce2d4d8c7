import { BlockList, isIP } from 'node:net'

export interface TrustedProxies {
  has(address: string | undefined): boolean
}

/** Peers whose `X-Forwarded-*` headers are believed; nobody, unless the operator names them. */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
  }
  return {
    has(address) {
      if (address === undefined || ranges.length === 0) return false
      const plain = plainAddress(address)
      const version = isIP(plain)
      return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

/** An IPv4 address that came over an IPv6 socket, as IPv4. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=[0-9.]+$)/i, '')

/** `203.0.113.7`, also with the port that some proxies add, in brackets or quotes (RFC 7239 §6). */
const forwardedAddress = /^"?(?:\[([0-9a-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}|([0-9a-f:.]+))"?$/i

/**
 * The client that a proxy names; `unknown` where it names none. With its port, each connection of a client would be
 * another client to whatever counts by address.
 */
export function clientOf(forwarded: string): string {
  const [, bracketed, withPort, alone] = forwardedAddress.exec(forwarded) ?? []
  const address = bracketed ?? withPort ?? alone ?? ''
  return isIP(address) === 0 ? 'unknown' : plainAddress(address)
}
