import { ipv6Words } from '#core/ip-address.ts'
import { type RateCategory, ratesOf, TokenBucket } from '#core/rate-limit.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Clock } from '#ports/clock.ts'
import type { Registry } from '#ports/metadata-store.ts'

const mostBuckets = 100_000

/** Counts requests of registries and of identities against the tier's table; in this process only. */
export class RateLimits {
  readonly #clock: Clock
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Fails with `too-many-requests`, whose detail has `retryAfter` in seconds. Referrers count as reads too. */
  count(registry: Registry, identity: string, category: RateCategory): void {
    if (registry.rateLimits === 'off') return
    if (category === 'referrers') this.count(registry, identity, 'read')
    const rate = ratesOf[registry.sku][category]
    this.#take(`${registry.id} ${registry.sku} ${category}`, rate.registry)
    if (rate.identity !== undefined) this.#take(`${registry.id} ${registry.sku} ${category} ${identity}`, rate.identity)
  }

  #take(key: string, perMinute: number): void {
    const now = this.#clock.elapsed()
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      if (this.#buckets.size >= mostBuckets) this.#buckets.clear()
      this.#buckets.set(key, (bucket = new TokenBucket(perMinute, now)))
    }
    const retryAfter = bucket.take(now)
    if (retryAfter > 0) throw new RegistryError('too-many-requests', 'too many requests', { retryAfter })
  }
}

const freeFailures = 20
const forgetAfter = 60_000
const longestPause = 15 * 60_000

/**
 * Slows guessing of passwords: after 20 failures within a minute from one address for one user, each further one
 * doubles the pause. Keyed by what the peer cannot choose freely (its address as we see it) and the name in lower
 * case; the owner of the name is not locked out from elsewhere.
 */
export class FailedLogins {
  readonly #clock: Clock
  readonly #failures = new Map<string, { count: number; last: number; until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Fails with `too-many-requests` while the pause lasts, whatever the password is. */
  check(address: string, username: string): void {
    const now = this.#clock.elapsed()
    const until = this.#failures.get(keyOf(address, username))?.until ?? 0
    if (until > now) throw new RegistryError('too-many-requests', 'too many failed logins', { retryAfter: Math.ceil((until - now) / 1000) })
  }

  failed(address: string, username: string): void {
    const now = this.#clock.elapsed()
    const key = keyOf(address, username)
    const before = this.#failures.get(key)
    const count = before && now - Math.max(before.last, before.until) < forgetAfter ? before.count + 1 : 1
    const until = count <= freeFailures ? 0 : now + Math.min(longestPause, 1000 * 2 ** Math.min(20, count - freeFailures))
    if (this.#failures.size >= mostBuckets) this.#failures.clear()
    this.#failures.set(key, { count, last: now, until })
  }

  succeeded(address: string, username: string): void {
    this.#failures.delete(keyOf(address, username))
  }
}

// An IPv6 customer has a whole /64.
const keyOf = (address: string, username: string): string =>
  `${address.includes(':') ? ipv6Words(address).slice(0, 4).join(':') : address} ${username.toLowerCase().slice(0, 256)}`
