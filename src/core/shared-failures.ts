import { type PlacesMemory, placesMemory, SharedPlaces } from './shared-places.ts'

/** Failures by name, which several threads count. */
export interface FailuresMemory {
  readonly places: PlacesMemory
  /** How many there were, and when the last or its pause ends. */
  readonly states: BigInt64Array
}

export interface Counting {
  /** Failures without a pause; each further one doubles it. */
  free: number
  /** In milliseconds. */
  longestPause: number
}

const forgetAfter = 60_000
const mostCounted = 4095n
/** Of a state the lower bits are a time in milliseconds. */
const timeBits = 48n

export function failuresMemory(most: number, seed: number): FailuresMemory {
  const places = placesMemory(most, seed)
  return { places, states: new BigInt64Array(new SharedArrayBuffer(places.tags.length * BigInt64Array.BYTES_PER_ELEMENT)) }
}

/**
 * Failures within a minute of one another are counted, and beyond a number of them each further one doubles the pause.
 * Forgotten first is what is over, then what failed least.
 */
export class SharedFailures {
  readonly #states: BigInt64Array
  readonly #places: SharedPlaces

  constructor({ states, places }: FailuresMemory) {
    this.#states = states
    this.#places = new SharedPlaces(places)
  }

  /** For how many milliseconds it lasts still. */
  pause(name: string, now: number): number {
    const place = this.#places.find(name)
    return place === -1 ? 0 : Math.max(0, endOf(Atomics.load(this.#states, place)) - now)
  }

  failed(name: string, { free, longestPause }: Counting, at: number): void {
    const now = Math.floor(at)
    const place = this.#places.claim(name, {
      read: (each) => Atomics.load(this.#states, each),
      clear: (each, state) => Atomics.compareExchange(this.#states, each, state, 0n) === state,
      weigh: (state) => (now - endOf(state) >= forgetAfter ? 0 : countOf(state)),
    })
    for (;;) {
      const before = Atomics.load(this.#states, place)
      const count = now - endOf(before) < forgetAfter ? countOf(before) + 1 : 1
      const pause = count <= free ? 0 : Math.min(longestPause, 1000 * 2 ** Math.min(20, count - free))
      if (Atomics.compareExchange(this.#states, place, before, stateOf(count, now + pause)) === before) return
    }
  }

  forget(name: string): void {
    const place = this.#places.find(name)
    if (place !== -1) Atomics.store(this.#states, place, 0n)
  }
}

const countOf = (state: bigint): number => Number(state >> timeBits)
const endOf = (state: bigint): number => Number(BigInt.asUintN(Number(timeBits), state))

function stateOf(count: number, end: number): bigint {
  const counted = BigInt(count)
  return ((counted < mostCounted ? counted : mostCounted) << timeBits) | BigInt(end)
}
