import { BlockList, isIP } from 'node:net'

/** Who may reach a registry, by address. */
export interface NetworkRules {
  /** False: nobody comes in through the front door. */
  publicAccess: boolean
  defaultAction: 'Allow' | 'Deny'
  /** IPv4 or IPv6 addresses and CIDR blocks that are let in where the default is `Deny`. */
  allowed: readonly string[]
}

export const openToAll: NetworkRules = { publicAccess: true, defaultAction: 'Allow', allowed: [] }

/** An address or a CIDR block; undefined for anything else. */
export function parseNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0 || address.includes('%')) return undefined
  const longest = version === 6 ? 128 : 32
  if (length !== undefined && (!/^[0-9]{1,3}$/.test(length) || Number(length) > longest)) return undefined
  return { address, prefix: length === undefined ? longest : Number(length), family: version === 6 ? 'ipv6' : 'ipv4' }
}

// The rules of a registry are the same object until they change.
const lists = new WeakMap<NetworkRules, BlockList>()

/** Whether an address may come in. What is no address may only where everybody may. */
export function isAdmitted(rules: NetworkRules, address: string): boolean {
  if (!rules.publicAccess) return false
  if (rules.defaultAction === 'Allow') return true
  const version = isIP(address)
  if (version === 0) return false
  let list = lists.get(rules)
  if (!list) {
    list = new BlockList()
    for (const network of rules.allowed.map(parseNetwork)) if (network) list.addSubnet(network.address, network.prefix, network.family)
    lists.set(rules, list)
  }
  return list.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
