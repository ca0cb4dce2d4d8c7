import type { RepositoryName, Tag } from '#core/reference.ts'
import type { StoredObject } from '#ports/collection.ts'
import type { ReferrerRow } from '#ports/content.ts'
import type { Upload } from '#ports/uploads.ts'
import type { DigestHolders } from '#ports/usage.ts'
import { mostSummed, usedWithoutDraining } from './draining-bytes.ts'
import { linkIsNamed } from './links.ts'
import { standing } from './kept-deleted.ts'
import { findVisible } from './repositories.ts'
import { usageOf } from './usage.ts'
import { readDigest, readDigestOrNull, type StoredDigest, storedDigest, storedPlace, withDigest } from './stored-digest.ts'
import type { SqlReader } from './transaction.ts'
import type { Read } from './verb.ts'

const liveRepository = `repository.registry_id = ? AND repository.name = ? AND repository.state = 'live'`

export const repositoriesWithBlob: Read<'repositoriesWithBlob'> = async (db, registryId, digest, limit) =>
  (
    await db.all<{ name: RepositoryName }>(
      `SELECT repository.name AS name FROM repo_blob JOIN repository ON repository.id = repo_blob.repo_id
       WHERE repo_blob.registry_id = ? AND repo_blob.digest = ? AND repository.state = 'live' AND repository.read_enabled = 1 ORDER BY repository.name LIMIT ?`,
      registryId,
      storedDigest(digest),
      limit,
    )
  ).map((row) => row.name)

export const repositoryDeletedSeq: Read<'repositoryDeletedSeq'> = async (db, registryId, name) =>
  (await db.get<{ seq: number }>('SELECT seq FROM repository_deletion WHERE registry_id = ? AND name = ?', registryId, name))?.seq

export const upload: Read<'upload'> = async (db, registryId, name, uploadId) => {
  const row = await db.get<Omit<Upload, 'digest'> & { digest: StoredDigest | null }>(
    `SELECT upload.upload_id AS id, upload.repo_id AS "repositoryId", repository.name AS repository,
       upload.principal_id AS "principalId", upload.object_id AS "objectId", object.storage_key AS "storageKey", object.backend AS backend,
       upload.algorithm AS algorithm, upload.epoch AS epoch, upload.size AS size, upload.last_start AS "lastStart", upload.state AS state,
       upload.digest AS digest
     FROM upload JOIN repository ON repository.id = upload.repo_id
     LEFT JOIN object ON object.object_id = upload.object_id
     WHERE upload.upload_id = ? AND ${liveRepository}`,
    uploadId,
    registryId,
    name,
  )
  return row && { ...row, digest: readDigestOrNull(row.digest) }
}

export const tags: Read<'tags'> = async (db, registryId, name, { after, limit }) => {
  const repository = await findVisible(db, registryId, name)
  if (!repository) return undefined
  const rows = await db.all<{ name: Tag }>(
    'SELECT name FROM tag WHERE repo_id = ? AND name > ? AND list_enabled = 1 ORDER BY name LIMIT ?',
    repository.id,
    after,
    limit,
  )
  return rows.map((row) => row.name)
}

export const repositories: Read<'repositories'> = async (db, registryId, { after, limit }) =>
  (
    await db.all<{ name: RepositoryName }>(
      `SELECT name FROM repository WHERE registry_id = ? AND state = 'live' AND manifests > 0 AND list_enabled = 1 AND name > ? ORDER BY name LIMIT ?`,
      registryId,
      after,
      limit,
    )
  ).map((row) => row.name)

const ofSubject = (filter: string) => `FROM repository JOIN manifest ON manifest.repo_id = repository.id
  WHERE ${liveRepository} AND manifest.subject = ? AND manifest.list_enabled = 1${filter} AND manifest.digest > ?`
const inOrder = 'ORDER BY manifest.digest'
const referrersOf = (filter: string) => ({
  // The length alone is read without the text, which may have megabytes.
  sizes: `SELECT manifest.digest AS digest, COALESCE(OCTET_LENGTH(manifest.annotations), 0) AS bytes ${ofSubject(filter)} ${inOrder} LIMIT ?`,
  rows: `SELECT manifest.digest AS digest, manifest.media_type AS "mediaType", manifest.size AS size,
    manifest.artifact_type AS "artifactType", manifest.annotations AS annotations ${ofSubject(filter)} AND manifest.digest <= ? ${inOrder}`,
})
const allReferrers = referrersOf('')
const typedReferrers = referrersOf(' AND manifest.artifact_type = ?')

