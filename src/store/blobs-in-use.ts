import type { Digest } from '#core/digest.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlReader, SqlTransaction, SqlValue } from './transaction.ts'
import { changeUsage } from './usage.ts'

/** A digest that a manifest names as a blob, of those that its repository has, and the bytes of it. */
export interface NamedBlob {
  digest: Digest
  size: number
}

/** A manifest names these for the first time: their bytes are no longer those of a push that is still under way. */
export async function noteNamed(tx: SqlTransaction, registryId: number, digests: readonly Digest[]): Promise<void> {
  if (digests.length === 0) return
  const changed = await tx.all<{ size: number }>(
    `UPDATE blob SET named = 1 WHERE registry_id = ? AND digest IN (SELECT digest FROM blob
       WHERE registry_id = ? AND named = 0 AND digest ${tx.among('bytes')} ORDER BY digest${tx.forNoKeyUpdate}) RETURNING size`,
    registryId,
    registryId,
    inOrder(digests),
  )
  changeUsage(tx, registryId, { pending: -sumOf(changed) })
}

/**
 * A manifest names the blobs now, in a repository that has their links. The first one of the registry moves the bytes to `used`.
 * Whoever is not the first holds the row: it cannot go before this one's reference is seen.
 */
export async function noteInUse(tx: SqlTransaction, registryId: number, blobs: readonly NamedBlob[]): Promise<void> {
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]))
  for (let left = [...sizes.keys()]; left.length > 0; ) {
    const made = await digestsOf(
      tx,
      `INSERT INTO blob_in_use (registry_id, digest) SELECT CAST(? AS BIGINT), value FROM ${tx.listed('bytes')} WHERE TRUE
       ON CONFLICT (registry_id, digest) DO NOTHING RETURNING digest`,
      registryId,
      inOrder(left),
    )
    const size = sumOf([...made].map((digest) => ({ size: sizes.get(digest) ?? 0 })))
    changeUsage(tx, registryId, { used: size, unreferenced: -size })
    left = left.filter((digest) => !made.has(digest))
    if (left.length === 0 || tx.isSoleWriter) return
    const held = await digestsOf(
      tx,
      `SELECT digest FROM blob_in_use WHERE registry_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forKeyShare}`,
      registryId,
      inOrder(left),
    )
    left = left.filter((digest) => !held.has(digest))
  }
}

/**
 * These manifests' references are about to go. With the last one of the registry the bytes are no longer `used`.
 * Held before it is judged: a manifest that names one of them elsewhere either is seen, or waits and is the first again.
 */
export async function noteLetGo(
  tx: SqlTransaction,
  registryId: number,
  blobs: readonly NamedBlob[],
  gone: { repositoryId: number; parents: readonly StoredDigest[] },
): Promise<void> {
  if (blobs.length === 0) return
  const held = await digestsOf(
    tx,
    `SELECT digest FROM blob_in_use WHERE registry_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forUpdate}`,
    registryId,
    inOrder(blobs.map(({ digest }) => digest)),
  )
  if (held.size === 0) return
  const named = await digestsOf(
    tx,
    `SELECT value AS digest FROM ${tx.listed('bytes')} WHERE EXISTS (SELECT 1 FROM repo_blob
       JOIN manifest_ref ON manifest_ref.repo_id = repo_blob.repo_id AND manifest_ref.child = repo_blob.digest
       WHERE repo_blob.registry_id = ? AND repo_blob.digest = value AND manifest_ref.kind = 'blob'
         AND NOT (manifest_ref.repo_id = ? AND manifest_ref.parent ${tx.among('bytes')}))`,
    inOrder([...held]),
    registryId,
    gone.repositoryId,
    gone.parents,
  )
  const ended = blobs.filter(({ digest }) => held.has(digest) && !named.has(digest))
  if (ended.length === 0) return
  await tx.run(
    `DELETE FROM blob_in_use WHERE registry_id = ? AND digest ${tx.among('bytes')}`,
    registryId,
    inOrder(ended.map(({ digest }) => digest)),
  )
  const size = sumOf(ended)
  changeUsage(tx, registryId, { used: -size, unreferenced: size })
}

/** As the tables have them and in the order of the key, so that of two who need the same none waits for the other in a circle. */
export const inOrder = (digests: readonly Digest[]): StoredDigest[] =>
  digests.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map(storedDigest)

export const digestsOf = async (db: SqlReader, sql: string, ...values: SqlValue[]): Promise<Set<Digest>> =>
  new Set((await db.all<{ digest: StoredDigest }>(sql, ...values)).map((row) => readDigest(row.digest)))

const sumOf = (rows: readonly { size: number }[]): number => rows.reduce((sum, { size }) => sum + size, 0)
