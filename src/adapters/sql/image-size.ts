import type { Digest } from '#core/digest.ts'
import type { Manifest } from '#core/manifest.ts'
import type { SqlTransaction } from './transaction.ts'

/**
 * What the metadata API calls imageSize: config and layers of an image, each once, without what its maker keeps; of an
 * index, the sizes of those of its children that are here now. Written down then, so that a list adds up nothing.
 */
export async function imageSizeOf(tx: SqlTransaction, repositoryId: number, manifest: Manifest): Promise<number> {
  let sum = 0
  for (const { size, optional } of manifest.blobs) if (!optional) sum += size
  for (const { digest } of manifest.manifests) sum += await sizeOfChild(tx, repositoryId, digest)
  return Math.min(sum, Number.MAX_SAFE_INTEGER)
}

async function sizeOfChild(tx: SqlTransaction, repositoryId: number, digest: Digest): Promise<number> {
  const manifest = await tx.get<{ size: number }>(
    'SELECT image_size AS size FROM manifest WHERE repo_id = ? AND digest = ?',
    repositoryId,
    digest,
  )
  if (manifest) return manifest.size
  const blob = await tx.get<{ size: number }>(
    `SELECT blob.size AS size FROM repo_blob
     JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
     WHERE repo_blob.repo_id = ? AND repo_blob.digest = ?`,
    repositoryId,
    digest,
  )
  return blob?.size ?? 0
}
