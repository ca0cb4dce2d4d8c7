import type { BegunOperation, StoredOperation } from '#ports/operations.ts'
import { askFor } from './jobs.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

export const operation: Read<'operation'> = async (db, id) =>
  db.get<StoredOperation>(
    `SELECT id, resource_key AS "resourceKey", subscription_id AS "subscriptionId", principal_id AS "principalId", status, result,
       started_at AS "startedAt", ended_at AS "endedAt" FROM operation WHERE id = ?`,
    id,
  )

/** Part of the command that it is about. What is not done with it is carried to its end by a job. */
export async function beginOperation(
  tx: SqlTransaction,
  { id, resourceKey, subscriptionId, principalId, isDone }: BegunOperation & { resourceKey: string; isDone: boolean },
  now: number,
): Promise<void> {
  await tx.run(
    `INSERT INTO operation (id, resource_key, subscription_id, principal_id, status, result, started_at, ended_at)
     VALUES (?, ?, ?, ?, ?, NULL, ?, ?)`,
    id,
    resourceKey,
    subscriptionId,
    principalId,
    isDone ? 'Succeeded' : 'InProgress',
    now,
    isDone ? now : null,
  )
  if (!isDone) await askFor(tx, { kind: 'operation.finish', key: id, payload: null, runAfter: now }, now)
}

export const endOperation: Verb<'endOperation'> = async (tx, { id, status, result, now }) => {
  await tx.run(`UPDATE operation SET status = ?, result = ?, ended_at = ? WHERE id = ? AND status = 'InProgress'`, status, result, now, id)
}

export const reapOperations: Verb<'reapOperations'> = async (tx, { before, limit }) =>
  tx.run('DELETE FROM operation WHERE id IN (SELECT id FROM operation WHERE ended_at < ? ORDER BY ended_at LIMIT ?)', before, limit)
