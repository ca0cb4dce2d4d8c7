import type { Digest } from '#core/digest.ts'
import { type Descriptor, type Manifest, namedAs, type NamedKind } from '#core/manifest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { digestsOf, inOrder } from './blobs-in-use.ts'
import { RunAgain } from './run-again.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlReader, SqlTransaction } from './transaction.ts'

/**
 * manifest_ref is what each manifest names, and the one answer to who holds what: presence, usage, collection and explain
 * all ask it. Its kind is how the repository has the digest, whatever the descriptor calls it: as a blob, as a manifest,
 * or a row for each. What is not here has the kind that its descriptor lets expect, until it comes.
 */
export interface Named {
  /** Their sizes, of what is here as a blob. */
  blobs: ReadonlyMap<Digest, number>
  /** The sizes of their images, of what is here as a manifest. */
  manifests: ReadonlyMap<Digest, number>
}

const descriptorsOf = (manifest: Manifest): readonly Descriptor[] => (manifest.shape === 'index' ? manifest.manifests : manifest.blobs)

export const namedDigests = (manifest: Manifest): Digest[] => descriptorsOf(manifest).map((child) => child.digest)

/** Which of these a repository has as manifests; `holdManifests` keeps them. */
export async function manifestsHere(db: SqlReader, repositoryId: number, digests: readonly Digest[]): Promise<Map<Digest, number>> {
  const rows = await db.all<{ digest: StoredDigest; size: number }>(
    `SELECT digest, image_size AS size FROM manifest WHERE repo_id = ? AND digest ${db.among('bytes')}`,
    repositoryId,
    inOrder(digests),
  )
  return new Map(rows.map((row) => [readDigest(row.digest), row.size]))
}

/** They stay until the transaction ends. */
export async function holdManifests(tx: SqlTransaction, repositoryId: number, digests: readonly Digest[]): Promise<void> {
  if (tx.isSoleWriter || digests.length === 0) return
  const held = await digestsOf(
    tx,
    `SELECT digest FROM manifest WHERE repo_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forKeyShare}`,
    repositoryId,
    inOrder(digests),
  )
  if (held.size < digests.length) throw new RunAgain('a manifest went meanwhile')
}

export interface LinkedSize {
  size: number
  /** A manifest named it once. */
  named: boolean
}

/** Which of these a repository has as blobs. */
export async function linkedBlobs(
  db: SqlReader,
  repositoryId: number,
  digests: readonly Digest[],
  lock = '',
): Promise<Map<Digest, LinkedSize>> {
  const rows = await db.all<{ digest: StoredDigest; size: number; named: number }>(
    `SELECT repo_blob.digest AS digest, blob.size AS size, blob.named AS named FROM repo_blob
     JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
     WHERE repo_blob.repo_id = ? AND repo_blob.digest ${db.among('bytes')} ORDER BY repo_blob.digest${lock}`,
    repositoryId,
    inOrder(digests),
  )
  return new Map(rows.map(({ digest, size, named }) => [readDigest(digest), { size, named: named === 1 }]))
}

/** Each that must be here is here, and each blob has the size that the manifest says. `manifest-blob-unknown`, `size-invalid`. */
export function checkNamed(manifest: Manifest, named: Named, sparse: 'off' | 'index' | 'all'): void {
  const mayBeAbsent = sparse === 'all' || (sparse === 'index' && manifest.shape === 'index')
  const missing: Digest[] = []
  for (const child of descriptorsOf(manifest)) {
    const size = named.blobs.get(child.digest)
    if (size !== undefined && size !== child.size)
      throw new RegistryError('size-invalid', `manifest says that ${child.digest} has ${child.size} bytes; it has ${size}`, {
        digest: child.digest,
        size,
      })
    const mayBeManifest = manifest.shape === 'index' || namedAs(child) === 'manifest'
    const isHere = size !== undefined || (mayBeManifest && named.manifests.has(child.digest))
    if (!isHere && !child.optional && !mayBeAbsent) missing.push(child.digest)
  }
  if (missing.length > 0) throw unknownToRepository(missing.sort())
}

