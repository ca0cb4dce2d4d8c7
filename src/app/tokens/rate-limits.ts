import { networkOf } from '#core/ip-address.ts'
import { type RateCategory, ratesOf } from '#core/rate-limit.ts'
import { RegistryError } from '#core/registry-error.ts'
import { onlySeat, type Seat } from '#core/seat.ts'
import { type BucketsMemory, bucketsMemory, SharedBuckets } from '#core/shared-buckets.ts'
import { type Counting, type FailuresMemory, failuresMemory, SharedFailures } from '#core/shared-failures.ts'
import type { Clock } from '#ports/clock.ts'
import type { Registry } from '#ports/registries.ts'
import { releaseTurns, Turns, type TurnsMemory, turnsMemory } from '../identity/turns.ts'

/** At once; with more of them the fullest are forgotten. */
export const mostBuckets = 131_072
const mostCounted = 131_072
/** One address of many that ask for tokens without a proof. */
const partOfAddress = 10

/** Counts requests of registries and of identities against the tier's table, those of all threads of this process together. */
export class RateLimits {
  readonly #clock: Clock
  readonly #buckets: SharedBuckets

  constructor(clock: Clock, memory: BucketsMemory = bucketsMemory(mostBuckets, 0)) {
    this.#clock = clock
    this.#buckets = new SharedBuckets(memory)
  }

  /** Fails with `too-many-requests`, whose detail has `retryAfter` in seconds. Referrers count as reads too. */
  count(registry: Registry, identity: string, category: RateCategory): void {
    if (registry.rateLimits === 'off') return
    if (category === 'referrers') this.count(registry, identity, 'read')
    const rate = ratesOf[registry.sku][category]
    const name = `${registry.id} ${registry.sku} ${category}`
    // The identity's own first: what it is refused takes nothing of the others'.
    if (rate.identity !== undefined) this.#take(`${name} ${identity}`, rate.identity)
    this.#take(name, rate.registry)
  }

  /**
   * Token requests of who proved nothing: nobody in particular, or with a wrong secret. They have a measure of their own, and
   * each address a part of it, so that they use up nothing of those who did.
   */
  countUnproven(registry: Registry, address: string): void {
    if (registry.rateLimits === 'off') return
    const { registry: all } = ratesOf[registry.sku].oauth
    const name = `${registry.id} ${registry.sku} unproven`
    this.#take(`${name} ${networkOf(address)}`, all / partOfAddress)
    this.#take(name, all)
  }

  /** How many more each second, on an average, a registry may be asked now. */
  leftPerSecond({ id, sku }: Registry, category: RateCategory): number {
    const { registry } = ratesOf[sku][category]
    return this.#buckets.left(`${id} ${sku} ${category}`, registry, this.#clock.elapsed()) / 60
  }

  #take(key: string, perMinute: number): void {
    const retryAfter = this.#buckets.take(key, perMinute, this.#clock.elapsed())
    if (retryAfter > 0) throw new RegistryError('too-many-requests', 'too many requests', { retryAfter })
  }
}

/** A try of a password that somebody chose. */
export interface Guess {
  address: string
  name: string
  /** This credential was shown from this address before (identity/familiar-addresses.ts). */
  familiar: boolean
}

/** How many of one address, or of one name that is known there, may wait for their turn. */
const longestLine = 40
const quarter = 15 * 60_000
const byAddress: Counting = { free: 20, longestPause: quarter }
/** Over all addresses, so that many of them together do not guess what one may not. */
const byName: Counting = { free: 100, longestPause: quarter }
/** Whoever is at home there: a neighbour who types wrong passwords by the dozen does not lock the owner out. */
const byFamiliar: Counting = { free: 100, longestPause: 60_000 }

/** What the threads know of guesses at all of them. */
export interface LoginsMemory {
  readonly failures: FailuresMemory
  readonly turns: TurnsMemory
}

/** @param random 32 bits */
export const loginsMemory = ({ columns, random }: { columns: number; random: () => number }): LoginsMemory => ({
  failures: failuresMemory(mostCounted, random()),
  turns: turnsMemory({ columns, seed: random() }),
})

/** A thread died: what failed there stays counted, and nobody waits for its turn. */
export const releaseLogins = ({ turns }: LoginsMemory, column: number): void => releaseTurns(turns, column)

const aloneLogins = () => ({ seat: onlySeat, memory: loginsMemory({ columns: 1, random: () => 0 }) })

/**
 * Slows guessing (core/shared-failures.ts), at all threads of this process together; a flood of addresses and names pushes
 * out what counts least.
 */
export class FailedLogins {
  /** Guesses of one place wait for one another: many at once would all be judged before the first was counted. */
  readonly turns: Turns
  readonly #clock: Clock
  readonly #failures: SharedFailures

  constructor(clock: Clock, { seat, memory }: { seat: Seat; memory: LoginsMemory } = aloneLogins()) {
    this.turns = new Turns(longestLine, seat, memory.turns)
    this.#clock = clock
    this.#failures = new SharedFailures(memory.failures)
  }

  /** Fails with `too-many-requests` while a pause lasts, whatever the password is. */
  check(guess: Guess): void {
    for (const { key } of countersOf(guess)) this.#check(key)
  }

  wrong(guess: Guess): void {
    for (const { key, counting } of countersOf(guess)) this.#failed(key, counting)
  }

  /** Who proves himself forgets the failures of his own place. Those of an address or a name stand: others made them. */
  right(guess: Guess): void {
    if (guess.familiar) for (const { key } of countersOf(guess)) this.#failures.forget(key)
  }

  /** A wrong secret of those that we make. Fails with `too-many-requests` instead of counting it while the pause lasts. */
  tried(address: string): void {
    const key = `tried ${networkOf(address)}`
    this.#check(key)
    this.#failed(key, byAddress)
  }

  checkPair(address: string, name: string): void {
    this.#check(pairOf(address, name))
  }

  failedPair(address: string, name: string): void {
    this.#failed(pairOf(address, name), byAddress)
  }

  succeededPair(address: string, name: string): void {
    this.#failures.forget(pairOf(address, name))
  }

  #check(key: string): void {
    const pause = this.#failures.pause(key, this.#clock.elapsed())
    if (pause > 0) throw new RegistryError('too-many-requests', 'too many failed logins', { retryAfter: Math.ceil(pause / 1000) })
  }

  #failed(key: string, counting: Counting): void {
    this.#failures.failed(key, counting, this.#clock.elapsed())
  }
}

const countersOf = ({ address, name, familiar }: Guess): { key: string; counting: Counting }[] =>
  familiar
    ? [{ key: `at home ${networkOf(address)} ${keyOfName(name)}`, counting: byFamiliar }]
    : [
        { key: `address ${networkOf(address)}`, counting: byAddress },
        { key: `name ${keyOfName(name)}`, counting: byName },
      ]

const keyOfName = (name: string): string => name.toLowerCase().slice(0, 256)
const pairOf = (address: string, name: string): string => `pair ${networkOf(address)} ${keyOfName(name)}`
