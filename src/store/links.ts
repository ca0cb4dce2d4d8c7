import type { Digest } from '#core/digest.ts'
import { marksFor, partsOf } from './parts.ts'
import { settleReferences } from './references.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import { changeUsage } from './usage.ts'
import type { SqlReader, SqlTransaction, SqlValue } from './transaction.ts'

/** Gives a repository the right to read a digest, held until `leaseUntil`, and has the link reviewed then. */
export async function addLink(
  tx: SqlTransaction,
  link: { registryId: number; repositoryId: number; digest: Digest; now: number; leaseUntil: number },
): Promise<void> {
  const { registryId, repositoryId, digest, now, leaseUntil } = link
  const added = await tx.run(
    `INSERT INTO repo_blob (repo_id, digest, registry_id, lease_until, relied_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO NOTHING`,
    repositoryId,
    storedDigest(digest),
    registryId,
    leaseUntil,
    now,
  )
  if (added === 0) await renewLink(tx, { repositoryId, digest, now, leaseUntil })
  else {
    // A sparse manifest may have named the digest before its bytes came.
    await settleReferences(tx, repositoryId, digest)
    if (await linkIsNamed(tx, repositoryId, digest)) await noteInUse(tx, registryId, [digest])
  }
  await reviewLink(tx, { registryId, repositoryId, digest, after: leaseUntil })
}

/** True while the link is there; it is then held at least until `leaseUntil`, and was relied on now. */
export const renewLink = async (
  tx: SqlTransaction,
  { repositoryId, digest, now, leaseUntil }: { repositoryId: number; digest: Digest; now: number; leaseUntil: number },
): Promise<boolean> =>
  (await tx.run(
    `UPDATE repo_blob SET lease_until = CASE WHEN lease_until < ? THEN ? ELSE lease_until END, relied_at = ?
     WHERE repo_id = ? AND digest = ?`,
    leaseUntil,
    leaseUntil,
    now,
    repositoryId,
    storedDigest(digest),
  )) > 0

/**
 * A manifest names the digests now, in a repository that has their links. The first one of the registry moves the bytes to `used`.
 * Whoever is not the first holds the row: it cannot go before this one's reference is seen.
 * @param digests in their order, so that of two who need the same none waits for the other in a circle
 */
export async function noteInUse(tx: SqlTransaction, registryId: number, digests: readonly Digest[]): Promise<void> {
  for (const part of partsOf(digests)) {
    const first: Digest[] = []
    for (let left = part; left.length > 0; ) {
      const made = await digestsOf(
        tx,
        `INSERT INTO blob_in_use (registry_id, digest) VALUES ${marksFor(left, '(?, ?)')}
         ON CONFLICT (registry_id, digest) DO NOTHING RETURNING digest`,
        ...left.flatMap((digest) => [registryId, storedDigest(digest)]),
      )
      first.push(...made)
      const others = left.filter((digest) => !made.has(digest))
      if (others.length === 0) break
      const held = await digestsOf(
        tx,
        `SELECT digest FROM blob_in_use WHERE registry_id = ? AND digest IN (${marksFor(others)}) ORDER BY digest${tx.forShare}`,
        registryId,
        ...others.map(storedDigest),
      )
      left = others.filter((digest) => !held.has(digest))
    }
    const { size, unnamed } = await sizeOf(tx, registryId, first)
    changeUsage(tx, registryId, { used: size, unreferenced: -size, pending: -unnamed })
    if (unnamed === 0) continue
    for (const some of partsOf(first))
      await tx.run(
        `UPDATE blob SET named = 1 WHERE registry_id = ? AND named = 0 AND digest IN (${marksFor(some)})`,
        registryId,
        ...some.map(storedDigest),
      )
  }
}

/** References to the digests are gone. With the last one of the registry the bytes are no longer `used`. */
export async function noteLetGo(tx: SqlTransaction, registryId: number, digests: readonly Digest[]): Promise<void> {
  for (const part of partsOf(digests)) {
    const of = [registryId, ...part.map(storedDigest)] as const
    const held = await digestsOf(
      tx,
      `SELECT digest FROM blob_in_use WHERE registry_id = ? AND digest IN (${marksFor(part)}) ORDER BY digest${tx.forUpdate}`,
      ...of,
    )
    const named = await digestsOf(
      tx,
      `SELECT digest FROM repo_blob WHERE registry_id = ? AND digest IN (${marksFor(part)}) AND EXISTS (SELECT 1 FROM manifest_ref
         WHERE manifest_ref.repo_id = repo_blob.repo_id AND manifest_ref.child = repo_blob.digest AND manifest_ref.kind = 'blob')`,
      ...of,
    )
    const gone = part.filter((digest) => held.has(digest) && !named.has(digest))
    for (const some of partsOf(gone))
      await tx.run(`DELETE FROM blob_in_use WHERE registry_id = ? AND digest IN (${marksFor(some)})`, registryId, ...some.map(storedDigest))
    const { size } = await sizeOf(tx, registryId, gone)
    changeUsage(tx, registryId, { used: -size, unreferenced: size })
  }
}

