import type { Digest } from '#core/digest.ts'
import { digestsOf, inOrder } from './blobs-in-use.ts'
import { dropLinks } from './link-removal.ts'
import { type Link, reviewLink } from './links.ts'
import { readDigest, type StoredDigest, storedDigest, storedPlace } from './stored-digest.ts'
import type { SqlTransaction, SqlValue } from './transaction.ts'
import type { Verb } from './verb.ts'

interface QueueRow {
  repo_id: number
  digest: StoredDigest
  review_after: number
}

interface HeldLink extends Link {
  leaseUntil: number
  reliedAt: number
}

/** A page of the queue of reviews. */
interface Page {
  where: string
  order: string
  values: SqlValue[]
}

const keyOf = (repositoryId: number, digest: Digest): string => `${repositoryId} ${digest}`

async function readQueue(
  tx: SqlTransaction,
  { where, order, values }: Page,
): Promise<(Omit<Link, 'registryId'> & { reviewAfter: number })[]> {
  const rows = await tx.all<QueueRow>(
    `SELECT repo_id, digest, review_after FROM gc_queue WHERE ${where} ORDER BY ${order} LIMIT ?`,
    ...values,
  )
  return rows.map((row) => ({ repositoryId: row.repo_id, digest: readDigest(row.digest), reviewAfter: row.review_after }))
}

/** The links of a page, which nobody else changes, takes or names until the transaction ends. */
async function holdLinks(tx: SqlTransaction, { where, order, values }: Page): Promise<HeldLink[]> {
  const rows = await tx.all<Omit<HeldLink, 'digest'> & { digest: StoredDigest }>(
    `SELECT registry_id AS "registryId", repo_id AS "repositoryId", digest, lease_until AS "leaseUntil", relied_at AS "reliedAt" FROM repo_blob
     WHERE (repo_id, digest) IN (SELECT repo_id, digest FROM gc_queue WHERE ${where} ORDER BY ${order} LIMIT ?)
     ORDER BY repo_id, digest${tx.forUpdate}`,
    ...values,
  )
  return rows.map((row) => ({ ...row, digest: readDigest(row.digest) }))
}

/**
 * A link is dead when no manifest of its repository names the digest and its lease is over. It is judged in the
 * transaction that takes it away, after its row is held: a manifest put in between either is seen or fails.
 */
export const condemn: Verb<'condemn'> = async (tx, { now, limit }) => {
  const page = { where: 'review_after <= ?', order: 'review_after', values: [now, limit] }
  const due = await readQueue(tx, page)
  const links = await holdLinks(tx, page)
  const over = links.filter((link) => link.leaseUntil <= now)
  // A link that a manifest names is queued again when the manifest goes.
  const named = await namedOf(tx, over)
  const dead = over.filter((link) => !named.has(keyOf(link.repositoryId, link.digest)))
  const { blobs, bytes } = await dropLinks(tx, dead, now)
  for (const { repositoryId, digest, leaseUntil } of links)
    if (leaseUntil > now)
      await tx.run('UPDATE gc_queue SET review_after = ? WHERE repo_id = ? AND digest = ?', leaseUntil, repositoryId, storedDigest(digest))
  const held = new Set(links.map((link) => keyOf(link.repositoryId, link.digest)))
  for (const { repositoryId, digest, reviewAfter } of due) {
    const key = keyOf(repositoryId, digest)
    if (named.has(key) || !held.has(key)) await leaveQueue(tx, { repositoryId, digest, reviewAfter, isHeld: held.has(key) })
  }
  tx.failpoint('collect.condemn.in-transaction')
  return { reviewed: due.length, condemned: blobs, bytes }
}

/**
 * A place that needs no review: a manifest names its link, which is held, or there is no link. One whose time was put off since the page was
 * read is another's, and so is one whose link came meanwhile.
 */
const leaveQueue = (
  tx: SqlTransaction,
  { repositoryId, digest, reviewAfter, isHeld }: { repositoryId: number; digest: Digest; reviewAfter: number; isHeld: boolean },
) =>
  tx.run(
    `DELETE FROM gc_queue WHERE repo_id = ? AND digest = ? AND review_after = ? AND (CAST(? AS INTEGER) = 1
       OR NOT EXISTS (SELECT 1 FROM repo_blob WHERE repo_blob.repo_id = gc_queue.repo_id AND repo_blob.digest = gc_queue.digest))`,
    repositoryId,
    storedDigest(digest),
    reviewAfter,
    isHeld ? 1 : 0,
  )

