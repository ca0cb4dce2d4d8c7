import { sharedWords } from './shared-words.ts'
import { type PlacesMemory, placesMemory, SharedPlaces } from './shared-places.ts'

/** Buckets of tokens by name, which several threads take from. */
export interface BucketsMemory {
  readonly places: PlacesMemory
  /** When each will be full. */
  readonly moments: Int32Array
}

/** Of a millisecond. */
const unit = 1 / 64
const minute = 60_000 / unit

export function bucketsMemory(most: number, seed: number): BucketsMemory {
  const places = placesMemory(most, seed)
  return { places, moments: sharedWords(places.tags.length) }
}

/**
 * Buckets that hold a minute's worth and fill evenly. One number is a bucket: the moment at which it will be full, which each
 * token moves on; a full one is as one that is not there, and the fullest are forgotten first. Moments come around after 18
 * hours: a bucket that nobody asked for so long may look emptier than it is, for two minutes.
 */
export class SharedBuckets {
  readonly #moments: Int32Array
  readonly #places: SharedPlaces

  constructor({ moments, places }: BucketsMemory) {
    this.#moments = moments
    this.#places = new SharedPlaces(places)
  }

  /** 0 when a token was taken; else after how many seconds to try again. */
  take(name: string, perMinute: number, now: number): number {
    const moment = momentOf(now)
    const found = this.#places.find(name)
    const place = found === -1 ? this.#begin(name, moment) : found
    const token = tokenOf(perMinute)
    for (;;) {
      const full = Atomics.load(this.#moments, place)
      const taken = missing(full, moment) + token
      const beyond = taken - perMinute * token
      if (beyond > 0) return Math.max(1, Math.ceil((beyond * unit) / 1000))
      if (Atomics.compareExchange(this.#moments, place, full, (moment + taken) | 0) === full) return 0
    }
  }

  /** How many tokens are left. */
  left(name: string, perMinute: number, now: number): number {
    const place = this.#places.find(name)
    if (place === -1) return perMinute
    return perMinute - missing(Atomics.load(this.#moments, place), momentOf(now)) / tokenOf(perMinute)
  }

  #begin(name: string, moment: number): number {
    return this.#places.claim(name, {
      read: (place) => Atomics.load(this.#moments, place),
      clear: (place, full) => Atomics.compareExchange(this.#moments, place, full, moment) === full,
      weigh: (full) => missing(full, moment),
    })
  }
}

const momentOf = (now: number): number => Math.floor(now / unit) | 0

const tokenOf = (perMinute: number): number => Math.ceil(minute / perMinute)

/** What a bucket lacks. A moment further away than two minutes is long past: the numbers came around. */
function missing(full: number, moment: number): number {
  const lacks = (full - moment) | 0
  return lacks < 0 || lacks > 2 * minute ? 0 : lacks
}