const digestsOf = async (tx: SqlTransaction, sql: string, ...values: SqlValue[]): Promise<Set<Digest>> =>
  new Set((await tx.all<{ digest: StoredDigest }>(sql, ...values)).map((row) => readDigest(row.digest)))

/** Of those that are there, and of these what no manifest named before. */
async function sizeOf(tx: SqlTransaction, registryId: number, digests: readonly Digest[]): Promise<{ size: number; unnamed: number }> {
  const sum = { size: 0, unnamed: 0 }
  for (const part of partsOf(digests))
    for (const blob of await tx.all<{ size: number; named: number }>(
      `SELECT size, named FROM blob WHERE registry_id = ? AND digest IN (${marksFor(part)})`,
      registryId,
      ...part.map(storedDigest),
    )) {
      sum.size += blob.size
      sum.unnamed += blob.named ? 0 : blob.size
    }
  return sum
}

interface LinkToReview {
  registryId: number
  repositoryId: number
  digest: Digest
  after: number
}

/** Puts links before the collector, not before `after`; a later time wins. */
export async function reviewLinks(tx: SqlTransaction, links: readonly LinkToReview[], { sooner = false } = {}): Promise<void> {
  for (const part of partsOf(links))
    await tx.run(
      `INSERT INTO gc_queue (repo_id, digest, registry_id, review_after) VALUES ${marksFor(part, '(?, ?, ?, ?)')}
       ON CONFLICT (repo_id, digest) DO UPDATE SET review_after = excluded.review_after
       ${sooner ? '' : 'WHERE gc_queue.review_after < excluded.review_after'}`,
      ...part.flatMap(({ repositoryId, digest, registryId, after }) => [repositoryId, storedDigest(digest), registryId, after]),
    )
}

export const reviewLink = (tx: SqlTransaction, link: LinkToReview): Promise<void> => reviewLinks(tx, [link])

/** Nothing holds these links any more but what may yet name them: the next collection takes them. */
export async function endLeases(
  tx: SqlTransaction,
  { registryId, repositoryId, digests, now }: { registryId: number; repositoryId: number; digests: readonly Digest[]; now: number },
): Promise<void> {
  for (const part of partsOf(digests))
    await tx.run(
      `UPDATE repo_blob SET lease_until = ? WHERE repo_id = ? AND digest IN (${marksFor(part)})`,
      now,
      repositoryId,
      ...part.map(storedDigest),
    )
  await reviewLinks(
    tx,
    digests.map((digest) => ({ registryId, repositoryId, digest, after: now })),
    { sooner: true },
  )
}

export const linkIsNamed = async (tx: SqlReader, repositoryId: number, digest: Digest): Promise<boolean> =>
  (await tx.get(
    `SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'blob' LIMIT 1`,
    repositoryId,
    storedDigest(digest),
  )) !== undefined

/**
 * Takes the link away; with the registry's last link the blob goes too and its object is condemned.
 * Returns the bytes that were condemned. The caller knows that no manifest of the repository names the digest.
 * @param condemnedAt 0: its bytes need not wait
 */
export async function dropLink(
  tx: SqlTransaction,
  registryId: number,
  repositoryId: number,
  digest: Digest,
  condemnedAt: number,
): Promise<number> {
  const stored = storedDigest(digest)
  await tx.run('DELETE FROM repo_blob WHERE repo_id = ? AND digest = ?', repositoryId, stored)
  await tx.run('DELETE FROM gc_queue WHERE repo_id = ? AND digest = ?', repositoryId, stored)
  const blob = await tx.get<{ object_id: string; size: number; named: number }>(
    `SELECT object_id, size, named FROM blob WHERE registry_id = ? AND digest = ?${tx.forUpdate}`,
    registryId,
    stored,
  )
  const other = await tx.get('SELECT 1 FROM repo_blob WHERE registry_id = ? AND digest = ? LIMIT 1', registryId, stored)
  if (!blob || other) return 0
  await tx.run('DELETE FROM blob WHERE registry_id = ? AND digest = ?', registryId, stored)
  await condemnObject(tx, blob.object_id, condemnedAt)
  changeUsage(tx, registryId, { unreferenced: -blob.size, pending: blob.named ? 0 : -blob.size })
  return blob.size
}

/** Its bytes are counted as condemned until they are gone. */
export async function condemnObject(tx: SqlTransaction, objectId: string, at: number): Promise<void> {
  const object = await tx.get<{ registry_id: number; size: number }>(
    `UPDATE object SET state = 'condemned', condemned_at = ? WHERE object_id = ? AND state <> 'condemned' RETURNING registry_id, size`,
    at,
    objectId,
  )
  if (object) changeUsage(tx, object.registry_id, { condemned: object.size })
}

/** For an object that no link ever reached: nobody can be reading it, so its bytes need not wait. */
export const discardObject = (tx: SqlTransaction, objectId: string) => condemnObject(tx, objectId, 0)
