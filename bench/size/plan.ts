import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Digest } from '../../src/core/digest.ts'
import { type StoredDigest, storedDigest } from '../../src/store/stored-digest.ts'

export type Value = string | number | Uint8Array | null

/** The columns of what is written; all others are as the table has them by itself. */
export const columns = {
  repository: ['id', 'registry_id', 'name', 'manifests', 'created_at', 'updated_at'],
  object: [
    'object_id',
    'registry_id',
    'digest',
    'size',
    'storage_key',
    'backend',
    'state',
    'block_crc',
    'bytes',
    'created_at',
    'verified_at',
  ],
  blob: ['registry_id', 'digest', 'object_id', 'size', 'named'],
  blob_in_use: ['registry_id', 'digest'],
  repo_blob: ['repo_id', 'digest', 'registry_id', 'lease_until', 'relied_at'],
  manifest: [
    'repo_id',
    'digest',
    'registry_id',
    'media_type',
    'size',
    'created_at',
    'updated_at',
    'lease_until',
    'image_size',
    'config_media_type',
    'architecture',
    'os',
  ],
  manifest_body: ['registry_id', 'digest', 'bytes'],
  manifest_ref: ['repo_id', 'parent', 'child', 'kind'],
  tag: ['repo_id', 'name', 'digest', 'created_at', 'updated_at', 'since', 'put_by'],
  tag_history: ['registry_id', 'repository', 'tag', 'digest', 'since', 'until', 'caused_by'],
  event: ['registry_id', 'at', 'kind', 'details', 'caused_by'],
} as const
export type Table = keyof typeof columns

/** Takes rows; what it answers is waited for. */
export type AddRow = (table: Table, row: readonly Value[]) => Promise<void> | undefined

export interface Sizes {
  manifests: number
  repositories: number
  tags: number
  /** Of the one repository that has so many tags, on few manifests. */
  tagged: number
  /** Of the one that has so many manifests, each its own config, and no tags. */
  untagged: number
}

export const sizesOf = (manifests: number): Sizes => ({
  manifests,
  repositories: Math.max(10, manifests / 10),
  tags: manifests * 5,
  tagged: manifests / 10,
  untagged: manifests / 10,
})

export const names = { tagged: 'large/tagged', untagged: 'large/untagged' } as const
/** In the order of names they lie as their numbers do. */
export const repositoryName = (index: number): string => `team-${padded(Math.floor(index / 1000), 4)}/service-${padded(index, 7)}`
export const tagName = (index: number): string => `v${padded(index, 7)}`
const padded = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** What the registry that is filled has already: the number of its own, and what a blob's row says of where its bytes lie. */
export interface Ground {
  registryId: number
  backend: string
  firstRepository: number
  now: number
}

const mediaType = 'application/vnd.oci.image.manifest.v1+json'
const configType = 'application/vnd.oci.image.config.v1+json'
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip'
const by = 'admin'
const hour = 3_600_000
/** As many of them as a registry keeps. */
const mostEvents = 1_000_000

interface Blob {
  digest: Digest
  stored: StoredDigest
  size: number
}

