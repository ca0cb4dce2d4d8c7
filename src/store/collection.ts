import { dropLink, linkIsNamed, reviewLink } from './links.ts'
import { dropIfEmpty } from './repositories.ts'
import { readDigest, type StoredDigest, storedPlace } from './stored-digest.ts'
import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

/**
 * A link is dead when no manifest of its repository names the digest and its lease is over. It is judged in the
 * transaction that takes it away, after its row is locked: a manifest put in between either is seen or fails.
 */
export const condemn: Verb<'condemn'> = async (tx, { now, limit }) => {
  const due = await tx.all<{ repo_id: number; digest: StoredDigest }>(
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
    if (!link || (await linkIsNamed(tx, repositoryId, readDigest(digest)))) continue
    const freed = await dropLink(tx, link.registry_id, repositoryId, readDigest(digest), now)
    await dropIfEmpty(tx, repositoryId)
    condemned += freed > 0 ? 1 : 0
    bytes += freed
  }
  tx.failpoint('collect.condemn.in-transaction')
  return { reviewed: due.length, condemned, bytes }
}

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

/**
 * Takes links whose blobs no manifest names, the longest unused first, although their leases last. The queue of reviews has
 * each of them, in the order in which the leases end; one whose lease was renewed meanwhile goes back to its place.
 */
export const dropUnreferenced: Verb<'dropUnreferenced'> = async (tx, { registryId, reliedBefore, bytes, only, after, limit }) => {
  const { reviewAfter, repositoryId, digest } = after ?? { reviewAfter: -1, repositoryId: 0, digest: '' }
  const queued = await tx.all<{ repo_id: number; digest: StoredDigest; review_after: number }>(
    `SELECT repo_id, digest, review_after FROM gc_queue
     WHERE registry_id = ? AND (review_after, repo_id, digest) > (?, ?, ?) ORDER BY review_after, repo_id, digest LIMIT ?`,
    registryId,
    reviewAfter,
    repositoryId,
    storedPlace(digest),
    limit,
  )
  let freed = 0
  for (const { repo_id: repositoryId, digest, review_after: reviewAfter } of queued) {
    const link = await tx.get<{ lease_until: number; relied_at: number; in_use: number; named: number }>(
      `SELECT repo_blob.lease_until, repo_blob.relied_at, blob.named, EXISTS (SELECT 1 FROM blob_in_use
         WHERE blob_in_use.registry_id = blob.registry_id AND blob_in_use.digest = blob.digest) AS in_use FROM repo_blob
       JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
       WHERE repo_blob.repo_id = ? AND repo_blob.digest = ?${tx.forUpdateOf('repo_blob')}`,
      repositoryId,
      digest,
    )
    // What another repository names takes no room of its own.
    if (!link || link.in_use || (only !== undefined && (only === 'pending') === (link.named === 1))) continue
    if (link.relied_at <= reliedBefore) {
      freed += await dropLink(tx, registryId, repositoryId, readDigest(digest), 0)
      await dropIfEmpty(tx, repositoryId)
    } else if (link.lease_until > reviewAfter)
      await reviewLink(tx, { registryId, repositoryId, digest: readDigest(digest), after: link.lease_until })
    else return { freed, heldSince: link.relied_at, last: undefined }
    if (freed >= bytes) return { freed, heldSince: undefined, last: undefined }
  }
  tx.failpoint('collect.condemn.in-transaction')
  const last = queued.length < limit ? undefined : queued.at(-1)
  return {
    freed,
    heldSince: undefined,
    last: last && { reviewAfter: last.review_after, repositoryId: last.repo_id, digest: readDigest(last.digest) },
  }
}
