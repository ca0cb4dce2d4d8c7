import { hashOf, powerOfTwoFrom, sharedWords } from './seat.ts'

/** Buckets of tokens by name, which several threads take from. */
export interface BucketsMemory {
  readonly sets: number
  readonly seed: number
  /** Of each place the name's tag, and when its bucket will be full. */
  readonly words: Int32Array
}

const places = 8
/** Of a millisecond. */
const unit = 1 / 64
const minute = 60_000 / unit

export function bucketsMemory(most: number, seed: number): BucketsMemory {
  const sets = powerOfTwoFrom(most / places)
  return { sets, seed, words: sharedWords(sets * places * 2) }
}

/**
 * Buckets that hold a minute's worth and fill evenly. One number is a bucket: the moment at which it will be full, which each
 * token moves on; a full one is as one that is not there. A name has eight places; when others have them all, the
 * fullest is forgotten. Moments come around after 18 hours: a bucket that nobody asked for so long may look emptier than it is, for two
 * minutes.
 */
export class SharedBuckets {
  readonly #words: Int32Array
  readonly #sets: number
  readonly #seed: number

  constructor({ words, sets, seed }: BucketsMemory) {
    this.#words = words
    this.#sets = sets
    this.#seed = seed
  }

  /** 0 when a token was taken; else after how many seconds to try again. */
  take(name: string, perMinute: number, now: number): number {
    const at = this.#placeFor(name, now) + 1
    const token = tokenOf(perMinute)
    const moment = momentOf(now)
    for (;;) {
      const full = Atomics.load(this.#words, at)
      const taken = missing(full, moment) + token
      const beyond = taken - perMinute * token
      if (beyond > 0) return Math.max(1, Math.ceil((beyond * unit) / 1000))
      if (Atomics.compareExchange(this.#words, at, full, (moment + taken) | 0) === full) return 0
    }
  }

  /** How many tokens are left. */
  left(name: string, perMinute: number, now: number): number {
    const hash = hashOf(name, this.#seed)
    const at = this.#find(this.#setOf(hash), tagOf(hash))
    if (at === -1) return perMinute
    return perMinute - missing(Atomics.load(this.#words, at + 1), momentOf(now)) / tokenOf(perMinute)
  }

  #placeFor(name: string, now: number): number {
    const hash = hashOf(name, this.#seed)
    const [set, tag] = [this.#setOf(hash), tagOf(hash)]
    for (;;) {
      const found = this.#find(set, tag)
      if (found !== -1) return found
      const fullest = this.#fullest(set, momentOf(now))
      const [before, full] = [Atomics.load(this.#words, fullest), Atomics.load(this.#words, fullest + 1)]
      // Full before it is the name's, and only if nobody took from it meanwhile: another thread may have the same name in hand.
      if (Atomics.compareExchange(this.#words, fullest + 1, full, momentOf(now)) !== full) continue
      if (Atomics.compareExchange(this.#words, fullest, before, tag) === before) return fullest
    }
  }

  #find(set: number, tag: number): number {
    for (let at = set; at < set + places * 2; at += 2) if (Atomics.load(this.#words, at) === tag) return at
    return -1
  }

  #fullest(set: number, moment: number): number {
    let fullest = { at: set, missing: Number.POSITIVE_INFINITY }
    for (let at = set; at < set + places * 2; at += 2) {
      if (Atomics.load(this.#words, at) === 0) return at
      const its = missing(Atomics.load(this.#words, at + 1), moment)
      if (its < fullest.missing) fullest = { at, missing: its }
    }
    return fullest.at
  }

  #setOf(hash: number): number {
    return ((Math.imul(hash, 0x9e3779b1) >>> 3) & (this.#sets - 1)) * places * 2
  }
}

/** No place is anybody's with a zero. */
const tagOf = (hash: number): number => hash || 1

const momentOf = (now: number): number => Math.floor(now / unit) | 0

const tokenOf = (perMinute: number): number => Math.ceil(minute / perMinute)

/** What a bucket lacks. A moment further away than two minutes is long past: the numbers came around. */
function missing(full: number, moment: number): number {
  const lacks = (full - moment) | 0
  return lacks < 0 || lacks > 2 * minute ? 0 : lacks
}
