import type { Digest } from '#core/digest.ts'
import { type NamedBlob, noteInUse } from './blobs-in-use.ts'
import { settleReferences } from './references.ts'
import { RunAgain } from './run-again.ts'
import { storedDigest } from './stored-digest.ts'
import type { SqlReader, SqlTransaction } from './transaction.ts'

export interface Link {
  registryId: number
  repositoryId: number
  digest: Digest
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
    storedDigest(digest),
  )) > 0

/**
 * Gives a repository the right to read a blob that is there, held until `leaseUntil`, and has the link reviewed then.
 * @param blob.isNamed what `isNamed` said before; then the bytes are in use from now on
 */
export async function makeLink(
  tx: SqlTransaction,
  blob: Link & NamedBlob & { isNamed: boolean; now: number; leaseUntil: number },
): Promise<void> {
  const { registryId, repositoryId, digest, isNamed: wasNamed, now, leaseUntil } = blob
  const made = await tx.run(
    `INSERT INTO repo_blob (repo_id, digest, registry_id, lease_until, relied_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO NOTHING`,
    repositoryId,
    storedDigest(digest),
    registryId,
    leaseUntil,
    now,
  )
  if (made === 0) throw new RunAgain('the link was made meanwhile')
  await reviewLink(tx, { ...blob, after: leaseUntil })
  if (wasNamed) {
    await noteInUse(tx, registryId, [blob])
    await settleReferences(tx, repositoryId, digest)
  }
  if (tx.isSoleWriter) return
  // A manifest that names what was not there when it was put, and this link: one of the two sees the other.
  await tx.get(`SELECT id FROM repository WHERE id = ?${tx.forShare}`, repositoryId)
  if ((await isNamed(tx, repositoryId, digest)) !== wasNamed) throw new RunAgain('a manifest that names the blob came meanwhile')
}

/** A manifest of the repository names the digest, as whatever: a sparse one may have done so before its bytes came. */
export const isNamed = async (db: SqlReader, repositoryId: number, digest: Digest): Promise<boolean> =>
  (await db.get('SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? LIMIT 1', repositoryId, storedDigest(digest))) !== undefined

/** A manifest of the repository names the digest as a blob that the repository has: the link stays. */
export const linkIsNamed = async (db: SqlReader, repositoryId: number, digest: Digest): Promise<boolean> =>
  (await db.get(
    `SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'blob' LIMIT 1`,
    repositoryId,
    storedDigest(digest),
  )) !== undefined

/** Puts a link before the collector, not before `after`; a later time wins. */
export const reviewLink = (tx: SqlTransaction, { registryId, repositoryId, digest, after }: Link & { after: number }) =>
  tx.run(
    `INSERT INTO gc_queue (repo_id, digest, registry_id, review_after) VALUES (?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO UPDATE SET review_after = excluded.review_after
     WHERE gc_queue.review_after < excluded.review_after`,
    repositoryId,
    storedDigest(digest),
    registryId,
    after,
  )
