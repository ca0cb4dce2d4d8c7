import type { Tag } from '#core/reference.ts'
import type { DeletedManifest, DeletedTag } from '#ports/deleted-content.ts'
import { changeRepository } from './repository-changes.ts'
import { type StoredDigest, storedPlace, withDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Read } from './verb.ts'

/** Repositories whose content stands: that of a deleted one too, where the registry keeps what is deleted. */
export const standing = `('live', 'keeping', 'kept')`

const manifestColumns = `repo_id, digest, registry_id, media_type, size, subject, artifact_type, annotations, created_at, updated_at, lease_until,
  write_enabled, delete_enabled, read_enabled, list_enabled, quarantine_state, quarantine_details, config_media_type, architecture, os, image_size`
const tagColumns = 'repo_id, name, digest, created_at, updated_at, write_enabled, delete_enabled, read_enabled, list_enabled'

/**
 * A deleted manifest is one of another table: nobody finds it, and all that it names, its links, blobs and body, stands as
 * it did. So collection needs no rule for it. The caller holds its row.
 */
export async function keepManifests(
  tx: SqlTransaction,
  repositoryId: number,
  digests: readonly StoredDigest[],
  now: number,
): Promise<void> {
  await tx.run(
    `INSERT INTO deleted_manifest (${manifestColumns}, deleted_at) SELECT ${manifestColumns}, CAST(? AS BIGINT) FROM manifest
     WHERE repo_id = ? AND digest ${tx.among('bytes')} ORDER BY digest
     ON CONFLICT (repo_id, digest) DO UPDATE SET deleted_at = excluded.deleted_at`,
    now,
    repositoryId,
    digests,
  )
}

/** The same of tags; one that was deleted twice, with the same manifest, was deleted the second time. */
export async function keepTags(tx: SqlTransaction, repositoryId: number, names: readonly Tag[], now: number): Promise<void> {
  await tx.run(
    `INSERT INTO deleted_tag (${tagColumns}, deleted_at) SELECT ${tagColumns}, CAST(? AS BIGINT) FROM tag
     WHERE repo_id = ? AND name ${tx.among('text')} ORDER BY name
     ON CONFLICT (repo_id, name, digest) DO UPDATE SET deleted_at = excluded.deleted_at`,
    now,
    repositoryId,
    names,
  )
}

/** Once it is emptied of what is not deleted, a deleted repository stands for what it kept. */
export async function repositoryIsKept(tx: SqlTransaction, repositoryId: number): Promise<number> {
  changeRepository(tx, repositoryId, { mayBeEmpty: true })
  return tx.run(`UPDATE repository SET state = 'kept' WHERE id = ? AND state = 'keeping'`, repositoryId)
}

// Under one name there may have been several repositories.
const inRepository = `FROM repository JOIN`
const named = `repository.registry_id = ? AND repository.name = ? AND repository.state IN ${standing}`

export const deletedManifests: Read<'deletedManifests'> = async (db, registryId, name, { after, limit }) =>
  (
    await db.all<Omit<DeletedManifest, 'digest'> & { digest: StoredDigest }>(
      `SELECT deleted_manifest.digest AS digest, MAX(deleted_manifest.media_type) AS "mediaType", MAX(deleted_manifest.deleted_at) AS "deletedAt"
       ${inRepository} deleted_manifest ON deleted_manifest.repo_id = repository.id
       WHERE ${named} AND deleted_manifest.digest > ? GROUP BY deleted_manifest.digest ORDER BY deleted_manifest.digest LIMIT ?`,
      registryId,
      name,
      storedPlace(after),
      limit,
    )
  ).map(withDigest)

export const deletedTags: Read<'deletedTags'> = async (db, registryId, name, { after, limit }) =>
  (
    await db.all<Omit<DeletedTag, 'digest'> & { digest: StoredDigest }>(
      `SELECT deleted_tag.name AS tag, deleted_tag.digest AS digest, MAX(deleted_tag.deleted_at) AS "deletedAt"
       ${inRepository} deleted_tag ON deleted_tag.repo_id = repository.id
       WHERE ${named} AND (deleted_tag.name, deleted_tag.digest) > (?, ?)
       GROUP BY deleted_tag.name, deleted_tag.digest ORDER BY deleted_tag.name, deleted_tag.digest LIMIT ?`,
      registryId,
      name,
      after.tag,
      storedPlace(after.digest),
      limit,
    )
  ).map(withDigest)
