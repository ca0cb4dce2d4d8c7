import { type CountsMemory, countsMemory, releaseCounts } from '#core/shared-counts.ts'
import type { Bell } from '#core/seat.ts'
import { releaseRows, type RowsMemory, rowsMemory } from '#core/shared-rows.ts'

/** What the threads know of one gate. */
export interface GateMemory {
  readonly rows: RowsMemory
  /** Who is inside, and who waits in a line, by address. */
  readonly inside: CountsMemory
  readonly lines: CountsMemory
}

/** How many are inside and how many wait; whether somebody waits for nothing but a place, and since when the first of a thread does. */
export const rows = { inside: 0, waiting: 1, wants: 2, oldest: 3 } as const

export const gateMemory = (most: number, { columns, seed }: { columns: number; seed: number }): GateMemory => ({
  rows: rowsMemory(Object.keys(rows).length, columns),
  inside: countsMemory(most, { columns, seed }),
  lines: countsMemory(1, { columns, seed }),
})

/** A thread died: its places are free, and whoever waits elsewhere is told. */
export function releaseGate(memory: GateMemory, column: number, bell: Bell): void {
  releaseRows(memory.rows, column)
  releaseCounts(memory.inside, column)
  releaseCounts(memory.lines, column)
  for (let other = 0; other < memory.rows.columns; other++) if (other !== column) bell.ring(other)
}