/** Which of the links a manifest of their repository names. */
async function namedOf(tx: SqlTransaction, links: readonly Link[]): Promise<Set<string>> {
  const named = new Set<string>()
  for (const [repositoryId, of] of Map.groupBy(links, (link) => link.repositoryId))
    for (const digest of await digestsOf(
      tx,
      `SELECT DISTINCT child AS digest FROM manifest_ref WHERE repo_id = ? AND child ${tx.among('bytes')} AND kind = 'blob'`,
      repositoryId,
      inOrder(of.map((link) => link.digest)),
    ))
      named.add(keyOf(repositoryId, digest))
  return named
}

/**
 * Takes links whose blobs no manifest names, the longest unused first, although their leases last. The queue of reviews has
 * each of them, in the order in which the leases end; one whose lease was renewed meanwhile goes back to its place.
 */
export const dropUnreferenced: Verb<'dropUnreferenced'> = async (tx, { registryId, reliedBefore, bytes, only, after, limit }) => {
  const { reviewAfter, repositoryId, digest } = after ?? { reviewAfter: -1, repositoryId: 0, digest: '' }
  const page = {
    where: 'registry_id = ? AND (review_after, repo_id, digest) > (?, ?, ?)',
    order: 'review_after, repo_id, digest',
    values: [registryId, reviewAfter, repositoryId, storedPlace(digest), limit],
  }
  const queued = await readQueue(tx, page)
  const links = new Map((await holdLinks(tx, page)).map((link) => [keyOf(link.repositoryId, link.digest), link]))
  const blobs = await blobsOf(tx, registryId, [...new Set([...links.values()].map((link) => link.digest))])
  const going: Link[] = []
  const renewed: (Link & { after: number })[] = []
  let freed = 0
  let heldSince: number | undefined
  for (const place of queued) {
    const link = links.get(keyOf(place.repositoryId, place.digest))
    const blob = link && blobs.get(link.digest)
    // What another repository names takes no room of its own.
    if (!link || !blob || blob.inUse || (only !== undefined && (only === 'pending') === blob.named)) continue
    if (link.reliedAt <= reliedBefore) {
      going.push(link)
      blob.links--
      if (blob.links === 0) freed += blob.size
    } else if (link.leaseUntil > place.reviewAfter) renewed.push({ ...link, after: link.leaseUntil })
    else heldSince = link.reliedAt
    if (heldSince !== undefined || freed >= bytes) break
  }
  const dropped = await dropLinks(tx, going, 0)
  for (const link of renewed) await reviewLink(tx, link)
  tx.failpoint('collect.condemn.in-transaction')
  const last = heldSince !== undefined || freed >= bytes || queued.length < limit ? undefined : queued.at(-1)
  return { freed: dropped.bytes, heldSince, last }
}

interface Blob {
  size: number
  named: boolean
  inUse: boolean
  links: number
}

async function blobsOf(tx: SqlTransaction, registryId: number, digests: readonly Digest[]): Promise<Map<Digest, Blob>> {
  const rows = await tx.all<{ digest: StoredDigest; size: number; named: number; in_use: number; links: number }>(
    `SELECT digest, size, named,
       CASE WHEN EXISTS (SELECT 1 FROM blob_in_use
         WHERE blob_in_use.registry_id = blob.registry_id AND blob_in_use.digest = blob.digest) THEN 1 ELSE 0 END AS in_use,
       (SELECT COUNT(*) FROM repo_blob WHERE repo_blob.registry_id = blob.registry_id AND repo_blob.digest = blob.digest) AS links
     FROM blob WHERE registry_id = ? AND digest ${tx.among('bytes')}`,
    registryId,
    inOrder(digests),
  )
  return new Map(
    rows.map(({ digest, size, named, in_use: inUse, links }) => [
      readDigest(digest),
      { size, named: named === 1, inUse: inUse === 1, links },
    ]),
  )
}
