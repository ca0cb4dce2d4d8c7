import type { SqlTransaction } from './transaction.ts'
import type { Read } from './verb.ts'

export const controlEpoch: Read<'controlEpoch'> = async (db) =>
  (await db.get<{ value: number }>(`SELECT value FROM epoch WHERE name = 'control'`))?.value ?? 0

/** The last that a command writes: who changes rights or settings at the same time waits for its commit alone. */
export async function raiseControlEpoch(tx: SqlTransaction): Promise<void> {
  await tx.run(`UPDATE epoch SET value = value + 1 WHERE name = 'control'`)
}