/** Writes a whole registry, the same one for the same sizes. Answers what it uses. */
export async function fill(sizes: Sizes, { registryId, backend, firstRepository, now }: Ground, add: AddRow): Promise<{ used: number }> {
  const begun = now - 400 * 24 * hour
  let used = 0
  let objects = 0
  let events = 0
  let manifests = 0
  let tags = 0
  /** Later ones are newer, as they would be. */
  const timeOf = (index: number): number => begun + Math.floor((index / sizes.manifests) * 360 * 24) * hour + (index % 3_600_000)

  const put = (table: Table, ...row: Value[]) => add(table, row)
  const makeBlob = async (text: string, at: number): Promise<Blob> => {
    const bytes = Buffer.from(text)
    const digest = `sha256:${hash('sha256', bytes)}` as Digest
    const stored = storedDigest(digest)
    const crc = Buffer.alloc(4)
    crc.writeUInt32BE(crc32(bytes))
    const hex = hash('md5', String(++objects))
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    await put('object', id, registryId, stored, bytes.length, `${hex.slice(0, 2)}/${id}`, backend, 'ready', crc, bytes, at, at)
    await put('blob', registryId, stored, id, bytes.length, 1)
    await put('blob_in_use', registryId, stored)
    used += bytes.length
    return { digest, stored, size: bytes.length }
  }
  const link = (repository: number, blob: Blob, at: number) => put('repo_blob', repository, blob.stored, registryId, at + 24 * hour, at)

  const makeManifest = async (repository: { id: number; name: string }, layers: readonly Blob[], tagged: readonly string[]) => {
    const at = timeOf(manifests++)
    const config = await makeBlob(`{"architecture":"amd64","os":"linux","config":{"Labels":{"number":"${manifests}"}}}`, at)
    await link(repository.id, config, at)
    const describe = ({ digest, size }: Blob, type: string) => ({ mediaType: type, digest, size })
    const body = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType,
        config: describe(config, configType),
        layers: layers.map((layer) => describe(layer, layerType)),
      }),
    )
    const digest = `sha256:${hash('sha256', body)}` as Digest
    const stored = storedDigest(digest)
    const imageSize = [config, ...layers].reduce((sum, { size }) => sum + size, 0)
    const row = [repository.id, stored, registryId, mediaType, body.length, at, at, at + 24 * hour, imageSize, configType, 'amd64', 'linux']
    await put('manifest', ...row)
    await put('manifest_body', registryId, stored, body)
    used += body.length
    for (const child of [config, ...layers]) await put('manifest_ref', repository.id, stored, child.stored, 'blob')
    for (const [index, tag] of tagged.entries()) {
      await put('tag', repository.id, tag, stored, at + index, at + index, at + index, by)
      // Every tenth stood for something else before.
      if (tags++ % 10 === 0) await put('tag_history', registryId, repository.name, tag, config.stored, at - hour, at + index, by)
    }
    if (events < mostEvents) {
      events++
      const details = { repository: repository.name, digest, mediaType, size: body.length, tags: tagged.slice(0, 8) }
      await put('event', registryId, at, 'manifest.pushed', JSON.stringify(details), by)
    }
  }

  const shared = await Promise.all(Array.from({ length: 20 }, (_, index) => makeBlob(`a base that many share, ${index}`, begun)))
  let repositories = 0
  const makeRepository = async (name: string, many: number, tagsOf: (index: number) => readonly string[]) => {
    const id = firstRepository + repositories++
    const last = timeOf(manifests + many - 1)
    await put('repository', id, registryId, name, many, timeOf(manifests), last)
    const base = shared[id % shared.length]
    const own = await makeBlob(`a layer of ${name}`, timeOf(manifests))
    const layers = base ? [base, own] : [own]
    for (const layer of layers) await link(id, layer, last)
    for (let index = 0; index < many; index++) await makeManifest({ id, name }, layers, tagsOf(index))
  }

  const onTagged = Math.max(1, Math.floor(sizes.tagged / 100))
  await makeRepository(names.tagged, onTagged, (index) => spread(sizes.tagged, onTagged, index))
  await makeRepository(names.untagged, sizes.untagged, () => [])
  const rest = {
    repositories: sizes.repositories - 2,
    manifests: sizes.manifests - onTagged - sizes.untagged,
    tags: sizes.tags - sizes.tagged,
  }
  for (let index = 0; index < rest.repositories; index++) {
    const many = share(rest.manifests, rest.repositories, index)
    const tagged = share(rest.tags, rest.repositories, index)
    await makeRepository(repositoryName(index), many, (each) => spread(tagged, many, each))
  }
  return { used }
}

/** How many of all the one with this number has: all have as many, or one more. */
const share = (all: number, among: number, index: number): number =>
  Math.floor(((index + 1) * all) / among) - Math.floor((index * all) / among)

function spread(all: number, among: number, index: number): string[] {
  const from = Math.floor((index * all) / among)
  return Array.from({ length: share(all, among, index) }, (_, each) => tagName(from + each))
}
