import { unknownManifest } from '#core/failures.ts'
import { locked } from '#core/disallowed.ts'
import type { Digest } from '#core/digest.ts'
import { keptError, whyKept, withReferrers } from '#core/kept-manifests.ts'
import { checkPrecondition } from '#core/precondition.ts'
import { shapeOf } from '#core/media-type.ts'
import type { Tag } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { noteEvent, noteTagMoved, noteTagsGone } from './event-log.ts'
import { imageSizeOf } from './image-size.ts'
import { noteInUse } from './links.ts'
import { manifestGraph, mayDelete } from './manifest-graph.ts'
import { removeManifest } from './manifest-removal.ts'
import { addReferences, checkNamed, findNamed, settleNamed, settleReferences } from './references.ts'
import { settingsOf } from './registries.ts'
import { ensureRepository, findRepository, type RepositoryRow } from './repositories.ts'
import { readDigest, type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

export const putManifest: Verb<'putManifest'> = async (tx, input) => {
  const { registryId, name, digest, manifest, tags, sparse, now } = input
  const repository = await ensureRepository(tx, registryId, name)
  const known = await tx.get<{ write_enabled: number; media_type: string }>(
    `SELECT write_enabled, media_type FROM manifest WHERE repo_id = ? AND digest = ?${tx.forUpdate}`,
    repository.id,
    storedDigest(digest),
  )
  if (known) refuseOtherType(digest, manifest.mediaType, known.media_type)
  if (known && !known.write_enabled && tags.length === 0) throw locked(`manifest ${digest}`, { digest })
  await checkCondition(tx, repository, input)
  if (!known) await addReferences(tx, repository.id, digest, manifest)
  const named = await findNamed(tx, repository.id, digest)
  checkNamed(manifest, named, sparse)
  await writeManifest(tx, input, repository, imageSizeOf(manifest, named))
  await writeBody(tx, input, !known)
  if (!known) {
    await settleNamed(tx, repository.id, digest, manifest, named)
    await noteInUse(tx, registryId, [...named.blobs.keys()])
    await settleReferences(tx, repository.id, digest)
  }
  // The first manifest of a repository makes it visible.
  await tx.run(
    'UPDATE repository SET created_at = CASE WHEN manifests = 0 THEN ? ELSE created_at END, updated_at = ?, manifests = manifests + ? WHERE id = ?',
    now,
    now,
    known ? 0 : 1,
    repository.id,
  )
  tx.failpoint('manifest.put.in-transaction')
  for (const tag of tags) {
    await putTag(tx, repository, tag, digest, now)
    await noteTagMoved(tx, { registryId, repository: name, tag, digest, now, by: input.askedBy ?? null })
  }
  noteEvent(tx, {
    kind: 'manifest.pushed',
    registryId,
    details: { repository: name, digest, mediaType: manifest.mediaType, size: input.bytes.length, tags },
  })
}

type Put = Parameters<typeof putManifest>[1]

/** Of two writers that expect the same, the second finds another state. What a lock refuses is left to the lock. */
async function checkCondition(tx: SqlTransaction, repository: RepositoryRow, { condition }: Put): Promise<void> {
  if (!condition) return
  const { reference, precondition } = condition
  const [table, column, value] =
    reference.kind === 'tag' ? (['tag', 'name', reference.tag] as const) : (['manifest', 'digest', storedDigest(reference.digest)] as const)
  const row = await tx.get<{ digest: StoredDigest; write_enabled: number }>(
    `SELECT digest, write_enabled FROM ${table} WHERE repo_id = ? AND ${column} = ?${tx.forUpdate}`,
    repository.id,
    value,
  )
  if (reference.kind === 'digest' || !row || row.write_enabled) checkPrecondition(precondition, row && readDigest(row.digest))
}

/** What is told of a manifest is written again with each push: its config, or a child of an index, may have come meanwhile. */
async function writeManifest(tx: SqlTransaction, input: Put, repository: RepositoryRow, imageSize: number): Promise<void> {
  const { registryId, digest, manifest, bytes, platform, now, leaseUntil } = input
  await tx.run(
    `INSERT INTO manifest (repo_id, digest, registry_id, media_type, size, subject, artifact_type, annotations, created_at, updated_at,
       lease_until, image_size, config_media_type, architecture, os)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (repo_id, digest) DO UPDATE SET media_type = excluded.media_type, size = excluded.size,
       subject = excluded.subject, artifact_type = excluded.artifact_type, annotations = excluded.annotations, updated_at = excluded.updated_at,
       lease_until = excluded.lease_until, image_size = excluded.image_size, config_media_type = excluded.config_media_type,
       architecture = COALESCE(excluded.architecture, manifest.architecture), os = COALESCE(excluded.os, manifest.os)`,
    repository.id,
    storedDigest(digest),
    registryId,
    manifest.mediaType,
    bytes.length,
    manifest.subject ? storedDigest(manifest.subject) : null,
    manifest.artifactType ?? null,
    manifest.subject && manifest.annotations ? JSON.stringify(manifest.annotations) : null,
    now,
    now,
    leaseUntil,
    imageSize,
    manifest.config?.mediaType ?? null,
    platform.architecture,
    platform.os,
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
      (await tx.get<{ bytes: Uint8Array }>(`SELECT bytes FROM manifest_body WHERE registry_id = ? AND digest = ?${tx.forUpdate}`, ...key))
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

async function putTag(tx: SqlTransaction, repository: RepositoryRow, tag: Tag, digest: Digest, now: number): Promise<void> {
  const moved = await tx.run(
    `INSERT INTO tag (repo_id, name, digest, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (repo_id, name) DO UPDATE SET digest = excluded.digest, updated_at = excluded.updated_at WHERE tag.write_enabled = 1`,
    repository.id,
    tag,
    storedDigest(digest),
    now,
    now,
  )
  if (moved === 0) throw locked(`tag ${tag}`, { tag })
  tx.failpoint('tag.move.in-transaction')
}

export const deleteManifest: Verb<'deleteManifest'> = async (tx, input) => {
  const { registryId, name, digest, precondition, now, reliedBefore } = input
  const repository = await findRepository(tx, registryId, name)
  if (!repository) throw unknownManifest({ kind: 'digest', digest })
  const graph = manifestGraph(tx, repository.id)
  const going = await withReferrers(graph, digest)
  if (going.size === 0) throw unknownManifest({ kind: 'digest', digest })
  if (!mayDelete(repository)) throw locked(`repository ${name}`, { name })
  const kept = await whyKept(graph, going, (await settingsOf(tx, registryId)).indexChildren)
  if (kept) throw keptError(kept)
  checkPrecondition(precondition, digest)
  const tags: Tag[] = []
  for (const each of going) {
    const gone = (await removeManifest(tx, registryId, repository.id, each, { now, reliedBefore })) as Tag[]
    noteEvent(tx, { kind: 'manifest.deleted', registryId, details: { repository: name, digest: each, tags: gone } })
    tags.push(...gone)
  }
  await noteTagsGone(tx, { registryId, repository: name, now }, tags)
  tx.failpoint('manifest.delete.in-transaction')
  return { manifests: [...going], tags }
}

export const deleteTag: Verb<'deleteTag'> = async (tx, { registryId, name, tag, precondition, now }) => {
  const repository = await findRepository(tx, registryId, name)
  const row =
    repository &&
    (await tx.get<{ digest: StoredDigest; delete_enabled: number; write_enabled: number }>(
      `SELECT digest, delete_enabled, write_enabled FROM tag WHERE repo_id = ? AND name = ?${tx.forUpdate}`,
      repository.id,
      tag,
    ))
  if (!repository || !row) throw unknownManifest({ kind: 'tag', tag })
  if (!mayDelete(repository)) throw locked(`repository ${name}`, { name })
  if (!mayDelete(row)) throw locked(`tag ${tag}`, { tag })
  checkPrecondition(precondition, readDigest(row.digest))
  tx.failpoint('tag.delete.in-transaction')
  await tx.run('DELETE FROM tag WHERE repo_id = ? AND name = ?', repository.id, tag)
  await tx.run('UPDATE repository SET updated_at = ? WHERE id = ?', now, repository.id)
  await noteTagsGone(tx, { registryId, repository: name, now }, [tag])
  noteEvent(tx, { kind: 'tag.deleted', registryId, details: { repository: name, tag, digest: readDigest(row.digest) } })
}

export const renewManifestLease: Verb<'renewManifestLease'> = async (tx, { repositoryId, digest, leaseUntil }) =>
  (await tx.run(
    'UPDATE manifest SET lease_until = CASE WHEN lease_until < ? THEN ? ELSE lease_until END WHERE repo_id = ? AND digest = ?',
    leaseUntil,
    leaseUntil,
    repositoryId,
    storedDigest(digest),
  )) > 0
