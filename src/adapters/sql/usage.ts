import { RegistryError } from '#core/registry-error.ts'
import type { SqlTransaction } from './transaction.ts'

export interface UsageChange {
  used?: number
  unreferenced?: number
  reserved?: number
}

/** Adds to the counters of a registry, in the transaction of the rows that they count. Below zero would be a bug: the database refuses. */
export async function changeUsage(tx: SqlTransaction, registryId: number, change: UsageChange): Promise<void> {
  const { used = 0, unreferenced = 0, reserved = 0 } = change
  if (used === 0 && unreferenced === 0 && reserved === 0) return
  await tx.run(
    'UPDATE usage SET used = used + ?, unreferenced = unreferenced + ?, reserved = reserved + ? WHERE registry_id = ?',
    used,
    unreferenced,
    reserved,
    registryId,
  )
}

/** Refuses with `quota-exceeded` when `more` bytes do not fit under the registry's limit. */
export async function checkQuota(tx: SqlTransaction, registryId: number, more: number): Promise<void> {
  if (more <= 0) return
  const row = await tx.get<{ taken: number; byte_limit: number | null }>(
    `SELECT used + unreferenced + reserved AS taken, byte_limit FROM usage WHERE registry_id = ?${tx.forUpdate}`,
    registryId,
  )
  if (!row || row.byte_limit === null || row.taken + more <= row.byte_limit) return
  throw new RegistryError(
    'quota-exceeded',
    `the registry's storage limit of ${row.byte_limit} bytes is reached: ${row.taken} bytes are taken and ${more} more were asked for`,
    { limit: row.byte_limit, taken: row.taken, asked: more },
  )
}
