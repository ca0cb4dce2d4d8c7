import type { Digest } from '#core/digest.ts'
import { type Descriptor, type Manifest, namedAs, type NamedKind } from '#core/manifest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { marksFor, partsOf } from './parts.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'

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

export async function addReferences(tx: SqlTransaction, repositoryId: number, parent: Digest, manifest: Manifest): Promise<void> {
  // In the order of the tables' own indexes, which is quicker.
  const children = descriptorsOf(manifest).toSorted((one, other) => (one.digest < other.digest ? -1 : 1))
  for (const part of partsOf(children))
    await tx.run(
      `INSERT INTO manifest_ref (repo_id, parent, child, kind) VALUES ${marksFor(part, '(?, ?, ?, ?)')}`,
      ...part.flatMap((child) => [repositoryId, storedDigest(parent), storedDigest(child.digest), namedAs(child)]),
    )
}

/** What of a manifest's references is here, kept from deletes until the transaction ends. */
export async function findNamed(tx: SqlTransaction, repositoryId: number, parent: Digest): Promise<Named> {
  const blobs = await tx.all<{ child: StoredDigest; size: number }>(
    `SELECT manifest_ref.child AS child, blob.size AS size FROM manifest_ref
     JOIN repo_blob ON repo_blob.repo_id = manifest_ref.repo_id AND repo_blob.digest = manifest_ref.child
     JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
     WHERE manifest_ref.repo_id = ? AND manifest_ref.parent = ? ORDER BY manifest_ref.child${tx.forShareOf('repo_blob')}`,
    repositoryId,
    storedDigest(parent),
  )
  const manifests = await tx.all<{ child: StoredDigest; size: number }>(
    `SELECT manifest_ref.child AS child, manifest.image_size AS size FROM manifest_ref
     JOIN manifest ON manifest.repo_id = manifest_ref.repo_id AND manifest.digest = manifest_ref.child
     WHERE manifest_ref.repo_id = ? AND manifest_ref.parent = ? ORDER BY manifest_ref.child${tx.forShareOf('manifest')}`,
    repositoryId,
    storedDigest(parent),
  )
  const sizes = (rows: readonly { child: StoredDigest; size: number }[]) => new Map(rows.map((row) => [readDigest(row.child), row.size]))
  return { blobs: sizes(blobs), manifests: sizes(manifests) }
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
     SELECT DISTINCT repo_id, parent, child, ${tx.aText} FROM manifest_ref WHERE repo_id = ? AND child = ?
     ON CONFLICT (repo_id, parent, child, kind) DO NOTHING`,
    kind,
    repositoryId,
    child,
  )

/** The same for all that one manifest names, as it is put. */
export async function settleNamed(
  tx: SqlTransaction,
  repositoryId: number,
  parent: Digest,
  manifest: Manifest,
  named: Named,
): Promise<void> {
  for (const expected of ['blob', 'manifest'] as const) {
    const other = expected === 'blob' ? 'manifest' : 'blob'
    const [here, there] = expected === 'blob' ? [named.blobs, named.manifests] : [named.manifests, named.blobs]
    const others = descriptorsOf(manifest).flatMap((child) =>
      namedAs(child) === expected && there.has(child.digest) ? [child.digest] : [],
    )
    for (const part of partsOf(others))
      await tx.run(
        `INSERT INTO manifest_ref (repo_id, parent, child, kind) VALUES ${marksFor(part, '(?, ?, ?, ?)')}`,
        ...part.flatMap((digest) => [repositoryId, storedDigest(parent), storedDigest(digest), other]),
      )
    for (const part of partsOf(others.filter((digest) => !here.has(digest))))
      await tx.run(
        `DELETE FROM manifest_ref WHERE repo_id = ? AND parent = ? AND kind = ? AND child IN (${marksFor(part)})`,
        repositoryId,
        storedDigest(parent),
        expected,
        ...part.map(storedDigest),
      )
  }
}

const descriptorsOf = (manifest: Manifest): readonly Descriptor[] => (manifest.shape === 'index' ? manifest.manifests : manifest.blobs)

const unknownToRepository = (digests: readonly Digest[]) =>
  new RegistryError(
    'manifest-blob-unknown',
    `manifest references ${digests.length === 1 ? 'an object' : `${digests.length} objects`} that the repository does not have: push ${digests.length === 1 ? 'it' : 'them'} first`,
    { digests: digests.slice(0, 20) },
  )
