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

/** A bucket that holds a minute's worth and fills evenly. Time in milliseconds. */
export class TokenBucket {
  readonly #perMinute: number
  #tokens: number
  #at: number

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute
    this.#tokens = perMinute
    this.#at = now
  }

  left(now: number): number {
    this.#fill(now)
    return this.#tokens
  }

  /** 0 when one was taken; else after how many seconds to try again. */
  take(now: number): number {
    this.#fill(now)
    if (this.#tokens >= 1) {
      this.#tokens -= 1
      return 0
    }
    return Math.max(1, Math.ceil(((1 - this.#tokens) / this.#perMinute) * 60))
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#perMinute, this.#tokens + (Math.max(0, now - this.#at) / 60_000) * this.#perMinute)
    this.#at = now
  }
}
