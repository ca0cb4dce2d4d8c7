// Chance that can be repeated: the seed is printed, and set by FAULT_SEED.
import { randomInt } from 'node:crypto'

export interface Random {
  readonly seed: number
  /** A whole number from `low` up to and with `high`. */
  between(low: number, high: number): number
  pick<Item>(items: readonly Item[]): Item
  bytes(length: number): Buffer
}

/** mulberry32 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const between = (low: number, high: number) => low + (next() % (high - low + 1))
  return {
    seed,
    between,
    pick: (items) => {
      const item = items[between(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    bytes: (length) => {
      const bytes = Buffer.allocUnsafe(Math.ceil(length / 4) * 4)
      for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(next(), at)
      return bytes.subarray(0, length)
    },
  }
}

export const chosenSeed = (): number => Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
