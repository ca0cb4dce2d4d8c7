import { hashOf, powerOfTwoFrom, sharedWords } from './shared-words.ts'

/** Places that names have in a memory of several threads; what is kept at a place is the user's. */
export interface PlacesMemory {
  readonly sets: number
  readonly seed: number
  readonly tags: Int32Array
}

const ways = 8

/** For so many names. */
export function placesMemory(most: number, seed: number): PlacesMemory {
  const sets = powerOfTwoFrom(most / ways)
  return { sets, seed, tags: sharedWords(sets * ways) }
}

/** What is kept at each place. */
export interface Kept<State> {
  read(place: number): State
  /** As it is for a name that nobody knows; false when it is not `state` any more. */
  clear(place: number, state: State): boolean
  /** What weighs least is forgotten first. */
  weigh(state: State): number
}

/** A name has eight places to choose from. When others have them all, the one that weighs least is forgotten. */
export class SharedPlaces {
  readonly #tags: Int32Array
  readonly #sets: number
  readonly #seed: number

  constructor({ tags, sets, seed }: PlacesMemory) {
    this.#tags = tags
    this.#sets = sets
    this.#seed = seed
  }

  /** -1: it has none. */
  find(name: string): number {
    const hash = hashOf(name, this.#seed)
    return this.#find(this.#firstOf(hash), tagOf(hash))
  }

  /** The place that it has, else a new one. */
  claim<State>(name: string, kept: Kept<State>): number {
    const hash = hashOf(name, this.#seed)
    const [first, tag] = [this.#firstOf(hash), tagOf(hash)]
    for (;;) {
      // Chosen before it is looked for: who claims another place for the same name meanwhile is found, who claims this one is met there.
      const place = this.#lightest(first, kept)
      const found = this.#find(first, tag)
      if (found !== -1) return found
      // In this order: whoever claims the place in between and uses it is noticed by the one or by the other.
      const state = kept.read(place)
      const before = Atomics.load(this.#tags, place)
      if (before === tag || !kept.clear(place, state)) continue
      if (Atomics.compareExchange(this.#tags, place, before, tag) === before) return place
    }
  }

  #find(first: number, tag: number): number {
    for (let place = first; place < first + ways; place++) if (Atomics.load(this.#tags, place) === tag) return place
    return -1
  }

  #lightest<State>(first: number, kept: Kept<State>): number {
    let lightest = { place: first, weight: Number.POSITIVE_INFINITY }
    for (let place = first; place < first + ways; place++) {
      if (Atomics.load(this.#tags, place) === 0) return place
      const weight = kept.weigh(kept.read(place))
      if (weight < lightest.weight) lightest = { place, weight }
    }
    return lightest.place
  }

  #firstOf(hash: number): number {
    return ((Math.imul(hash, 0x9e3779b1) >>> 3) & (this.#sets - 1)) * ways
  }
}

/** A place with a zero is nobody's. */
const tagOf = (hash: number): number => hash || 1
