import type { Digest } from '#core/digest.ts'
import { digestsOf, inOrder } from './blobs-in-use.ts'
import type { Link } from './links.ts'
import { condemnObjects } from './objects.ts'
import { changeRepository } from './repository-changes.ts'
import { readDigest, type StoredDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'

/**
 * Takes links away; with a registry's last link of a digest its blob goes too and its object is condemned. Returns how many
 * blobs went and their bytes. The caller holds the links' rows and knows that no manifest of their repositories names them.
 * @param condemnedAt 0: the bytes need not wait
 */
export async function dropLinks(
  tx: SqlTransaction,
  links: readonly Link[],
  condemnedAt: number,
): Promise<{ blobs: number; bytes: number }> {
  const byRepository = [...Map.groupBy(links, (link) => link.repositoryId)].sort(([a], [b]) => a - b)
  for (const [repositoryId, of] of byRepository)
    await tx.run(`DELETE FROM repo_blob WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, inOrder(of.map(digestOf)))
  const dropped = { blobs: 0, bytes: 0 }
  const objects: string[] = []
  for (const [registryId, of] of [...Map.groupBy(links, (link) => link.registryId)].sort(([a], [b]) => a - b)) {
    const gone = await dropBlobs(tx, registryId, [...new Set(of.map(digestOf))])
    for (const { object_id: objectId, size, named } of gone) {
      objects.push(objectId)
      dropped.blobs++
      dropped.bytes += size
      changeUsage(tx, registryId, { unreferenced: -size, pending: named ? 0 : -size })
    }
  }
  await condemnObjects(tx, objects, condemnedAt)
  for (const [repositoryId, of] of byRepository) {
    await tx.run(`DELETE FROM gc_queue WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, inOrder(of.map(digestOf)))
    changeRepository(tx, repositoryId, { mayBeEmpty: true })
  }
  return dropped
}

const digestOf = (link: Link): Digest => link.digest

interface BlobRow {
  digest: StoredDigest
  object_id: string
  size: number
  named: number
}

/** Those of the blobs that no repository of the registry has any more. */
async function dropBlobs(tx: SqlTransaction, registryId: number, digests: readonly Digest[]): Promise<BlobRow[]> {
  // A push that relies on one of them waits, and then brings it again.
  const blobs = await tx.all<BlobRow>(
    `SELECT digest, object_id, size, named FROM blob WHERE registry_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forUpdate}`,
    registryId,
    inOrder(digests),
  )
  const linked = await digestsOf(
    tx,
    `SELECT value AS digest FROM ${tx.listed('bytes')} WHERE EXISTS (SELECT 1 FROM repo_blob WHERE registry_id = ? AND digest = value)`,
    inOrder(digests),
    registryId,
  )
  const gone = blobs.filter((blob) => !linked.has(readDigest(blob.digest)))
  if (gone.length > 0)
    await tx.run(
      `DELETE FROM blob WHERE registry_id = ? AND digest ${tx.among('bytes')}`,
      registryId,
      gone.map((blob) => blob.digest),
    )
  return gone
}
