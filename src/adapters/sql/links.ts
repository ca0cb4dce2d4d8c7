import type { Digest } from '#core/digest.ts'
import { settleReferences } from './references.ts'
import { changeUsage } from './usage.ts'
import type { SqlTransaction } from './transaction.ts'

/** Gives a repository the right to read a digest, held until `leaseUntil`, and has the link reviewed then. */
export async function addLink(
  tx: SqlTransaction,
  link: { registryId: number; repositoryId: number; digest: Digest; now: number; leaseUntil: number },
): Promise<void> {
  const { registryId, repositoryId, digest, now, leaseUntil } = link
  const added = await tx.run(
    `INSERT INTO repo_blob (repo_id, digest, registry_id, lease_until, relied_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO NOTHING`,
    repositoryId,
    digest,
    registryId,
    leaseUntil,
    now,
  )
  if (added === 0) await renewLink(tx, { repositoryId, digest, now, leaseUntil })
  else {
    // A sparse manifest may have named the digest before its bytes came.
    await settleReferences(tx, repositoryId, digest)
    if (await linkIsNamed(tx, repositoryId, digest)) await noteInUse(tx, registryId, digest)
  }
  await reviewLink(tx, { registryId, repositoryId, digest, after: leaseUntil })
}

/** True while the link is there; it is then held at least until `leaseUntil`, and was relied on now. */
export const renewLink = async (
  tx: SqlTransaction,
  { repositoryId, digest, now, leaseUntil }: { repositoryId: number; digest: Digest; now: number; leaseUntil: number },
): Promise<boolean> =>
  (await tx.run(
    `UPDATE repo_blob SET lease_until = CASE WHEN lease_until < ? THEN ? ELSE lease_until END, relied_at = ?
     WHERE repo_id = ? AND digest = ?`,
    leaseUntil,
    leaseUntil,
    now,
    repositoryId,
    digest,
  )) > 0

/**
 * A manifest names the digest now, in a repository that has its link. The first one of the registry moves the bytes to `used`.
 * Whoever is not the first holds the row: it cannot go before this one's reference is seen.
 */
export async function noteInUse(tx: SqlTransaction, registryId: number, digest: Digest): Promise<void> {
  const key = [registryId, digest] as const
  for (;;) {
    const first = await tx.run(
      'INSERT INTO blob_in_use (registry_id, digest) VALUES (?, ?) ON CONFLICT (registry_id, digest) DO NOTHING',
      ...key,
    )
    if (first > 0) break
    if (await tx.get(`SELECT 1 FROM blob_in_use WHERE registry_id = ? AND digest = ?${tx.forShare}`, ...key)) return
  }
  const blob = await tx.get<{ size: number; named: number }>('SELECT size, named FROM blob WHERE registry_id = ? AND digest = ?', ...key)
  if (!blob) return
  changeUsage(tx, registryId, { used: blob.size, unreferenced: -blob.size, pending: blob.named ? 0 : -blob.size })
  if (!blob.named) await tx.run('UPDATE blob SET named = 1 WHERE registry_id = ? AND digest = ?', ...key)
}

/** A reference to the digest is gone. With the last one of the registry the bytes are no longer `used`. */
export async function noteLetGo(tx: SqlTransaction, registryId: number, digest: Digest): Promise<void> {
  const key = [registryId, digest] as const
  if (!(await tx.get(`SELECT 1 FROM blob_in_use WHERE registry_id = ? AND digest = ?${tx.forUpdate}`, ...key))) return
  if (await isNamedAnywhere(tx, registryId, digest)) return
  await tx.run('DELETE FROM blob_in_use WHERE registry_id = ? AND digest = ?', ...key)
  const blob = await tx.get<{ size: number }>('SELECT size FROM blob WHERE registry_id = ? AND digest = ?', ...key)
  if (blob) changeUsage(tx, registryId, { used: -blob.size, unreferenced: blob.size })
}

const isNamedAnywhere = async (tx: SqlTransaction, registryId: number, digest: Digest): Promise<boolean> =>
  (await tx.get(
    `SELECT 1 FROM repo_blob JOIN manifest_ref ON manifest_ref.repo_id = repo_blob.repo_id AND manifest_ref.child = repo_blob.digest
     WHERE repo_blob.registry_id = ? AND repo_blob.digest = ? AND manifest_ref.kind = 'blob' LIMIT 1`,
    registryId,
    digest,
  )) !== undefined

/** Puts a link before the collector, not before `after`; a later time wins. */
export async function reviewLink(
  tx: SqlTransaction,
  { registryId, repositoryId, digest, after }: { registryId: number; repositoryId: number; digest: Digest; after: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO gc_queue (repo_id, digest, registry_id, review_after) VALUES (?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO UPDATE SET review_after = excluded.review_after WHERE gc_queue.review_after < excluded.review_after`,
    repositoryId,
    digest,
    registryId,
    after,
  )
}

/** Nothing holds the link any more but what may yet name it: the next collection takes it. */
export async function endLease(
  tx: SqlTransaction,
  { registryId, repositoryId, digest, now }: { registryId: number; repositoryId: number; digest: Digest; now: number },
): Promise<void> {
  await tx.run('UPDATE repo_blob SET lease_until = ? WHERE repo_id = ? AND digest = ?', now, repositoryId, digest)
  await tx.run(
    `INSERT INTO gc_queue (repo_id, digest, registry_id, review_after) VALUES (?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO UPDATE SET review_after = excluded.review_after`,
    repositoryId,
    digest,
    registryId,
    now,
  )
}

export const linkIsNamed = async (tx: SqlTransaction, repositoryId: number, digest: Digest): Promise<boolean> =>
  (await tx.get(`SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'blob' LIMIT 1`, repositoryId, digest)) !== undefined

/**
 * Takes the link away; with the registry's last link the blob goes too and its object is condemned.
 * Returns the bytes that were condemned. The caller knows that no manifest of the repository names the digest.
 * @param condemnedAt 0: its bytes need not wait
 */
export async function dropLink(
  tx: SqlTransaction,
  registryId: number,
  repositoryId: number,
  digest: Digest,
  condemnedAt: number,
): Promise<number> {
  await tx.run('DELETE FROM repo_blob WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  await tx.run('DELETE FROM gc_queue WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  const blob = await tx.get<{ object_id: string; size: number; named: number }>(
    `SELECT object_id, size, named FROM blob WHERE registry_id = ? AND digest = ?${tx.forUpdate}`,
    registryId,
    digest,
  )
  const other = await tx.get('SELECT 1 FROM repo_blob WHERE registry_id = ? AND digest = ? LIMIT 1', registryId, digest)
  if (!blob || other) return 0
  await tx.run('DELETE FROM blob WHERE registry_id = ? AND digest = ?', registryId, digest)
  await condemnObject(tx, blob.object_id, condemnedAt)
  changeUsage(tx, registryId, { unreferenced: -blob.size, pending: blob.named ? 0 : -blob.size })
  return blob.size
}

/** Its bytes are counted as condemned until they are gone. */
export async function condemnObject(tx: SqlTransaction, objectId: string, at: number): Promise<void> {
  const object = await tx.get<{ registry_id: number; size: number }>(
    `UPDATE object SET state = 'condemned', condemned_at = ? WHERE object_id = ? AND state <> 'condemned' RETURNING registry_id, size`,
    at,
    objectId,
  )
  if (object) changeUsage(tx, object.registry_id, { condemned: object.size })
}

/** For an object that no link ever reached: nobody can be reading it, so its bytes need not wait. */
export const discardObject = (tx: SqlTransaction, objectId: string) => condemnObject(tx, objectId, 0)