export const referrers: Read<'referrers'> = async (db, registryId, name, digest, { artifactType, after, limit, bytes }) => {
  const { sizes, rows } = artifactType === undefined ? allReferrers : typedReferrers
  const asked = [registryId, name, storedDigest(digest), ...(artifactType === undefined ? [] : [artifactType]), storedPlace(after)]
  const found = await db.all<{ digest: StoredDigest; bytes: number }>(sizes, ...asked, limit + 1)
  let sum = 0
  const taken = found.slice(0, limit).filter((row, at) => (sum += row.bytes) <= bytes || at === 0)
  const last = taken.at(-1)?.digest
  const items = last === undefined ? [] : await db.all<Omit<ReferrerRow, 'digest'> & { digest: StoredDigest }>(rows, ...asked, last)
  return { items: items.map(withDigest), more: taken.length < found.length }
}

/** Without what only deleted repositories name, where that is told at once; of very large ones it falls as they are emptied. */
export const usage: Read<'usage'> = async (db, registryId) => {
  // First: once nothing is emptied, the counters that are read afterwards have nothing of it.
  const used = await usedWithoutDraining(db, registryId, mostSummed)
  const counted = await usageOf(db, registryId)
  return used === undefined ? counted : { ...counted, used }
}

export const recomputedUsage: Read<'recomputedUsage'> = async (db, registryId) => {
  const sum = async (sql: string) => (await db.get<{ sum: number | null }>(sql, registryId))?.sum ?? 0
  // What a manifest names is told by the references, not by the counter that is being checked.
  const named = (state: string) => `EXISTS (SELECT 1 FROM repo_blob
    JOIN manifest_ref ON manifest_ref.repo_id = repo_blob.repo_id AND manifest_ref.child = repo_blob.digest AND manifest_ref.kind = 'blob'
    JOIN repository ON repository.id = repo_blob.repo_id
    WHERE repo_blob.registry_id = blob.registry_id AND repo_blob.digest = blob.digest AND repository.state IN ${state})`
  const blobs = await sum(`SELECT SUM(size) AS sum FROM blob WHERE registry_id = ? AND ${named(standing)}`)
  const bodies = await sum(`SELECT SUM(LENGTH(bytes)) AS sum FROM manifest_body WHERE registry_id = ? AND EXISTS (SELECT 1 FROM manifest
    JOIN repository ON repository.id = manifest.repo_id WHERE manifest.registry_id = manifest_body.registry_id
      AND manifest.digest = manifest_body.digest AND repository.state IN ${standing}
    UNION ALL SELECT 1 FROM deleted_manifest JOIN repository ON repository.id = deleted_manifest.repo_id
      WHERE deleted_manifest.registry_id = manifest_body.registry_id AND deleted_manifest.digest = manifest_body.digest
        AND repository.state IN ${standing})`)
  return {
    used: blobs + bodies,
    unreferenced: await sum(
      `SELECT SUM(size) AS sum FROM blob WHERE registry_id = ? AND NOT ${named(`('live', 'keeping', 'kept', 'draining')`)}`,
    ),
    pending: await sum('SELECT SUM(size) AS sum FROM blob WHERE registry_id = ? AND named = 0'),
    reserved: await sum(
      `SELECT SUM(upload.reserved) AS sum FROM upload JOIN repository ON repository.id = upload.repo_id WHERE repository.registry_id = ?`,
    ),
    condemned: await sum(`SELECT SUM(size) AS sum FROM object WHERE registry_id = ? AND state = 'condemned'`),
    limit: (await usage(db, registryId)).limit,
  }
}

type ObjectRow = Omit<StoredObject, 'digest'> & { digest: StoredDigest | null }
const readObject = (row: ObjectRow): StoredObject => ({ ...row, digest: readDigestOrNull(row.digest) })
const objectColumns = `object_id AS "objectId", registry_id AS "registryId", digest, size, storage_key AS "storageKey", backend, bytes, state`

export const readyObjects: Read<'readyObjects'> = async (db, { after, limit }) =>
  (
    await db.all<ObjectRow>(
      `SELECT ${objectColumns} FROM object WHERE state = 'ready' AND object_id > ? ORDER BY object_id LIMIT ?`,
      after,
      limit,
    )
  ).map(readObject)

