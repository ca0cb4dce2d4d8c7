import { storageExhausted } from '#core/disallowed.ts'
import { drainingBytes } from './draining-bytes.ts'
import type { SqlTransaction } from './transaction.ts'

export interface UsageChange {
  used?: number
  unreferenced?: number
  reserved?: number
}

/**
 * Adds to the counters of a registry, in the transaction of the rows that they count. Below zero would be a bug: the database refuses.
 * The limit counts what is named and what uploads hold a place for: whatever makes that grow beyond it fails with `quota-exceeded`.
 */
export async function changeUsage(tx: SqlTransaction, registryId: number, change: UsageChange): Promise<void> {
  const { used = 0, unreferenced = 0, reserved = 0 } = change
  if (used === 0 && unreferenced === 0 && reserved === 0) return
  const row = await tx.get<{ taken: number; byte_limit: number | null }>(
    `UPDATE usage SET used = used + ?, unreferenced = unreferenced + ?, reserved = reserved + ? WHERE registry_id = ?
     RETURNING used + reserved AS taken, byte_limit`,
    used,
    unreferenced,
    reserved,
    registryId,
  )
  const more = used + reserved
  if (more > 0 && row) await checkLimit(tx, registryId, { ...row, more })
}

async function checkLimit(
  tx: SqlTransaction,
  registryId: number,
  { taken, byte_limit: limit, more }: { taken: number; byte_limit: number | null; more: number },
): Promise<void> {
  if (limit === null || taken <= limit) return
  // What only deleted repositories name is gone for whoever deleted them, however far the draining is.
  const named = taken - (await drainingBytes(tx, registryId))
  if (named > limit) throw storageExhausted({ limit, taken: named - more, asked: more })
}
