import type { SqlTransaction } from './transaction.ts'
import type { Read } from './verb.ts'

export const controlEpoch: Read<'controlEpoch'> = async (db) =>
  (await db.get<{ value: number }>(`SELECT value FROM epoch WHERE name = 'control'`))?.value ?? 0

/**
 * The last that a command writes: who changes rights or settings at the same time waits for its commit alone. The new one is drawn: a database that
 * lost commits (a standby that was behind, a copy that was restored) comes to no epoch that a server kept something under, as one that counts would.
 */
export async function changeControlEpoch(tx: SqlTransaction): Promise<void> {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  await tx.run(`UPDATE epoch SET value = ? WHERE name = 'control'`, (high % 2 ** 20) * 2 ** 32 + low)
}
