import type { Digest } from '#core/digest.ts'
import { settleReferences } from './references.ts'
import { changeUsage } from './usage.ts'
import type { SqlTransaction } from './transaction.ts'

/** Gives a repository the right to read a digest, held until `leaseUntil`, and has the link reviewed then. */
export async function addLink(
  tx: SqlTransaction,
  link: { registryId: number; repositoryId: number; digest: Digest; leaseUntil: number },
): Promise<void> {
  const { registryId, repositoryId, digest, leaseUntil } = link
  const added = await tx.run(
    'INSERT INTO repo_blob (repo_id, digest, registry_id, lease_until) VALUES (?, ?, ?, ?) ON CONFLICT (repo_id, digest) DO NOTHING',
    repositoryId,
    digest,
    registryId,
    leaseUntil,
  )
  if (added === 0) await renewLink(tx, repositoryId, digest, leaseUntil)
  else {
    // A sparse manifest may have named the digest before its bytes came.
    await settleReferences(tx, repositoryId, digest)
    const named = await tx.get<{ count: number }>(
      `SELECT COUNT(*) AS count FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'blob'`,
      repositoryId,
      digest,
    )
    await countReferences(tx, registryId, digest, named?.count ?? 0)
  }
  await reviewLink(tx, repositoryId, digest, leaseUntil)
}

/** True while the link is there; it is then held at least until `leaseUntil`. */
export const renewLink = async (tx: SqlTransaction, repositoryId: number, digest: Digest, leaseUntil: number): Promise<boolean> =>
  (await tx.run(
    'UPDATE repo_blob SET lease_until = CASE WHEN lease_until < ? THEN ? ELSE lease_until END WHERE repo_id = ? AND digest = ?',
    leaseUntil,
    leaseUntil,
    repositoryId,
    digest,
  )) > 0

/**
 * blob.refs counts the manifest_ref rows of the registry that name the digest in a repository that has its link.
 * Its first one moves the bytes to `used`, its last one back.
 */
export async function countReferences(tx: SqlTransaction, registryId: number, digest: Digest, change: number): Promise<void> {
  if (change === 0) return
  const blob = await tx.get<{ refs: number; size: number }>(
    'UPDATE blob SET refs = refs + ? WHERE registry_id = ? AND digest = ? RETURNING refs, size',
    change,
    registryId,
    digest,
  )
  if (!blob) return
  if (blob.refs === 0) await changeUsage(tx, registryId, { used: -blob.size, unreferenced: blob.size })
  else if (blob.refs === change) await changeUsage(tx, registryId, { used: blob.size, unreferenced: -blob.size })
}

/** Puts a link before the collector, not before `after`; a later time wins. */
export async function reviewLink(tx: SqlTransaction, repositoryId: number, digest: Digest, after: number): Promise<void> {
  await tx.run(
    `INSERT INTO gc_queue (repo_id, digest, review_after) VALUES (?, ?, ?)
     ON CONFLICT (repo_id, digest) DO UPDATE SET review_after = excluded.review_after WHERE gc_queue.review_after < excluded.review_after`,
    repositoryId,
    digest,
    after,
  )
}

export const linkIsNamed = async (tx: SqlTransaction, repositoryId: number, digest: Digest): Promise<boolean> =>
  (await tx.get(`SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'blob' LIMIT 1`, repositoryId, digest)) !== undefined

/**
 * Takes the link away; with the registry's last link the blob goes too and its object is condemned.
 * Returns the bytes that were condemned. The caller knows that no manifest of the repository names the digest.
 */
export async function dropLink(tx: SqlTransaction, registryId: number, repositoryId: number, digest: Digest, now: number): Promise<number> {
  await tx.run('DELETE FROM repo_blob WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  await tx.run('DELETE FROM gc_queue WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  const blob = await tx.get<{ object_id: string; size: number }>(
    `SELECT object_id, size FROM blob WHERE registry_id = ? AND digest = ?${tx.forUpdate}`,
    registryId,
    digest,
  )
  const other = await tx.get('SELECT 1 FROM repo_blob WHERE registry_id = ? AND digest = ? LIMIT 1', registryId, digest)
  if (!blob || other) return 0
  await tx.run('DELETE FROM blob WHERE registry_id = ? AND digest = ?', registryId, digest)
  await condemnObject(tx, blob.object_id, now)
  await changeUsage(tx, registryId, { unreferenced: -blob.size })
  return blob.size
}

export const condemnObject = (tx: SqlTransaction, objectId: string, now: number) =>
  tx.run(`UPDATE object SET state = 'condemned', condemned_at = ? WHERE object_id = ?`, now, objectId)

/** For an object that no link ever reached: nobody can be reading it, so its bytes need not wait. */
export const discardObject = (tx: SqlTransaction, objectId: string) => condemnObject(tx, objectId, 0)
