import type { Digest } from '#core/digest.ts'
import { dropLink, linkIsNamed } from './links.ts'
import { dropIfEmpty } from './repositories.ts'
import type { Verb } from './verb.ts'

/**
 * A link is dead when no manifest of its repository names the digest and its lease is over. It is judged in the
 * transaction that takes it away, after its row is locked: a manifest put in between either is seen or fails.
 */
export const condemn: Verb<'condemn'> = async (tx, { now, limit }) => {
  const due = await tx.all<{ repo_id: number; digest: Digest }>(
    'SELECT repo_id, digest FROM gc_queue WHERE review_after <= ? ORDER BY review_after LIMIT ?',
    now,
    limit,
  )
  let condemned = 0
  let bytes = 0
  for (const { repo_id: repositoryId, digest } of due) {
    const link = await tx.get<{ registry_id: number; lease_until: number }>(
      `SELECT registry_id, lease_until FROM repo_blob WHERE repo_id = ? AND digest = ?${tx.forUpdate}`,
      repositoryId,
      digest,
    )
    if (link && link.lease_until > now) {
      await tx.run('UPDATE gc_queue SET review_after = ? WHERE repo_id = ? AND digest = ?', link.lease_until, repositoryId, digest)
      continue
    }
    // A link that a manifest names is queued again when the manifest goes.
    await tx.run('DELETE FROM gc_queue WHERE repo_id = ? AND digest = ?', repositoryId, digest)
    if (!link || (await linkIsNamed(tx, repositoryId, digest))) continue
    const freed = await dropLink(tx, link.registry_id, repositoryId, digest, now)
    await dropIfEmpty(tx, repositoryId)
    condemned += freed > 0 ? 1 : 0
    bytes += freed
  }
  tx.failpoint('collect.condemn.in-transaction')
  return { reviewed: due.length, condemned, bytes }
}

export const forgetObjects: Verb<'forgetObjects'> = async (tx, { objectIds }) => {
  for (const objectId of objectIds) await tx.run(`DELETE FROM object WHERE object_id = ? AND state = 'condemned'`, objectId)
}

export const quarantineObject: Verb<'quarantineObject'> = async (tx, { objectId }) => {
  await tx.run(`UPDATE object SET state = 'quarantined' WHERE object_id = ? AND state = 'ready'`, objectId)
}

export const verifiedObjects: Verb<'verifiedObjects'> = async (tx, { objectIds, now }) => {
  for (const objectId of objectIds) await tx.run(`UPDATE object SET verified_at = ? WHERE object_id = ? AND state = 'ready'`, now, objectId)
}
