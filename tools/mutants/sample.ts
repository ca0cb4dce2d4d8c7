import type { Mutant } from './operators.ts'

/** Numbers from 0 to 1 that are the same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As many of each room as of any other while they last, and of each file before a second one of it. */
export function sample(mutants: readonly Mutant[], count: number, roomOf: (file: string) => string, next: () => number): Mutant[] {
  const byRoom = Map.groupBy(shuffled(mutants, next), ({ file }) => roomOf(file))
  const lines = [...byRoom.values()].map((each) => inTurns([...Map.groupBy(each, ({ file }) => file).values()]))
  return inTurns(lines).slice(0, count)
}

function inTurns<Each>(lists: readonly (readonly Each[])[]): Each[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

function shuffled<Each>(all: readonly Each[], next: () => number): Each[] {
  return all
    .map((each) => ({ each, order: next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ each }) => each)
}
