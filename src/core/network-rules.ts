import { addressWords, ipVersion } from './ip-address.ts'

/** Who may reach a registry, by address. */
export interface NetworkRules {
  /** False: nobody comes in through the front door. */
  publicAccess: boolean
  defaultAction: 'Allow' | 'Deny'
  /** IPv4 or IPv6 addresses and CIDR blocks that are let in where the default is `Deny`. */
  allowed: readonly string[]
}

export const openToAll: NetworkRules = { publicAccess: true, defaultAction: 'Allow', allowed: [] }

export function isNetworkRules(value: unknown): value is NetworkRules {
  const { publicAccess, defaultAction, allowed } = (value ?? {}) as Readonly<Record<string, unknown>>
  return (
    typeof publicAccess === 'boolean' &&
    (defaultAction === 'Allow' || defaultAction === 'Deny') &&
    Array.isArray(allowed) &&
    allowed.every((each) => typeof each === 'string')
  )
}

/** An address or a CIDR block; undefined for anything else. */
export function parseNetwork(text: string): { words: readonly number[]; prefix: number } | undefined {
  const [address = '', length, ...more] = text.split('/')
  const version = ipVersion(address)
  if (version === 0 || more.length > 0 || address.includes('%')) return undefined
  const longest = version === 6 ? 128 : 32
  if (length !== undefined && (!/^[0-9]{1,3}$/.test(length) || Number(length) > longest)) return undefined
  const prefix = length === undefined ? longest : Number(length)
  return { words: addressWords(address), prefix: prefix + 128 - longest }
}

type Network = NonNullable<ReturnType<typeof parseNetwork>>

const isInside = ({ words, prefix }: Network, address: readonly number[]): boolean =>
  words.every((word, index) => {
    const bits = Math.min(16, Math.max(0, prefix - index * 16))
    return word >> (16 - bits) === (address[index] ?? 0) >> (16 - bits)
  })

// The rules of a registry are the same object until they change.
const networks = new WeakMap<NetworkRules, readonly Network[]>()

function networksOf(rules: NetworkRules): readonly Network[] {
  const known = networks.get(rules) ?? rules.allowed.flatMap((text) => parseNetwork(text) ?? [])
  networks.set(rules, known)
  return known
}

/** Whether an address may come in. What is no address may only where everybody may. */
export function isAdmitted(rules: NetworkRules, address: string): boolean {
  if (!rules.publicAccess) return false
  if (rules.defaultAction === 'Allow') return true
  if (ipVersion(address) === 0) return false
  const words = addressWords(address)
  return networksOf(rules).some((network) => isInside(network, words))
}
