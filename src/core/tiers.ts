import type { Tier } from './rate-limit.ts'

export type { Tier }

/** What a registry of each tier may have ("SKU limits"). Bytes and counts. */
export interface TierLimits {
  includedStorage: number
  mostStorage: number
  webhooks: number
  tokens: number
  scopeMaps: number
  ipRules: number
  virtualNetworkRules: number
  privateEndpoints: number
  replications: number
}

const gib = 2 ** 30
const tib = 2 ** 40
const none = { ipRules: 0, virtualNetworkRules: 0, privateEndpoints: 0, replications: 0 }

export const tierNames = ['Basic', 'Standard', 'Premium'] as const satisfies readonly Tier[]

export const limitsOf: Readonly<Record<Tier, TierLimits>> = {
  Basic: { includedStorage: 10 * gib, mostStorage: 40 * tib, webhooks: 2, tokens: 100, scopeMaps: 100, ...none },
  Standard: { includedStorage: 100 * gib, mostStorage: 40 * tib, webhooks: 10, tokens: 500, scopeMaps: 500, ...none },
  Premium: {
    includedStorage: 500 * gib,
    mostStorage: 100 * tib,
    webhooks: 500,
    tokens: 50_000,
    scopeMaps: 50_000,
    ipRules: 200,
    virtualNetworkRules: 100,
    privateEndpoints: 200,
    replications: 100,
  },
}

export const rankOf = (tier: Tier): number => tierNames.indexOf(tier)
