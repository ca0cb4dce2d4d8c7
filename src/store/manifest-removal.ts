import type { Digest } from '#core/digest.ts'
import type { Tag } from '#core/reference.ts'
import { digestsOf, inOrder, type NamedBlob, noteLetGo } from './blobs-in-use.ts'
import { endPeriods } from './event-log.ts'
import { keepManifests, keepTags } from './kept-deleted.ts'
import { lockedRow } from './manifest-graph.ts'
import { settleReferences } from './references.ts'
import { changeRepository } from './repository-changes.ts'
import { RunAgain } from './run-again.ts'
import { readDigest, type StoredDigest, withDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'

interface Removal {
  registryId: number
  repositoryId: number
  digests: readonly Digest[]
  now: number
  /**
   * Ends the leases of what only these named, if no answer later than that relied on them; `gone`: the repository is, and its
   * links go after its manifests.
   */
  reliedBefore: number | 'gone'
  /** They become deleted ones, and all that they name stands. */
  keep: boolean
}

/**
 * Takes manifests out of a repository, whose rows the caller holds: their tags, what they name, their bodies where they were
 * the registry's last. Returns them with their tags, in the order of their digests.
 */
export async function removeManifests(tx: SqlTransaction, removal: Removal): Promise<{ digest: Digest; tags: Tag[] }[]> {
  const { repositoryId, digests, now } = removal
  if (digests.length === 0) return []
  const parents = inOrder(digests)
  if (removal.keep) await keepManifests(tx, repositoryId, parents, now)
  else await tx.run(`DELETE FROM deleted_manifest WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, parents)
  await tx.run(`DELETE FROM manifest WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, parents)
  if (!removal.keep) await letGo(tx, removal, parents)
  const tags = await removeTags(tx, removal, parents)
  changeRepository(tx, repositoryId, { manifests: -digests.length, at: now, mayBeEmpty: true })
  return parents.map((parent) => {
    const digest = readDigest(parent)
    return { digest, tags: tags.get(digest) ?? [] }
  })
}

/** Ends what was deleted before, of a repository that is no more. */
export async function removeDeleted(
  tx: SqlTransaction,
  { registryId, repositoryId, digests, now }: Omit<Removal, 'reliedBefore' | 'keep'>,
): Promise<void> {
  const parents = inOrder(digests)
  await tx.run(`DELETE FROM deleted_manifest WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, parents)
  await letGo(tx, { registryId, repositoryId, now, reliedBefore: 'gone' }, parents)
  await tx.run(`DELETE FROM deleted_tag WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, parents)
}

/** What they named: links that only they held, references, bodies. */
async function letGo(tx: SqlTransaction, removal: Omit<Removal, 'digests' | 'keep'>, parents: readonly StoredDigest[]): Promise<void> {
  const { registryId, repositoryId, now } = removal
  await holdLinks(tx, repositoryId, parents)
  const links = await linksOf(tx, repositoryId, parents)
  if (removal.reliedBefore !== 'gone') await reviewLinks(tx, { repositoryId, parents, links, now, reliedBefore: removal.reliedBefore })
  await noteLetGo(tx, registryId, links, { repositoryId, parents })
  await tx.run(`DELETE FROM manifest_ref WHERE repo_id = ? AND parent ${tx.among('bytes')}`, repositoryId, parents)
  for (const named of await digestsOf(
    tx,
    `SELECT DISTINCT child AS digest FROM manifest_ref WHERE repo_id = ? AND child ${tx.among('bytes')} ORDER BY child`,
    repositoryId,
    parents,
  ))
    await settleReferences(tx, repositoryId, named)
  await removeBodies(tx, registryId, parents)
}

const namedBy = (tx: SqlTransaction) =>
  `(SELECT child FROM manifest_ref WHERE manifest_ref.repo_id = ? AND manifest_ref.parent ${tx.among('bytes')} AND manifest_ref.kind = 'blob')`

/** Whoever reviews one of them does so before, and it is queued anew, or after, and sees that these manifests do not name it. */
async function holdLinks(tx: SqlTransaction, repositoryId: number, parents: readonly StoredDigest[]): Promise<void> {
  if (tx.isSoleWriter) return
  await tx.all(
    `SELECT digest FROM repo_blob WHERE repo_id = ? AND digest IN ${namedBy(tx)} ORDER BY digest${tx.forNoKeyUpdate}`,
    repositoryId,
    repositoryId,
    parents,
  )
}

interface LinkedBlob extends NamedBlob {
  leaseUntil: number
  reliedAt: number
}

const linksOf = async (tx: SqlTransaction, repositoryId: number, parents: readonly StoredDigest[]): Promise<LinkedBlob[]> =>
  (
    await tx.all<Omit<LinkedBlob, 'digest'> & { digest: StoredDigest }>(
      `SELECT repo_blob.digest AS digest, blob.size AS size, repo_blob.lease_until AS "leaseUntil", repo_blob.relied_at AS "reliedAt"
       FROM repo_blob JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
       WHERE repo_blob.repo_id = ? AND repo_blob.digest IN ${namedBy(tx)} ORDER BY repo_blob.digest`,
      repositoryId,
      repositoryId,
      parents,
    )
  ).map(withDigest)

/** Each link that the manifests held, when its own lease is over: at once, where no answer relies on it and nothing else names it. */
async function reviewLinks(
  tx: SqlTransaction,
  of: { repositoryId: number; parents: readonly StoredDigest[]; links: readonly LinkedBlob[]; now: number; reliedBefore: number },
): Promise<void> {
  const { repositoryId, parents, links, now, reliedBefore } = of
  const candidates = links.filter(({ leaseUntil, reliedAt }) => reliedAt <= reliedBefore && leaseUntil > now).map((link) => link.digest)
  const named =
    candidates.length === 0
      ? new Set()
      : await digestsOf(
          tx,
          `SELECT DISTINCT child AS digest FROM manifest_ref WHERE repo_id = ? AND child ${tx.among('bytes')} AND kind = 'blob'
             AND NOT parent ${tx.among('bytes')}`,
          repositoryId,
          inOrder(candidates),
          parents,
        )
  const ended = new Set(candidates.filter((digest) => !named.has(digest)))
  if (ended.size > 0) await endLeases(tx, repositoryId, [...ended], now)
  const later = links.filter(({ digest }) => !ended.has(digest)).map((link) => link.digest)
  if (ended.size > 0) await queue(tx, { repositoryId, digests: [...ended], now, sooner: true })
  if (later.length > 0) await queue(tx, { repositoryId, digests: later, now, sooner: false })
}

/** Nothing holds these links any more but what may yet name them: the next collection takes them. */
const endLeases = (tx: SqlTransaction, repositoryId: number, digests: readonly Digest[], now: number) =>
  tx.run(
    `UPDATE repo_blob SET lease_until = ? WHERE repo_id = ? AND digest IN (SELECT digest FROM repo_blob
       WHERE repo_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forNoKeyUpdate})`,
    now,
    repositoryId,
    repositoryId,
    inOrder(digests),
  )

/** Puts links before the collector when their leases are over; a later time wins, where it is not to be sooner. */
const queue = (
  tx: SqlTransaction,
  { repositoryId, digests, now, sooner }: { repositoryId: number; digests: readonly Digest[]; now: number; sooner: boolean },
) =>
  tx.run(
    `INSERT INTO gc_queue (repo_id, digest, registry_id, review_after)
     SELECT repo_id, digest, registry_id, CASE WHEN lease_until > ? THEN lease_until ELSE ? END FROM repo_blob
     WHERE repo_id = ? AND digest ${tx.among('bytes')} ORDER BY digest
     ON CONFLICT (repo_id, digest) DO UPDATE SET review_after = excluded.review_after
     ${sooner ? '' : 'WHERE gc_queue.review_after < excluded.review_after'}`,
    now,
    now,
    repositoryId,
    inOrder(digests),
  )

/** Held before they are judged: a push of the same bytes elsewhere is seen, or waits and brings them again. */
async function removeBodies(tx: SqlTransaction, registryId: number, digests: readonly StoredDigest[]): Promise<void> {
  const held = await digestsOf(
    tx,
    `SELECT digest FROM manifest_body WHERE registry_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forUpdate}`,
    registryId,
    digests,
  )
  const elsewhere = await digestsOf(
    tx,
    `SELECT value AS digest FROM ${tx.listed('bytes')}
     WHERE EXISTS (SELECT 1 FROM manifest WHERE manifest.registry_id = ? AND manifest.digest = value)
       OR EXISTS (SELECT 1 FROM deleted_manifest WHERE deleted_manifest.registry_id = ? AND deleted_manifest.digest = value)`,
    digests,
    registryId,
    registryId,
  )
  const last = [...held].filter((digest) => !elsewhere.has(digest))
  if (last.length === 0) return
  const gone = await tx.all<{ size: number }>(
    `DELETE FROM manifest_body WHERE registry_id = ? AND digest ${tx.among('bytes')} RETURNING LENGTH(bytes) AS size`,
    registryId,
    inOrder(last),
  )
  changeUsage(tx, registryId, { used: -gone.reduce((sum, { size }) => sum + size, 0) })
}

async function removeTags(
  tx: SqlTransaction,
  { repositoryId, reliedBefore, keep, now }: Removal,
  digests: readonly StoredDigest[],
): Promise<Map<Digest, Tag[]>> {
  // From the digests on: SQLite, which takes all repositories for as large, would read all tags of this one.
  const rows = await tx.all<{ name: Tag; digest: StoredDigest; locked: number }>(
    `SELECT name, digest, CASE WHEN ${lockedRow} THEN 1 ELSE 0 END AS locked FROM ${tx.listed('bytes')} CROSS JOIN tag
     WHERE repo_id = ? AND digest = value ORDER BY name${tx.forUpdateOf('tag')}`,
    digests,
    repositoryId,
  )
  if (reliedBefore !== 'gone' && rows.some((row) => row.locked === 1)) throw new RunAgain('a tag was locked meanwhile')
  const names = rows.map((row) => row.name)
  // Those of a repository that is gone ended with it.
  if (reliedBefore !== 'gone') await endPeriods(tx, repositoryId, now, names)
  if (keep) await keepTags(tx, repositoryId, names, now)
  // A tag that was deleted before stands for as long as what it named.
  else await tx.run(`DELETE FROM deleted_tag WHERE repo_id = ? AND digest ${tx.among('bytes')}`, repositoryId, digests)
  if (names.length > 0) await tx.run(`DELETE FROM tag WHERE repo_id = ? AND name ${tx.among('text')}`, repositoryId, names)
  const byDigest = Map.groupBy(rows, (row) => readDigest(row.digest))
  return new Map([...byDigest].map(([digest, tags]) => [digest, tags.map((row) => row.name)]))
}
