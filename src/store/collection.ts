import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

/** Held by their key, then judged: by their state they would be looked for among all that are condemned. */
export const forgetObjects: Verb<'forgetObjects'> = async (tx, { objectIds }) => {
  const held = await tx.all<{ object_id: string; state: string }>(
    `SELECT object_id, state FROM object WHERE object_id ${tx.among('text')} ORDER BY object_id${tx.forUpdate}`,
    objectIds,
  )
  const gone = await tx.all<{ registry_id: number; size: number }>(
    `DELETE FROM object WHERE object_id ${tx.among('text')} RETURNING registry_id, size`,
    held.filter(({ state }) => state === 'condemned').map((object) => object.object_id),
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
