import { locked } from '#core/disallowed.ts'
import type { Digest } from '#core/digest.ts'
import { checkPrecondition } from '#core/precondition.ts'
import { shapeOf } from '#core/media-type.ts'
import type { Tag } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { noteInUse, noteNamed } from './blobs-in-use.ts'
import { endPeriods, noteEvent } from './event-log.ts'
import { imageSizeOf } from './image-size.ts'
import {
  addReferences,
  checkNamed,
  holdManifests,
  linkedBlobs,
  manifestsHere,
  namedDigests,
  seeArrivals,
  settleReferences,
} from './references.ts'
import { ensureRepository, type RepositoryRow } from './repositories.ts'
import { changeRepository, settleRepositories } from './repository-changes.ts'
import { RunAgain } from './run-again.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlTransaction, SqlValue } from './transaction.ts'
import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

type Put = Parameters<typeof putManifest>[1]

export const putManifest: Verb<'putManifest'> = async (tx, input) => {
  const { registryId, name, digest, manifest, tags, sparse, now } = input
  const repository = await ensureRepository(tx, registryId, name)
  const children = namedDigests(manifest)
  const manifests = await manifestsHere(tx, repository.id, children)
  const { known, taggedAs } = await writeManifest(tx, input, repository, manifests)
  if (!known) await tx.run('DELETE FROM deleted_manifest WHERE repo_id = ? AND digest = ?', repository.id, storedDigest(digest))
  const links = await linkedBlobs(tx, repository.id, children, tx.forKeyShareOf('repo_blob'))
  const named = { manifests, blobs: new Map([...links].map(([child, { size }]) => [child, size])) }
  checkNamed(manifest, named, sparse)
  if (!known) {
    await noteNamed(
      tx,
      registryId,
      children.filter((child) => links.get(child)?.named === false),
    )
    await noteInUse(
      tx,
      registryId,
      [...named.blobs].map(([child, size]) => ({ digest: child, size })),
    )
    await addReferences(tx, repository.id, digest, manifest, named)
    await settleReferences(tx, repository.id, digest)
  }
  await writeBody(tx, input, !known)
  tx.failpoint('manifest.put.in-transaction')
  for (const tag of tags.toSorted()) await putTag(tx, repository, input, { tag, taggedAs })
  changeRepository(tx, repository.id, { manifests: known ? 0 : 1, at: now, mustLive: true })
  await settleRepositories(tx)
  if (!known) await seeArrivals(tx, repository.id, digest, manifest, named)
  noteEvent(tx, {
    kind: 'manifest.pushed',
    registryId,
    details: { repository: name, digest, mediaType: manifest.mediaType, size: input.bytes.length, tags },
  })
}

/** The manifest's own row, and those of the manifests that it names, held in the order of their digests. */
async function writeManifest(
  tx: SqlTransaction,
  input: Put,
  repository: RepositoryRow,
  manifests: ReadonlyMap<Digest, number>,
): Promise<{ known: boolean; taggedAs: Digest | undefined }> {
  const { digest, manifest, tags } = input
  const children = [...manifests.keys()].filter((child) => child !== digest)
  await holdManifests(
    tx,
    repository.id,
    children.filter((child) => child < digest),
  )
  const known = await tx.get<{ write_enabled: number; media_type: string }>(
    `SELECT write_enabled, media_type FROM manifest WHERE repo_id = ? AND digest = ?${tx.forNoKeyUpdate}`,
    repository.id,
    storedDigest(digest),
  )
  if (known) refuseOtherType(digest, manifest.mediaType, known.media_type)
  if (known && !known.write_enabled && tags.length === 0) throw locked(`manifest ${digest}`, { digest })
  const taggedAs = await checkCondition(tx, repository, input, known !== undefined)
  const blobs = manifest.shape === 'index' ? await linkedBlobs(tx, repository.id, namedDigests(manifest)) : new Map()
  const sizes = new Map([...blobs].map(([child, { size }]) => [child, size]))
  await (known ? updateManifest : insertManifest)(tx, input, repository, imageSizeOf(manifest, { manifests, blobs: sizes }))
  await holdManifests(
    tx,
    repository.id,
    children.filter((child) => child > digest),
  )
  return { known: known !== undefined, taggedAs }
}

/**
 * Of two writers that expect the same, the second finds another state. What a lock refuses is left to the lock. Returns what
 * the tag of the condition names, which is looked at again when the tag is held.
 */
async function checkCondition(
  tx: SqlTransaction,
  repository: RepositoryRow,
  { condition, digest }: Put,
  isKnown: boolean,
): Promise<Digest | undefined> {
  if (!condition) return undefined
  const { reference, precondition } = condition
  if (reference.kind === 'digest') {
    checkPrecondition(precondition, isKnown ? digest : undefined)
    return undefined
  }
  const row = await tx.get<{ digest: StoredDigest; write_enabled: number }>(
    'SELECT digest, write_enabled FROM tag WHERE repo_id = ? AND name = ?',
    repository.id,
    reference.tag,
  )
  const taggedAs = row && readDigest(row.digest)
  if (!row || row.write_enabled) checkPrecondition(precondition, taggedAs)
  return taggedAs
}

