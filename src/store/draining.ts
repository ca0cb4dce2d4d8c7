import { digestsOf } from './blobs-in-use.ts'
import { dropLinks } from './link-removal.ts'
import { removeManifests } from './manifest-removal.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Verb } from './verb.ts'

interface Draining {
  id: number
  registry_id: number
}

/**
 * Empties deleted repositories piece by piece, so that no transaction grows with a repository: each call takes manifests, or
 * links, or the row itself, of the first one that still has such. Returns how many rows went.
 */
export const drainRepositories: Verb<'drainRepositories'> = async (tx, { now, limit }) => {
  const repositories = await tx.all<Draining>(`SELECT id, registry_id FROM repository WHERE state = 'draining' ORDER BY id LIMIT 16`)
  for (const { id: repositoryId, registry_id: registryId } of repositories) {
    const digests = await heldOf(tx, 'manifest', repositoryId, limit)
    await removeManifests(tx, { registryId, repositoryId, digests, now, reliedBefore: 'gone' })
    if (digests.length > 0) return digests.length
    const links = await heldOf(tx, 'repo_blob', repositoryId, limit)
    await dropLinks(
      tx,
      links.map((digest) => ({ registryId, repositoryId, digest })),
      now,
    )
    if (links.length > 0) return links.length
    // Sessions of the old repository end with it; the reaper takes their bytes.
    const open = await tx.run('UPDATE upload SET expires_at = 0 WHERE repo_id = ?', repositoryId)
    if (open === 0) return tx.run('DELETE FROM repository WHERE id = ?', repositoryId)
  }
  return 0
}

const heldOf = async (tx: SqlTransaction, table: 'manifest' | 'repo_blob', repositoryId: number, limit: number) => [
  ...(await digestsOf(tx, `SELECT digest FROM ${table} WHERE repo_id = ? ORDER BY digest LIMIT ?${tx.forUpdate}`, repositoryId, limit)),
]
