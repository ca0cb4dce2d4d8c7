import { storageExhausted, unreferencedFull } from '#core/disallowed.ts'
import { lacksRoom } from '#core/storage-room.ts'
import type { Usage } from '#ports/metadata-store.ts'
import { drainingBytes } from './draining-bytes.ts'
import type { SqlTransaction } from './transaction.ts'

export interface UsageChange {
  used?: number
  unreferenced?: number
  pending?: number
  reserved?: number
  condemned?: number
}

/**
 * Adds to the counters of a registry, in the transaction of the rows that they count. Below zero would be a bug: the database refuses.
 * The limit counts what is named and what uploads hold a place for: whatever makes that grow beyond it fails with `quota-exceeded`.
 */
export async function changeUsage(tx: SqlTransaction, registryId: number, change: UsageChange): Promise<void> {
  const { used = 0, unreferenced = 0, pending = 0, reserved = 0, condemned = 0 } = change
  if (used === 0 && unreferenced === 0 && pending === 0 && reserved === 0 && condemned === 0) return
  const row = await tx.get<{ taken: number; byte_limit: number | null }>(
    `UPDATE usage SET used = used + ?, unreferenced = unreferenced + ?, pending = pending + ?, reserved = reserved + ?,
       condemned = condemned + ? WHERE registry_id = ?
     RETURNING used + reserved AS taken, byte_limit`,
    used,
    unreferenced,
    pending,
    reserved,
    condemned,
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

/** After bytes that come were given their place: whether there is room beside what nothing names. `unreferenced-full`. */
export async function checkRoom(tx: SqlTransaction, registryId: number): Promise<void> {
  const usage = await tx.get<Usage>(`SELECT ${usageColumns} FROM usage WHERE registry_id = ?${tx.forUpdate}`, registryId)
  if (!usage || usage.limit === null || !lacksRoom(usage)) return
  throw unreferencedFull({ limit: usage.limit, lying: usage.unreferenced + usage.condemned })
}

export const usageColumns = 'used, unreferenced, pending, reserved, condemned, byte_limit AS "limit"'
