import type { Counts } from '#core/maintenance.ts'
import type { Read } from './verb.ts'

/** For people and backups: how much there is. */
export const counts: Read<'counts'> = async (db, registryId) => {
  const count = async (sql: string) => (await db.get<{ count: number | null }>(sql, registryId))?.count ?? 0
  const inLive = `JOIN repository ON repository.id = repo_id WHERE repository.registry_id = ? AND repository.state = 'live'`
  return {
    repositories: await count(`SELECT COUNT(*) AS count FROM repository WHERE registry_id = ? AND state = 'live' AND manifests > 0`),
    manifests: await count(`SELECT SUM(manifests) AS count FROM repository WHERE registry_id = ? AND state = 'live'`),
    tags: await count(`SELECT COUNT(*) AS count FROM tag ${inLive}`),
    blobs: await count('SELECT COUNT(*) AS count FROM blob WHERE registry_id = ?'),
    uploads: await count(`SELECT COUNT(*) AS count FROM upload ${inLive} AND upload.state = 'open'`),
  } satisfies Counts
}
