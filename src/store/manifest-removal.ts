import type { Digest } from '#core/digest.ts'
import { endLeases, linkIsNamed, noteLetGo, reviewLinks } from './links.ts'
import { settleReferences } from './references.ts'
import { type StoredDigest, storedDigest, withDigest } from './stored-digest.ts'
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
  const stored = storedDigest(digest)
  const tags = await tx.all<{ name: string }>('SELECT name FROM tag WHERE repo_id = ? AND digest = ?', repositoryId, stored)
  await tx.run('DELETE FROM tag WHERE repo_id = ? AND digest = ?', repositoryId, stored)
  const rows = await tx.all<Omit<Link, 'digest'> & { digest: StoredDigest }>(
    `SELECT repo_blob.digest AS digest, repo_blob.lease_until AS "leaseUntil", repo_blob.relied_at AS "reliedAt" FROM manifest_ref
     JOIN repo_blob ON repo_blob.repo_id = manifest_ref.repo_id AND repo_blob.digest = manifest_ref.child
     WHERE manifest_ref.repo_id = ? AND manifest_ref.parent = ? AND manifest_ref.kind = 'blob' ORDER BY repo_blob.digest`,
    repositoryId,
    stored,
  )
  const links = rows.map(withDigest)
  await tx.run('DELETE FROM manifest_ref WHERE repo_id = ? AND parent = ?', repositoryId, stored)
  await noteLetGo(
    tx,
    registryId,
    links.map((link) => link.digest),
  )
  if (reliedBefore !== 'gone') await reviewAll(tx, { registryId, repositoryId, links, now, reliedBefore })
  await tx.run('DELETE FROM manifest WHERE repo_id = ? AND digest = ?', repositoryId, stored)
  await settleReferences(tx, repositoryId, digest)
  await tx.run('UPDATE repository SET manifests = manifests - 1, updated_at = ? WHERE id = ?', now, repositoryId)
  // With its last manifest a repository is gone for everybody; one of its name that comes later is another.
  await tx.run('UPDATE repository SET read_enabled = 1, list_enabled = 1 WHERE id = ? AND manifests = 0', repositoryId)
  // Held before it is judged: a push of the same bytes elsewhere is seen, or waits and brings them again.
  await tx.get(`SELECT 1 FROM manifest_body WHERE registry_id = ? AND digest = ?${tx.forUpdate}`, registryId, stored)
  const elsewhere = await tx.get('SELECT 1 FROM manifest WHERE registry_id = ? AND digest = ? LIMIT 1', registryId, stored)
  if (!elsewhere) {
    const body = await tx.get<{ size: number }>(
      'DELETE FROM manifest_body WHERE registry_id = ? AND digest = ? RETURNING LENGTH(bytes) AS size',
      registryId,
      stored,
    )
    changeUsage(tx, registryId, { used: -(body?.size ?? 0) })
  }
  return tags.map((each) => each.name)
}

interface Link {
  digest: Digest
  leaseUntil: number
  reliedAt: number
}

/** Each link that the manifest held, when its own lease is over: at once, where no answer relies on it and nothing else names it. */
async function reviewAll(
  tx: SqlTransaction,
  of: { registryId: number; repositoryId: number; links: readonly Link[]; now: number; reliedBefore: number },
): Promise<void> {
  const { registryId, repositoryId, links, now, reliedBefore } = of
  const ending: Digest[] = []
  for (const { digest, leaseUntil, reliedAt } of links)
    if (reliedAt <= reliedBefore && leaseUntil > now && !(await linkIsNamed(tx, repositoryId, digest))) ending.push(digest)
  const ended = new Set(ending)
  await endLeases(tx, { registryId, repositoryId, digests: ending, now })
  await reviewLinks(
    tx,
    links
      .filter(({ digest }) => !ended.has(digest))
      .map(({ digest, leaseUntil }) => ({ registryId, repositoryId, digest, after: Math.max(now, leaseUntil) })),
  )
}
