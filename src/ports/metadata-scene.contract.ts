import { createHash } from 'node:crypto'
import type { AttributesChange } from '#core/attributes.ts'
import type { Digest } from '#core/digest.ts'
import { type Manifest, parseManifest } from '#core/manifest.ts'
import { mediaTypes } from '#core/media-type.ts'
import type { Platform } from '#core/platform.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import { defaultSettings, type RegistrySettings } from '#core/registry-settings.ts'
import type { MetadataStore } from './metadata-store.ts'
import { withUsageChecked } from './metadata-usage.contract.ts'
import type { Registry } from './registries.ts'

export const hour = 60 * 60 * 1000
export const start = 1_800_000_000_000
export const name = (text: string) => text as RepositoryName
export const tag = (text: string) => text as Tag
export const [a, b, c] = [name('a'), name('b'), name('c')] as const

/** Names a behaviour and shows it on a scene of its own. */
export type It = (does: string, work: (scene: Scene) => Promise<void>) => void

export interface Bytes {
  digest: Digest
  size: number
}
export interface Put {
  digest: Digest
  manifest: Manifest
  bytes: Uint8Array
}

const sha256 = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
export const blobOf = (text: string): Bytes => ({ digest: sha256(text), size: text.length })

function put(body: unknown): Put {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  return { digest: sha256(bytes), bytes, manifest: parseManifest(bytes, '') }
}

export interface ImageParts {
  config: Bytes
  layers?: readonly (Bytes & { mediaType?: string; urls?: string[] })[]
  subject?: Put | Bytes
  artifactType?: string
  annotations?: Record<string, string>
}

export function image({ config, layers = [], subject, artifactType, annotations }: ImageParts): Put {
  const descriptor = (mediaType: string, { digest, size }: Bytes) => ({ mediaType, digest, size })
  return put({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map(({ mediaType = 'application/vnd.oci.image.layer.v1.tar', urls, ...layer }) => ({
      ...descriptor(mediaType, layer),
      ...(urls ? { urls } : {}),
    })),
    ...(subject
      ? {
          subject: descriptor(mediaTypes.ociManifest, 'size' in subject ? subject : { digest: subject.digest, size: subject.bytes.length }),
        }
      : {}),
    ...(artifactType ? { artifactType } : {}),
    ...(annotations ? { annotations } : {}),
  })
}

export const indexOf = (children: readonly Put[], subject?: Put): Put =>
  put({
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: children.map(({ digest, bytes, manifest }) => ({ mediaType: manifest.mediaType, digest, size: bytes.length })),
    ...(subject ? { subject: { mediaType: subject.manifest.mediaType, digest: subject.digest, size: subject.bytes.length } } : {}),
  })

export const subscription = '/subscriptions/00000000-0000-4000-9000-000000000001'
/** Where the registries of a scene lie. */
export const group = `${subscription}/resourceGroups/Group`

export type RegistryChange = Partial<RegistrySettings> & { limit?: number | null }

/** Makes a registry, or changes what is named of it at the data plane; its resource is as it was, and says nothing where it is new. */
export async function putRegistry(store: MetadataStore, name: string, { limit, ...change }: RegistryChange = {}): Promise<Registry> {
  const before = await store.registry(name)
  const id = before?.resourceKey ?? `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`
  const by = { createdAt: start, createdBy: 'maker', createdByType: 'User', changedAt: start, changedBy: 'maker', changedByType: 'User' }
  const made = { key: id.toLowerCase(), id, type: 'Microsoft.ContainerRegistry/registries', name, parentKey: '', location: null }
  const resource = (await store.resource(made.key)) ?? { ...made, ...by, body: { properties: {} }, etag: 'e1' }
  const standing = before ? (await store.usage(before.id)).limit : null
  const settings = { ...defaultSettings, rateLimits: 'off' as const, ...before, ...change }
  const registry = { name, settings, limit: limit === undefined ? standing : limit }
  return (await store.putResource({ resource, match: undefined, registry })).registry as Registry
}

/** A store with one registry, and the deeds that most tests begin with. After each command the counters are those of the rows. */
export class Scene {
  readonly store: MetadataStore
  readonly registry: Registry
  now = start
  /** What the configs say of the images that are put. */
  platform: Platform = { architecture: null, os: null }
  #ids = 0

  constructor(store: MetadataStore, registry: Registry) {
    this.registry = registry
    this.store = withUsageChecked(store, registry.id)
  }

  static async open(store: MetadataStore, limit: number | null = null): Promise<Scene> {
    return new Scene(store, await putRegistry(store, 'first', { limit }))
  }

  change(change: RegistryChange): Promise<Registry> {
    return putRegistry(this.store, this.registry.name, change)
  }

  get registryId(): number {
    return this.registry.id
  }

  id(): string {
    return `00000000-0000-4000-8000-${(++this.#ids).toString(16).padStart(12, '0')}`
  }

