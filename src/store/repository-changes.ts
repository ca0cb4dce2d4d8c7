import { RunAgain } from './run-again.ts'
import type { RepositoryChange, SqlTransaction } from './transaction.ts'

/** What the command changes of a repository's own row; `settleRepositories` writes it. */
export function changeRepository(tx: SqlTransaction, repositoryId: number, change: Partial<RepositoryChange>): void {
  const before = tx.repositoryChanges.get(repositoryId)
  tx.repositoryChanges.set(repositoryId, { ...before, ...change, manifests: (before?.manifests ?? 0) + (change.manifests ?? 0) })
}

/**
 * Among the last that a command writes: each push into a repository changes its row, and holds it for a moment only.
 * The first manifest makes a repository visible. With its last one it is gone for everybody; one of its name that comes
 * later is another. The row itself goes when nothing stands on it: names that somebody began to push to and left would
 * stay for ever. Each push makes the row in the command that puts something on it, so none finds it gone.
 */
export async function settleRepositories(tx: SqlTransaction): Promise<void> {
  const changes = [...tx.repositoryChanges].sort(([a], [b]) => a - b)
  tx.repositoryChanges.clear()
  for (const [repositoryId, change] of changes) {
    if (change.at !== undefined) await write(tx, repositoryId, { ...change, at: change.at })
    if (change.mayBeEmpty) await dropIfEmpty(tx, repositoryId)
  }
}

async function write(
  tx: SqlTransaction,
  repositoryId: number,
  { manifests, at, mustLive }: RepositoryChange & { at: number },
): Promise<void> {
  const visible = (column: string) => `${column} = CASE WHEN manifests + ? = 0 THEN 1 ELSE ${column} END`
  const changed = await tx.run(
    `UPDATE repository SET created_at = CASE WHEN manifests = 0 THEN ? ELSE created_at END, updated_at = ?, manifests = manifests + ?,
       ${visible('read_enabled')}, ${visible('list_enabled')} WHERE id = ?${mustLive ? ` AND state = 'live'` : ''}`,
    at,
    at,
    manifests,
    manifests,
    manifests,
    repositoryId,
  )
  if (changed === 0 && mustLive) throw new RunAgain('the repository was deleted meanwhile')
}

const dropIfEmpty = (tx: SqlTransaction, repositoryId: number) =>
  tx.run(
    `DELETE FROM repository WHERE id = ? AND state IN ('live', 'kept') AND manifests = 0
       AND NOT EXISTS (SELECT 1 FROM upload WHERE upload.repo_id = repository.id)
       AND NOT EXISTS (SELECT 1 FROM repo_blob WHERE repo_blob.repo_id = repository.id)
       AND NOT EXISTS (SELECT 1 FROM deleted_manifest WHERE deleted_manifest.repo_id = repository.id)`,
    repositoryId,
  )
