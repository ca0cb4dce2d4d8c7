import type { Digest } from '#core/digest.ts'
import { endLease, linkIsNamed, noteLetGo, reviewLink } from './links.ts'
import { settleReferences } from './references.ts'
import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'

/**
 * Takes one manifest out of a repository: its tags, what it names, its body when it was the registry's last. Returns the tags.
 * @param when.reliedBefore ends the leases of what only it named, if no answer later than that relied on them;
 * `gone`: the repository is, and its links go after its manifests
 */
export async function removeManifest(
  tx: SqlTransaction,
  registryId: number,
  repositoryId: number,
  digest: Digest,
  { now, reliedBefore }: { now: number; reliedBefore: number | 'gone' },
): Promise<string[]> {
  const tags = await tx.all<{ name: string }>('SELECT name FROM tag WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  await tx.run('DELETE FROM tag WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  const blobs = await tx.all<{ child: Digest }>(
    `SELECT child FROM manifest_ref WHERE repo_id = ? AND parent = ? AND kind = 'blob'`,
    repositoryId,
    digest,
  )
  await tx.run('DELETE FROM manifest_ref WHERE repo_id = ? AND parent = ?', repositoryId, digest)
  for (const { child } of blobs) await releaseBlob(tx, { registryId, repositoryId, digest: child, now }, reliedBefore)
  await tx.run('DELETE FROM manifest WHERE repo_id = ? AND digest = ?', repositoryId, digest)
  await settleReferences(tx, repositoryId, digest)
  await tx.run('UPDATE repository SET manifests = manifests - 1, updated_at = ? WHERE id = ?', now, repositoryId)
  // With its last manifest a repository is gone for everybody; one of its name that comes later is another.
  await tx.run('UPDATE repository SET read_enabled = 1, list_enabled = 1 WHERE id = ? AND manifests = 0', repositoryId)
  // Held before it is judged: a push of the same bytes elsewhere is seen, or waits and brings them again.
  await tx.get(`SELECT 1 FROM manifest_body WHERE registry_id = ? AND digest = ?${tx.forUpdate}`, registryId, digest)
  const elsewhere = await tx.get('SELECT 1 FROM manifest WHERE registry_id = ? AND digest = ? LIMIT 1', registryId, digest)
  if (!elsewhere) {
    const body = await tx.get<{ size: number }>(
      'DELETE FROM manifest_body WHERE registry_id = ? AND digest = ? RETURNING LENGTH(bytes) AS size',
      registryId,
      digest,
    )
    changeUsage(tx, registryId, { used: -(body?.size ?? 0) })
  }
  return tags.map((each) => each.name)
}

async function releaseBlob(
  tx: SqlTransaction,
  link: { registryId: number; repositoryId: number; digest: Digest; now: number },
  reliedBefore: number | 'gone',
): Promise<void> {
  const { registryId, repositoryId, digest, now } = link
  const row = await tx.get<{ lease_until: number; relied_at: number }>(
    'SELECT lease_until, relied_at FROM repo_blob WHERE repo_id = ? AND digest = ?',
    repositoryId,
    digest,
  )
  if (!row) return
  await noteLetGo(tx, registryId, digest)
  if (reliedBefore === 'gone') return
  if (row.relied_at <= reliedBefore && row.lease_until > now && !(await linkIsNamed(tx, repositoryId, digest))) await endLease(tx, link)
  else await reviewLink(tx, { registryId, repositoryId, digest, after: Math.max(now, row.lease_until) })
}
