import type { SqlReader } from './transaction.ts'

/**
 * What falls away with the repositories that are being emptied: blobs and bodies that nothing else of the registry names.
 * It is asked only while one is, and tells less with each step of the emptying.
 */
export async function drainingBytes(db: SqlReader, registryId: number): Promise<number> {
  const draining = `FROM repository JOIN`
  const ofThem = `repository.registry_id = ? AND repository.state = 'draining'`
  const one = await db.get(`SELECT 1 FROM repository WHERE ${ofThem} LIMIT 1`, registryId)
  if (!one) return 0
  const sum = async (sql: string, ...values: number[]) => (await db.get<{ sum: number | null }>(sql, ...values))?.sum ?? 0
  const blobs = await sum(
    `SELECT SUM(blob.size) AS sum FROM (
       SELECT DISTINCT manifest_ref.child AS digest ${draining} manifest_ref ON manifest_ref.repo_id = repository.id
       JOIN repo_blob ON repo_blob.repo_id = manifest_ref.repo_id AND repo_blob.digest = manifest_ref.child
       WHERE ${ofThem} AND manifest_ref.kind = 'blob') AS named
     JOIN blob ON blob.registry_id = ? AND blob.digest = named.digest
     WHERE NOT EXISTS (SELECT 1 FROM repo_blob AS link JOIN repository AS live ON live.id = link.repo_id AND live.state = 'live'
       JOIN manifest_ref AS other ON other.repo_id = link.repo_id AND other.child = link.digest AND other.kind = 'blob'
       WHERE link.registry_id = blob.registry_id AND link.digest = blob.digest)`,
    registryId,
    registryId,
  )
  const bodies = await sum(
    `SELECT SUM(size) AS sum FROM (
       SELECT manifest.digest, MAX(manifest.size) AS size ${draining} manifest ON manifest.repo_id = repository.id
       WHERE ${ofThem} AND NOT EXISTS (SELECT 1 FROM manifest AS other JOIN repository AS live ON live.id = other.repo_id
         WHERE other.registry_id = ? AND other.digest = manifest.digest AND live.state = 'live')
       GROUP BY manifest.digest) AS gone`,
    registryId,
    registryId,
  )
  return blobs + bodies
}
