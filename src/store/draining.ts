import type { Digest } from '#core/digest.ts'
import { digestsOf } from './blobs-in-use.ts'
import { dropLinks } from './link-removal.ts'
import { repositoryIsKept } from './kept-deleted.ts'
import { removeDeleted, removeManifests } from './manifest-removal.ts'
import { RunAgain } from './run-again.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Verb } from './verb.ts'

type Table = 'manifest' | 'deleted_manifest' | 'repo_blob'

interface Draining {
  id: number
  registry_id: number
  state: 'draining' | 'keeping'
}

/**
 * Empties deleted repositories piece by piece, so that no transaction grows with a repository: each call takes manifests, or
 * links, or the row itself, of the first one that still has such. Returns how many rows went.
 */
export const drainRepositories: Verb<'drainRepositories'> = async (tx, { now, limit }) => {
  const repositories = await tx.all<Draining>(
    `SELECT id, registry_id, state FROM repository WHERE state IN ('draining', 'keeping') ORDER BY id LIMIT 16`,
  )
  for (const { id: repositoryId, registry_id: registryId, state } of repositories) {
    const keep = state === 'keeping'
    if (await stands(tx, 'manifest', repositoryId)) {
      const digests = await hold(tx, 'manifest', repositoryId, limit)
      await removeManifests(tx, { registryId, repositoryId, digests, now, reliedBefore: 'gone', keep })
      return digests.length
    }
    if (!keep && (await stands(tx, 'deleted_manifest', repositoryId))) {
      const digests = await hold(tx, 'deleted_manifest', repositoryId, limit)
      await removeDeleted(tx, { registryId, repositoryId, digests, now })
      return digests.length
    }
    if (!keep && (await stands(tx, 'repo_blob', repositoryId))) {
      const digests = await hold(tx, 'repo_blob', repositoryId, limit)
      await dropLinks(
        tx,
        digests.map((digest) => ({ registryId, repositoryId, digest })),
        now,
      )
      return digests.length
    }
    // Sessions of the old repository end with it; the reaper takes their bytes.
    await tx.run('UPDATE upload SET expires_at = 0 WHERE repo_id = ? AND expires_at > 0', repositoryId)
    if (await hasUploads(tx, repositoryId)) continue
    const gone = await (keep ? repositoryIsKept(tx, repositoryId) : tx.run('DELETE FROM repository WHERE id = ?', repositoryId))
    if (gone > 0) return gone
  }
  return 0
}

/** In the order of its key: of a repository that is a good part of all, PostgreSQL would else read the table until it meets one. */
const stands = async (tx: SqlTransaction, table: Table, repositoryId: number): Promise<boolean> =>
  (await tx.get(`SELECT 1 FROM ${table} WHERE repo_id = ? ORDER BY digest LIMIT 1`, repositoryId)) !== undefined

const hasUploads = async (tx: SqlTransaction, repositoryId: number): Promise<boolean> =>
  (await tx.get('SELECT 1 FROM upload WHERE repo_id = ? LIMIT 1', repositoryId)) !== undefined

/** Some, for there are some. Who was waited for may have taken all of them: that is not the end, which is what no rows would say. */
async function hold(tx: SqlTransaction, table: Table, repositoryId: number, limit: number): Promise<Digest[]> {
  const sql = (lock: string) => `SELECT digest FROM ${table} WHERE repo_id = ? ORDER BY digest LIMIT ?${lock}`
  // Those that another one is at are left to it: who waited for its rows would come too late for them each time.
  const free = await digestsOf(tx, sql(tx.skipLocked), repositoryId, limit)
  const digests = [...(free.size > 0 ? free : await digestsOf(tx, sql(tx.forUpdate), repositoryId, limit))]
  if (digests.length === 0) throw new RunAgain('another one empties the repository')
  return digests
}
