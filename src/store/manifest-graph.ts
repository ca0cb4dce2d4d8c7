import type { Digest } from '#core/digest.ts'
import type { ManifestGraph } from '#core/manifest-deletion.ts'
import type { Tag } from '#core/reference.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlReader } from './transaction.ts'

/** What may not be written may not be deleted either (ACR, "Lock an image"). */
export const mayDelete = (row: { write_enabled: number; delete_enabled: number }): boolean =>
  row.write_enabled === 1 && row.delete_enabled === 1
export const lockedRow = '(write_enabled = 0 OR delete_enabled = 0)'

/** A repository's manifests where their deleting is judged, in the transaction that deletes and holds those that go. */
export function manifestGraph(tx: SqlReader, repositoryId: number): ManifestGraph {
  const digests = async (sql: string, digest: Digest, ...more: number[]) =>
    (await tx.all<{ digest: StoredDigest }>(sql, repositoryId, storedDigest(digest), ...more)).map((row) => readDigest(row.digest))
  return {
    indexesOf: (digest, most) =>
      digests(
        `SELECT parent AS digest FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'manifest' ORDER BY parent LIMIT ?`,
        digest,
        most,
      ),
    referrersOf: (digest) => digests('SELECT digest FROM manifest WHERE repo_id = ? AND subject = ? ORDER BY digest', digest),
    protection: async (digest) => {
      const row = await tx.get<{ write_enabled: number; delete_enabled: number }>(
        'SELECT write_enabled, delete_enabled FROM manifest WHERE repo_id = ? AND digest = ?',
        repositoryId,
        storedDigest(digest),
      )
      if (!row) return undefined
      const tag = await tx.get<{ name: Tag; locked: number }>(
        `SELECT name, CASE WHEN ${lockedRow} THEN 1 ELSE 0 END AS locked FROM tag WHERE repo_id = ? AND digest = ?
         ORDER BY locked DESC, name LIMIT 1`,
        repositoryId,
        storedDigest(digest),
      )
      return { locked: !mayDelete(row), tag: tag?.name, lockedTag: tag?.locked === 1 ? tag.name : undefined }
    },
  }
}
