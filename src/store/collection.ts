import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

export const forgetObjects: Verb<'forgetObjects'> = async (tx, { objectIds }) => {
  for (const objectId of objectIds) {
    const gone = await tx.get<{ registry_id: number; size: number }>(
      `DELETE FROM object WHERE object_id = ? AND state = 'condemned' RETURNING registry_id, size`,
      objectId,
    )
    if (gone) changeUsage(tx, gone.registry_id, { condemned: -gone.size })
  }
}

export const quarantineObject: Verb<'quarantineObject'> = async (tx, { objectId }) => {
  await tx.run(`UPDATE object SET state = 'quarantined' WHERE object_id = ? AND state = 'ready'`, objectId)
}

export const verifiedObjects: Verb<'verifiedObjects'> = async (tx, { objectIds, now }) => {
  for (const objectId of objectIds) await tx.run(`UPDATE object SET verified_at = ? WHERE object_id = ? AND state = 'ready'`, now, objectId)
}
