import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

export const forgetObjects: Verb<'forgetObjects'> = async (tx, { objectIds }) => {
  const gone = await tx.all<{ registry_id: number; size: number }>(
    `DELETE FROM object WHERE object_id IN (SELECT object_id FROM object
       WHERE object_id ${tx.among('text')} AND state = 'condemned' ORDER BY object_id${tx.forUpdate}) RETURNING registry_id, size`,
    objectIds,
  )
  for (const { registry_id: registryId, size } of gone) changeUsage(tx, registryId, { condemned: -size })
}

export const quarantineObject: Verb<'quarantineObject'> = async (tx, { objectId }) => {
  await tx.run(`UPDATE object SET state = 'quarantined' WHERE object_id = ? AND state = 'ready'`, objectId)
}

export const verifiedObjects: Verb<'verifiedObjects'> = async (tx, { objectIds, now }) => {
  await tx.run(
    `UPDATE object SET verified_at = ? WHERE object_id IN (SELECT object_id FROM object
       WHERE object_id ${tx.among('text')} AND state = 'ready' ORDER BY object_id${tx.forNoKeyUpdate})`,
    now,
    objectIds,
  )
}