export const isBlobNamed: Read<'isBlobNamed'> = linkIsNamed

/** Registry by registry: in an index of all the planner, which knows of no condemned object, would read each of them to sort them, each time. */
export const condemnedObjects: Read<'condemnedObjects'> = async (db, { now, age, limit, registryId }) => {
  const until = (await db.now(now)) - age
  const rows: ObjectRow[] = []
  for (const id of registryId === undefined ? await condemnedIn(db, until) : [registryId]) {
    rows.push(
      ...(await db.all<ObjectRow>(
        `SELECT ${objectColumns} FROM object WHERE registry_id = ? AND state = 'condemned' AND condemned_at <= ? ORDER BY condemned_at LIMIT ?`,
        id,
        until,
        limit - rows.length,
      )),
    )
    if (rows.length >= limit) break
  }
  return rows.map(readObject)
}

/** The registries of objects that were condemned by then, that of the first one first. */
async function condemnedIn(db: SqlReader, until: number): Promise<number[]> {
  const rows = await db.all<{ id: number; first: number | null }>(
    `SELECT id, (SELECT MIN(condemned_at) FROM object WHERE object.registry_id = registry.id AND state = 'condemned') AS first FROM registry`,
  )
  return rows
    .flatMap(({ id, first }) => (first !== null && first <= until ? [{ id, first }] : []))
    .toSorted((one, other) => one.first - other.first)
    .map(({ id }) => id)
}

export const objectByKey: Read<'objectByKey'> = async (db, storageKey) => {
  const row = await db.get<ObjectRow>(`SELECT ${objectColumns} FROM object WHERE storage_key = ?`, storageKey)
  return row && readObject(row)
}

export const explain: Read<'explain'> = async (db, registryId, digest) => {
  const asked = storedDigest(digest)
  const stored = await db.all<{ id: number; repository: string }>(
    `SELECT repository.id AS id, repository.name AS repository FROM manifest JOIN repository ON repository.id = manifest.repo_id
     WHERE manifest.registry_id = ? AND manifest.digest = ? AND repository.state = 'live' ORDER BY repository.name`,
    registryId,
    asked,
  )
  return {
    objects: await db.all(
      `SELECT object_id AS "objectId", state, size, condemned_at AS "condemnedAt" FROM object WHERE registry_id = ? AND digest = ?`,
      registryId,
      asked,
    ),
    links: (
      await db.all<Omit<DigestHolders['links'][number], 'named'> & { named: number }>(
        `SELECT repository.name AS repository, repo_blob.lease_until AS "leaseUntil", gc_queue.review_after AS "reviewAfter",
         CASE WHEN EXISTS (SELECT 1 FROM manifest_ref
           WHERE manifest_ref.repo_id = repo_blob.repo_id AND manifest_ref.child = repo_blob.digest AND manifest_ref.kind = 'blob')
           THEN 1 ELSE 0 END AS named
       FROM repo_blob JOIN repository ON repository.id = repo_blob.repo_id
       LEFT JOIN gc_queue ON gc_queue.repo_id = repo_blob.repo_id AND gc_queue.digest = repo_blob.digest
       WHERE repo_blob.registry_id = ? AND repo_blob.digest = ? AND repository.state IN ${standing} ORDER BY repository.name`,
        registryId,
        asked,
      )
    ).map((link) => ({ ...link, named: link.named === 1 })),
    manifests: (
      await db.all<{ repository: string; manifest: StoredDigest; kind: 'blob' | 'manifest' }>(
        `SELECT repository.name AS repository, manifest_ref.parent AS manifest, manifest_ref.kind AS kind
       FROM manifest_ref JOIN repository ON repository.id = manifest_ref.repo_id
       WHERE repository.registry_id = ? AND manifest_ref.child = ? AND repository.state IN ${standing} ORDER BY repository.name, manifest_ref.parent LIMIT 100`,
        registryId,
        asked,
      )
    ).map((row) => ({ ...row, manifest: readDigest(row.manifest) })),
    stored: await Promise.all(
      stored.map(async ({ id, repository }) => ({
        repository,
        tags: (await db.all<{ name: string }>('SELECT name FROM tag WHERE repo_id = ? AND digest = ? ORDER BY name', id, asked)).map(
          (row) => row.name,
        ),
      })),
    ),
  }
}