/** What is told of a manifest is written again with each push: its config, or a child of an index, may have come meanwhile. */
function columnsOf({ manifest, bytes, platform, now, leaseUntil }: Put, imageSize: number) {
  return [
    manifest.mediaType,
    bytes.length,
    manifest.subject ? storedDigest(manifest.subject) : null,
    manifest.artifactType ?? null,
    manifest.subject && manifest.annotations ? JSON.stringify(manifest.annotations) : null,
    now,
    leaseUntil,
    imageSize,
    manifest.config?.mediaType ?? null,
    platform.architecture,
    platform.os,
  ]
}

async function insertManifest(tx: SqlTransaction, input: Put, repository: RepositoryRow, imageSize: number): Promise<void> {
  const made = await tx.run(
    `INSERT INTO manifest (repo_id, digest, registry_id, created_at, media_type, size, subject, artifact_type, annotations, updated_at,
       lease_until, image_size, config_media_type, architecture, os)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (repo_id, digest) DO NOTHING`,
    repository.id,
    storedDigest(input.digest),
    input.registryId,
    input.now,
    ...columnsOf(input, imageSize),
  )
  if (made === 0) throw new RunAgain('the manifest was put meanwhile')
}

async function updateManifest(tx: SqlTransaction, input: Put, repository: RepositoryRow, imageSize: number): Promise<void> {
  await tx.run(
    `UPDATE manifest SET media_type = ?, size = ?, subject = ?, artifact_type = ?, annotations = ?, updated_at = ?, lease_until = ?,
       image_size = ?, config_media_type = ?, architecture = COALESCE(?, architecture), os = COALESCE(?, os)
     WHERE repo_id = ? AND digest = ?`,
    ...columnsOf(input, imageSize),
    repository.id,
    storedDigest(input.digest),
  )
}

/** The same bytes may be read as several types; a digest has the one that it was first pushed with. */
function refuseOtherType(digest: Digest, pushed: string, stored: string): void {
  // What is no type of ours is damage, which a push heals.
  if (pushed === stored || shapeOf(stored) === undefined) return
  throw new RegistryError(
    'manifest-invalid',
    `manifest ${digest} is stored as "${stored}" and keeps that type: push it with this Content-Type, or delete it first`,
    { digest, mediaType: stored },
  )
}

/**
 * Once per registry. What the disk has made of the bytes meanwhile ends with the next push of the right ones. Whoever finds
 * the row holds it, so that a delete elsewhere sees this manifest before it takes the body.
 */
async function writeBody(tx: SqlTransaction, { registryId, digest, bytes }: Put, isNew: boolean): Promise<void> {
  const key = [registryId, storedDigest(digest)] as const
  // Of a manifest that is known the body mostly is there, of a new one it is not.
  for (let isLookedFor = !isNew; ; isLookedFor = true) {
    const before =
      isLookedFor &&
      (await tx.get<{ bytes: Uint8Array }>(`SELECT bytes FROM manifest_body WHERE registry_id = ? AND digest = ?${tx.forKeyShare}`, ...key))
    if (before && Buffer.compare(before.bytes, bytes) !== 0)
      await tx.run('UPDATE manifest_body SET bytes = ? WHERE registry_id = ? AND digest = ?', bytes, ...key)
    if (before) return
    const made = await tx.run(
      'INSERT INTO manifest_body (registry_id, digest, bytes) VALUES (?, ?, ?) ON CONFLICT (registry_id, digest) DO NOTHING',
      ...key,
      bytes,
    )
    if (made > 0 && isNew) changeUsage(tx, registryId, { used: bytes.length })
    if (made > 0) return
  }
}

async function putTag(
  tx: SqlTransaction,
  repository: RepositoryRow,
  { digest, now, condition, askedBy }: Put,
  { tag, taggedAs }: { tag: Tag; taggedAs: Digest | undefined },
): Promise<void> {
  const key = [repository.id, tag] as const
  const stored = storedDigest(digest)
  const row = await tx.get<{ digest: StoredDigest; write_enabled: number }>(
    `SELECT digest, write_enabled FROM tag WHERE repo_id = ? AND name = ?${tx.forNoKeyUpdate}`,
    ...key,
  )
  const isCondition = condition?.reference.kind === 'tag' && condition.reference.tag === tag
  if (isCondition && (row && readDigest(row.digest)) !== taggedAs) throw new RunAgain('the tag was moved meanwhile')
  if (row && !row.write_enabled) throw locked(`tag ${tag}`, { tag })
  if (!row) await makeTag(tx, [...key, stored, now, now, now, askedBy ?? null])
  else if (Buffer.compare(row.digest, stored) === 0)
    await tx.run('UPDATE tag SET updated_at = ? WHERE repo_id = ? AND name = ?', now, ...key)
  else {
    await endPeriods(tx, repository.id, now, [tag])
    await tx.run(
      'UPDATE tag SET digest = ?, updated_at = ?, since = ?, put_by = ? WHERE repo_id = ? AND name = ?',
      stored,
      now,
      now,
      askedBy ?? null,
      ...key,
    )
  }
  tx.failpoint('tag.move.in-transaction')
}

async function makeTag(tx: SqlTransaction, row: readonly SqlValue[]): Promise<void> {
  const made = await tx.run(
    `INSERT INTO tag (repo_id, name, digest, created_at, updated_at, since, put_by) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (repo_id, name) DO NOTHING`,
    ...row,
  )
  if (made === 0) throw new RunAgain('the tag was made meanwhile')
}
