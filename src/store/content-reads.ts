import { hash } from 'node:crypto'
import { algorithmOf, type Digest, digestOf } from '#core/digest.ts'
import { shapeOf } from '#core/media-type.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { StoredBody } from '#ports/collection.ts'
import type { LinkedBlob, StoredManifest } from '#ports/content.ts'
import { readDigest, readDigestOrNull, type StoredDigest, storedDigest, storedPlace, withDigest } from './stored-digest.ts'
import type { Read } from './verb.ts'

/**
 * What a client is given: a manifest and its bytes, or the way to a blob's. A disk may change what it was given, so the bytes
 * are compared with their digest, and no index can lead to another row: links, manifests and tags lie under their keys, and
 * of a repository and an object, which an index finds, the row itself says whose it is.
 */
const liveRepository = `repository.registry_id = ? AND repository.name = ? AND repository.state = 'live'`
// Joined once more by its id: what the index by name says of it must be what the row says.
const owner = 'owner.id AS "ownerId", owner.name AS "ownerName"'
const ownerJoin = 'JOIN repository AS owner ON owner.id = repository.id'
const manifestColumns = `${owner}, manifest.repo_id AS "repositoryId", manifest.digest AS digest, manifest.media_type AS "mediaType",
  manifest_body.bytes AS bytes, manifest.lease_until AS "leaseUntil", manifest.subject AS subject`
const bodyJoin = `JOIN manifest_body ON manifest_body.registry_id = manifest.registry_id AND manifest_body.digest = manifest.digest`

/** SQL has no booleans that both dialects have. */
type Row<Shape, More> = Omit<Shape, 'readEnabled' | 'digest' | 'subject'> & {
  digest: StoredDigest
  readEnabled: number
  ownerId: number
  ownerName: string
} & More
type ManifestRow = Row<StoredManifest, { subject: StoredDigest | null }>
type TaggedRow = ManifestRow & { tag: string; tagOwnerId: number; tagged: StoredDigest }
type BlobRow = Row<LinkedBlob, { linkedSize: number; objectDigest: StoredDigest }>

// Each level may forbid reading; by its digest a manifest is read past a tag that does.
const byTag = `SELECT ${manifestColumns}, repository.read_enabled * tag.read_enabled * manifest.read_enabled AS "readEnabled",
    tag.name AS tag, tag.repo_id AS "tagOwnerId", tag.digest AS tagged
  FROM repository ${ownerJoin}
  JOIN tag ON tag.repo_id = repository.id
  JOIN manifest ON manifest.repo_id = tag.repo_id AND manifest.digest = tag.digest
  ${bodyJoin} WHERE ${liveRepository} AND tag.name = ?`

export const manifestByTag: Read<'manifestByTag'> = async (db, registryId, name, tag) => {
  const row = await db.get<TaggedRow>(byTag, registryId, name, tag)
  if (!row) return undefined
  const { ownerId, tagOwnerId, tagged, ...rest } = row
  if (rest.tag !== tag || tagOwnerId !== ownerId) throw new MisledRead(`the tag ${tag} of ${name}`)
  return whole({ ...rest, ownerId }, name, readDigest(tagged))
}

const byDigest = `SELECT ${manifestColumns}, repository.read_enabled * manifest.read_enabled AS "readEnabled" FROM repository ${ownerJoin}
  JOIN manifest ON manifest.repo_id = repository.id
  ${bodyJoin} WHERE ${liveRepository} AND manifest.digest = ?`

export const manifestByDigest: Read<'manifestByDigest'> = async (db, registryId, name, digest) => {
  const row = await db.get<ManifestRow>(byDigest, registryId, name, storedDigest(digest))
  return row && whole(row, name, digest)
}

function whole(row: ManifestRow, name: string, asked: Digest): StoredManifest {
  const { ownerId, ownerName, repositoryId, mediaType, bytes, leaseUntil, readEnabled } = row
  const digest = readDigest(row.digest)
  if (ownerName !== name || repositoryId !== ownerId || digest !== asked) throw new MisledRead(`manifest ${asked} of ${name}`)
  if (!isBodyOf(digest, bytes) || shapeOf(mediaType) === undefined)
    throw new RegistryError(
      'manifest-damaged',
      `manifest ${digest} is damaged on the server's disk and is not given: push it again, or ask who runs the registry for a backup`,
      { digest },
    )
  return { repositoryId, digest, mediaType, bytes, leaseUntil, subject: readDigestOrNull(row.subject), readEnabled: readEnabled === 1 }
}

export const isBodyOf = (digest: Digest, bytes: unknown): bytes is Uint8Array =>
  bytes instanceof Uint8Array && digestOf(algorithmOf(digest), hash(algorithmOf(digest), bytes, 'hex')) === digest

const linkedBlob = `SELECT ${owner}, repo_blob.repo_id AS "repositoryId", repo_blob.digest AS digest, object.size AS size,
    object.storage_key AS "storageKey", object.backend AS backend, object.object_id AS "objectId", object.block_crc AS checksums, object.bytes AS bytes,
    repo_blob.lease_until AS "leaseUntil", repo_blob.relied_at AS "reliedAt", repository.read_enabled AS "readEnabled",
    blob.size AS "linkedSize", object.digest AS "objectDigest"
  FROM repository ${ownerJoin}
  JOIN repo_blob ON repo_blob.repo_id = repository.id
  JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
  JOIN object ON object.object_id = blob.object_id
  WHERE ${liveRepository} AND repo_blob.digest = ? AND object.state = 'ready'`

export const blob: Read<'blob'> = async (db, registryId, name, asked) => {
  const row = await db.get<BlobRow>(linkedBlob, registryId, name, storedDigest(asked))
  if (!row) return undefined
  const { ownerId, ownerName, linkedSize, objectDigest, readEnabled, ...rest } = row
  const digest = readDigest(rest.digest)
  const isAsked = ownerName === name && rest.repositoryId === ownerId && digest === asked && readDigest(objectDigest) === asked
  if (!isAsked || rest.size !== linkedSize) throw new MisledRead(`blob ${asked} of ${name}`)
  return { ...rest, digest, readEnabled: readEnabled === 1 }
}

type BodyRow = Omit<StoredBody, 'digest'> & { digest: StoredDigest }

/** Each digest once, however many repositories have it. */
export const bodyPage = `SELECT named.registry_id AS "registryId", named.digest AS digest, manifest_body.bytes AS bytes
  FROM (SELECT DISTINCT registry_id, digest FROM manifest WHERE (registry_id, digest) > (?, ?) ORDER BY registry_id, digest LIMIT ?) AS named
  LEFT JOIN manifest_body ON manifest_body.registry_id = named.registry_id AND manifest_body.digest = named.digest
  ORDER BY named.registry_id, named.digest`

export const manifestBodies: Read<'manifestBodies'> = async (db, { after, limit }) =>
  (await db.all<BodyRow>(bodyPage, after.registryId, storedPlace(after.digest), limit)).map(withDigest)

/** The database gave another row than the one that was asked for. */
export class MisledRead extends Error {
  constructor(what: string) {
    super(`the database is damaged: a read of ${what} led elsewhere; "longshore scrub" tells more, a backup mends it`)
  }
}
