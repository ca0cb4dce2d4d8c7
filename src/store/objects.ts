import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'

interface CondemnedRow {
  object_id: string
  registry_id: number
  size: number
}

const condemn = (tx: SqlTransaction, objectIds: readonly string[], at: number) =>
  tx.all<CondemnedRow>(
    `UPDATE object SET state = 'condemned', condemned_at = ? WHERE object_id IN (SELECT object_id FROM object
       WHERE object_id ${tx.among('text')} AND state <> 'condemned' ORDER BY object_id${tx.forNoKeyUpdate}) RETURNING object_id, registry_id, size`,
    at,
    objectIds,
  )

/** Their bytes are counted as condemned until they are gone. */
export async function condemnObjects(tx: SqlTransaction, objectIds: readonly string[], at: number): Promise<void> {
  if (objectIds.length === 0) return
  for (const { registry_id: registryId, size } of await condemn(tx, objectIds, at)) changeUsage(tx, registryId, { condemned: size })
}

/**
 * For objects that no link ever reached: nobody can be reading them, so their bytes need not wait. Their rows have no size yet, and the bytes
 * lie there until they are taken away: they are counted like those of others.
 * @param objects each with the bytes that it has, or may have
 */
export async function discardObjects(tx: SqlTransaction, objects: readonly { objectId: string; bytes: number }[]): Promise<void> {
  if (objects.length === 0) return
  const sizes = new Map(objects.map(({ objectId, bytes }) => [objectId, bytes]))
  for (const { object_id: objectId, registry_id: registryId } of await condemn(tx, [...sizes.keys()], 0)) {
    const size = sizes.get(objectId) ?? 0
    if (size === 0) continue
    await tx.run('UPDATE object SET size = ? WHERE object_id = ?', size, objectId)
    changeUsage(tx, registryId, { condemned: size })
  }
}