/** What one manifest names, as it is put. */
export async function addReferences(
  tx: SqlTransaction,
  repositoryId: number,
  parent: Digest,
  manifest: Manifest,
  named: Named,
): Promise<void> {
  for (const kind of ['blob', 'manifest'] as const) {
    const children = descriptorsOf(manifest).filter((child) => kindsOf(child, named).includes(kind))
    if (children.length > 0)
      await tx.run(
        `INSERT INTO manifest_ref (repo_id, parent, child, kind)
         SELECT CAST(? AS BIGINT), ${tx.someBytes}, value, '${kind}' FROM ${tx.listed('bytes')} WHERE TRUE
         ON CONFLICT (repo_id, parent, child, kind) DO NOTHING`,
        repositoryId,
        storedDigest(parent),
        inOrder(children.map((child) => child.digest)),
      )
  }
}

function kindsOf(child: Descriptor, { blobs, manifests }: Named): NamedKind[] {
  const kinds: NamedKind[] = []
  if (blobs.has(child.digest)) kinds.push('blob')
  if (manifests.has(child.digest)) kinds.push('manifest')
  return kinds.length > 0 ? kinds : [namedAs(child)]
}

/** A digest has come to the repository as one kind, or has left it as one: what names it says so. */
export async function settleReferences(tx: SqlTransaction, repositoryId: number, child: Digest): Promise<void> {
  const stored = storedDigest(child)
  if (!(await tx.get('SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? LIMIT 1', repositoryId, stored))) return
  const blob = (await tx.get('SELECT 1 FROM repo_blob WHERE repo_id = ? AND digest = ?', repositoryId, stored)) !== undefined
  const manifest = (await tx.get('SELECT 1 FROM manifest WHERE repo_id = ? AND digest = ?', repositoryId, stored)) !== undefined
  if (blob) await addKind(tx, repositoryId, stored, 'blob')
  if (manifest) await addKind(tx, repositoryId, stored, 'manifest')
  if (blob !== manifest)
    await tx.run('DELETE FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = ?', repositoryId, stored, blob ? 'manifest' : 'blob')
}

const addKind = (tx: SqlTransaction, repositoryId: number, child: StoredDigest, kind: NamedKind) =>
  tx.run(
    `INSERT INTO manifest_ref (repo_id, parent, child, kind)
     SELECT DISTINCT repo_id, parent, child, '${kind}' FROM manifest_ref WHERE repo_id = ? AND child = ?
     ON CONFLICT (repo_id, parent, child, kind) DO NOTHING`,
    repositoryId,
    child,
  )

/**
 * Between a manifest that names what is not there and what comes at the same time, the later of the two to hold the repository
 * sees the other (links.ts): what is judged here is not what is so by now. The caller holds the repository's row.
 */
export async function seeArrivals(
  tx: SqlTransaction,
  repositoryId: number,
  digest: Digest,
  manifest: Manifest,
  named: Named,
): Promise<void> {
  if (tx.isSoleWriter) return
  const absent = namedDigests(manifest).filter((child) => !named.blobs.has(child) && !named.manifests.has(child))
  const isHere =
    absent.length > 0 &&
    ((await linkedBlobs(tx, repositoryId, absent)).size > 0 || (await manifestsHere(tx, repositoryId, absent)).size > 0)
  const misnamed = await tx.get(
    `SELECT 1 FROM manifest_ref WHERE repo_id = ? AND child = ? AND kind = 'blob' AND NOT EXISTS (SELECT 1 FROM manifest_ref AS other
       WHERE other.repo_id = manifest_ref.repo_id AND other.parent = manifest_ref.parent AND other.child = manifest_ref.child
         AND other.kind = 'manifest') LIMIT 1`,
    repositoryId,
    storedDigest(digest),
  )
  if (isHere || misnamed) throw new RunAgain('what the manifest names, or what names it, came meanwhile')
}

const unknownToRepository = (digests: readonly Digest[]) =>
  new RegistryError(
    'manifest-blob-unknown',
    `manifest references ${digests.length === 1 ? 'an object' : `${digests.length} objects`} that the repository does not have: push ${digests.length === 1 ? 'it' : 'them'} first`,
    { digests: digests.slice(0, 20) },
  )
