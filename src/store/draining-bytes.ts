import { standing } from './kept-deleted.ts'
import type { SqlReader } from './transaction.ts'

/** Of so many manifests it is summed for whoever wants to know: some tenths of a second. */
export const mostSummed = 10_000

/**
 * What a registry uses without what falls away with the repositories that are being emptied: blobs and bodies that nothing else of it names.
 * All in one statement, whose parts see the same rows: each step of the emptying takes from both sides. Undefined while none is emptied.
 * @param most undefined, too, while they have more manifests than that
 */
export async function usedWithoutDraining(db: SqlReader, registryId: number, most = Infinity): Promise<number | undefined> {
  const draining = `FROM repository JOIN`
  // As the index of them says it, which SQLite goes by.
  const ofThem = `repository.registry_id = ? AND repository.state IN ('draining', 'keeping') AND repository.state = 'draining'`
  const left = await db.get<{ manifests: number | null }>(`SELECT SUM(manifests) AS manifests FROM repository WHERE ${ofThem}`, registryId)
  const manifests = left?.manifests ?? undefined
  if (manifests === undefined || manifests > most) return undefined
  const blobs = `SELECT SUM(blob.size) FROM (
       SELECT DISTINCT manifest_ref.child AS digest ${draining} manifest_ref ON manifest_ref.repo_id = repository.id
       JOIN repo_blob ON repo_blob.repo_id = manifest_ref.repo_id AND repo_blob.digest = manifest_ref.child
       WHERE ${ofThem} AND manifest_ref.kind = 'blob') AS named
     JOIN blob ON blob.registry_id = ? AND blob.digest = named.digest
     WHERE NOT EXISTS (SELECT 1 FROM repo_blob AS link JOIN repository AS live ON live.id = link.repo_id AND live.state IN ${standing}
       JOIN manifest_ref AS other ON other.repo_id = link.repo_id AND other.child = link.digest AND other.kind = 'blob'
       WHERE link.registry_id = blob.registry_id AND link.digest = blob.digest)`
  const elsewhere = (table: string) => `EXISTS (SELECT 1 FROM ${table} AS other JOIN repository AS live ON live.id = other.repo_id
    WHERE other.registry_id = repository.registry_id AND other.digest = going.digest AND live.state IN ${standing})`
  const gone = (table: string) => `SELECT going.digest, going.size ${draining} ${table} AS going ON going.repo_id = repository.id
    WHERE ${ofThem} AND NOT ${elsewhere('manifest')} AND NOT ${elsewhere('deleted_manifest')}`
  const bodies = `SELECT SUM(size) FROM (SELECT digest, MAX(size) AS size
       FROM (${gone('manifest')} UNION ALL ${gone('deleted_manifest')}) AS named GROUP BY digest) AS once`
  const row = await db.get<{ used: number | null; blobs: number | null; bodies: number | null }>(
    `SELECT (SELECT SUM(used) FROM usage WHERE registry_id = ?) AS used, (${blobs}) AS blobs, (${bodies}) AS bodies`,
    registryId,
    registryId,
    registryId,
    registryId,
    registryId,
  )
  return (row?.used ?? 0) - (row?.blobs ?? 0) - (row?.bodies ?? 0)
}
