import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'

/** Their bytes are counted as condemned until they are gone. */
export async function condemnObjects(tx: SqlTransaction, objectIds: readonly string[], at: number): Promise<void> {
  if (objectIds.length === 0) return
  const condemned = await tx.all<{ registry_id: number; size: number }>(
    `UPDATE object SET state = 'condemned', condemned_at = ? WHERE object_id IN (SELECT object_id FROM object
       WHERE object_id ${tx.among('text')} AND state <> 'condemned' ORDER BY object_id${tx.forNoKeyUpdate}) RETURNING registry_id, size`,
    at,
    objectIds,
  )
  for (const { registry_id: registryId, size } of condemned) changeUsage(tx, registryId, { condemned: size })
}

/** For objects that no link ever reached: nobody can be reading them, so their bytes need not wait. */
export const discardObjects = (tx: SqlTransaction, objectIds: readonly string[]) => condemnObjects(tx, objectIds, 0)
