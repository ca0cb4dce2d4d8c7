import { type CountsMemory, countsMemory, releaseCounts } from '#core/shared-counts.ts'
import { type Bell, sharedWords } from '#core/seat.ts'

/** What the threads know of one gate. */
export interface GateMemory {
  readonly columns: number
  /** Of each of `rows` a column for each thread. */
  readonly words: Int32Array
  /** Who is inside, and who waits in a line, by address. */
  readonly inside: CountsMemory
  readonly lines: CountsMemory
}

export const rows = { inside: 0, waiting: 1, wants: 2, oldest: 3 } as const
export type Row = (typeof rows)[keyof typeof rows]

export const gateMemory = (most: number, { columns, seed }: { columns: number; seed: number }): GateMemory => ({
  columns,
  words: sharedWords(Object.keys(rows).length * columns),
  inside: countsMemory(most, { columns, seed }),
  lines: countsMemory(1, { columns, seed }),
})

/** A thread died: its places are free, and whoever waits elsewhere is told. */
export function releaseGate(memory: GateMemory, column: number, bell: Bell): void {
  for (let at = column; at < memory.words.length; at += memory.columns) Atomics.store(memory.words, at, 0)
  releaseCounts(memory.inside, column)
  releaseCounts(memory.lines, column)
  for (let other = 0; other < memory.columns; other++) if (other !== column) bell.ring(other)
}
