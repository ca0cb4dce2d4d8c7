/** ACR's request rates per minute, by tier: for one registry, and for one identity in it. */
export type RateCategory = 'read' | 'data' | 'write' | 'delete' | 'referrers' | 'oauth'
export type Tier = 'Basic' | 'Standard' | 'Premium'

interface Rate {
  registry: number
  /** Undefined: the registry's alone counts. */
  identity?: number
}

const lower: Readonly<Record<RateCategory, Rate>> = {
  read: { registry: 10_000, identity: 5_000 },
  // Each link was counted as a read; how often it is followed is counted apart.
  data: { registry: 10_000, identity: 5_000 },
  write: { registry: 2_000, identity: 1_000 },
  delete: { registry: 1_000, identity: 500 },
  referrers: { registry: 500, identity: 250 },
  oauth: { registry: 10_000 },
}

export const ratesOf: Readonly<Record<Tier, Readonly<Record<RateCategory, Rate>>>> = {
  Basic: lower,
  Standard: lower,
  Premium: {
    read: { registry: 20_000, identity: 10_000 },
    data: { registry: 20_000, identity: 10_000 },
    write: { registry: 4_000, identity: 2_000 },
    delete: { registry: 4_000, identity: 2_000 },
    referrers: { registry: 2_000, identity: 1_000 },
    oauth: { registry: 20_000 },
  },
}