  async startUpload(
    repository: RepositoryName,
    reserve = 0,
    expiresAt = this.now + 24 * hour,
  ): Promise<{ uploadId: string; objectId: string; storageKey: string }> {
    const [uploadId, objectId] = [this.id(), this.id()]
    const storageKey = `00/${objectId}`
    const { registryId, now } = this
    await this.store.startUpload({
      registryId,
      name: repository,
      uploadId,
      objectId,
      storageKey,
      backend: 'files',
      principalId: 'p',
      algorithm: 'sha256',
      reserve,
      now,
      expiresAt,
    })
    return { uploadId, objectId, storageKey }
  }

  /** Acknowledges bytes of an upload that its starter still has. */
  noteUpload(
    uploadId: string,
    {
      from = 0,
      size,
      lastStart = from,
      expiresAt = this.now + 24 * hour,
    }: { from?: number; size: number; lastStart?: number; expiresAt?: number },
  ): Promise<void> {
    const mark = { size, state: new Uint8Array(), digest: blobOf('x'.repeat(size)).digest }
    return this.store.noteUpload({ uploadId, epoch: 1, from, mark, lastStart, now: this.now, expiresAt })
  }

  finishUpload(
    uploadId: string,
    { digest, size }: Bytes,
    leaseUntil = this.now + 24 * hour,
    from = 0,
  ): Promise<{ objectId: string; joined: boolean }> {
    const { now } = this
    const checksums = Uint8Array.of(1, 2, 3, 4)
    return this.store.finishUpload({ uploadId, epoch: 1, from, digest, size, checksums, now, leaseUntil, keepUntil: now + hour })
  }

  /** Pushes the bytes of a text. */
  async push(repository: RepositoryName, text: string, leaseUntil?: number): Promise<Bytes & { objectId: string; joined: boolean }> {
    const blob = blobOf(text)
    const { uploadId } = await this.startUpload(repository)
    return { ...blob, ...(await this.finishUpload(uploadId, blob, leaseUntil)) }
  }

  put(repository: RepositoryName, { digest, manifest, bytes }: Put, ...tags: string[]): Promise<void> {
    return this.putSparse('index', repository, { digest, manifest, bytes }, ...tags)
  }

  putSparse(sparse: 'off' | 'index' | 'all', repository: RepositoryName, what: Put, ...tags: string[]): Promise<void> {
    const { registryId, now, platform } = this
    return this.store.putManifest({
      registryId,
      name: repository,
      ...what,
      tags: tags.map(tag),
      platform,
      sparse,
      now,
      leaseUntil: now + 24 * hour,
    })
  }

  /** An image of a config and a layer of these texts, pushed and tagged. */
  async pushImage(repository: RepositoryName, text: string, ...tags: string[]): Promise<Put & { config: Bytes; layer: Bytes }> {
    const config = await this.push(repository, `config of ${text}`)
    const layer = await this.push(repository, `layer of ${text}`)
    const pushed = image({ config, layers: [layer] })
    await this.put(repository, pushed, ...tags)
    return { ...pushed, config, layer }
  }

  mount(to: RepositoryName, from: RepositoryName, { digest }: Bytes, leaseUntil = this.now + 24 * hour): Promise<boolean> {
    return this.store.mountBlob({ registryId: this.registryId, name: to, from, digest, now: this.now, leaseUntil })
  }

  deleteManifest = (repository: RepositoryName, { digest }: { digest: Digest }) =>
    this.store.deleteManifest({
      registryId: this.registryId,
      name: repository,
      digest,
      now: this.now,
      reliedBefore: this.now - hour - 1,
    })
  deleteTag = (repository: RepositoryName, text: string) =>
    this.store.deleteTag({ registryId: this.registryId, name: repository, tag: tag(text), now: this.now })
  deleteBlob = (repository: RepositoryName, { digest }: Bytes) =>
    this.store.deleteBlob({ registryId: this.registryId, name: repository, digest, now: this.now })
  deleteRepository = (repository: RepositoryName) =>
    this.store.deleteRepository({ registryId: this.registryId, name: repository, now: this.now })
  blob = (repository: RepositoryName, { digest }: Bytes) => this.store.blob(this.registryId, repository, digest)
  manifest = (repository: RepositoryName, { digest }: { digest: Digest }) =>
    this.store.manifestByDigest(this.registryId, repository, digest)
  tagged = async (repository: RepositoryName, text: string) =>
    (await this.store.manifestByTag(this.registryId, repository, tag(text)))?.digest
  usage = () => this.store.usage(this.registryId)
  condemn = (limit = 1000) => this.store.condemn({ now: this.now, limit })
  drain = (limit = 1000) => this.store.drainRepositories({ now: this.now, limit })

  lock(
    repository: RepositoryName,
    target: Parameters<MetadataStore['changeAttributes']>[0]['target'],
    change: AttributesChange,
  ): Promise<void> {
    return this.store.changeAttributes({ registryId: this.registryId, name: repository, target, change })
  }

  async stateOf(objectId: string, storageKey = `00/${objectId}`): Promise<string | undefined> {
    return (await this.store.objectByKey(storageKey))?.state
  }

  async tags(repository: RepositoryName): Promise<Tag[] | undefined> {
    return this.store.tags(this.registryId, repository, { after: '', limit: 1000 })
  }

  async repositories(): Promise<RepositoryName[]> {
    return this.store.repositories(this.registryId, { after: '', limit: 1000 })
  }
}
