import { deleteBlob } from '#app/distribution/blobs.ts'
import { deleteManifest, putManifest } from '#app/distribution/manifests.ts'
import { mediaTypes } from '#core/media-type.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import { digestOf, type ExpectedManifest } from './expected.ts'
import { contents, repositories, tags, unknownDigest } from './history-base.ts'
import { HistoryOfUploads } from './history-uploads.ts'

/** Manifests and tags: put, moved, deleted. */
export class HistoryOfManifests extends HistoryOfUploads {
  make(
    body: Record<string, unknown>,
    { blobs = [], children = [], subject }: Partial<Pick<ExpectedManifest, 'blobs' | 'children' | 'subject'>>,
  ): ExpectedManifest {
    const bytes = Buffer.from(JSON.stringify(body))
    const manifest: ExpectedManifest = { digest: digestOf(bytes), bytes, mediaType: String(body.mediaType), blobs, children, subject }
    this.made.set(manifest.digest, manifest)
    return manifest
  }

  someManifest(name: RepositoryName): ExpectedManifest | undefined {
    const known = [...this.of(name).manifests.values()]
    const all = [...this.made.values()]
    return this.random(4) > 0 && known.length > 0 ? this.pick(known) : all.length > 0 ? this.pick(all) : undefined
  }

  newImage(name: RepositoryName): ExpectedManifest {
    // Mostly of what is here.
    const here = contents.filter((content) => this.of(name).leases.has(digestOf(content)))
    const from = here.length > 0 && this.random(8) > 0 ? here : contents
    const blobs = Array.from({ length: 1 + this.random(3) }, () => this.pick(from))
    const [config, ...layers] = blobs.map((content) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(content),
      size: content.length,
    }))
    const subject = this.random(3) === 0 ? this.someManifest(name) : undefined
    return this.make(
      {
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config,
        layers,
        ...(subject ? { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length } } : {}),
        annotations: { variant: String(this.random(2)) },
      },
      { blobs: [...new Set(blobs.map(digestOf))], subject: subject?.digest },
    )
  }

  /** Puts it; what it names must be here, or it is refused. */
  async put(name: RepositoryName, manifest: ExpectedManifest, putTags: readonly Tag[]): Promise<void> {
    const repository = this.of(name)
    const work = this.sendManifest(name, manifest, putTags)
    if (!manifest.blobs.every((digest) => repository.leases.has(digest))) return this.refused('manifest-blob-unknown', work)
    await work
    this.stored(name, manifest, putTags)
  }

  sendManifest(name: RepositoryName, { digest, bytes, mediaType }: ExpectedManifest, putTags: readonly Tag[]) {
    const [tag, ...others] = putTags
    const reference = tag === undefined || this.random(2) ? ({ kind: 'digest', digest } as const) : ({ kind: 'tag', tag } as const)
    return putManifest(this.world.deps, {
      registry: this.registry,
      name,
      reference,
      tags: reference.kind === 'tag' ? others : putTags,
      contentType: mediaType,
      bytes,
    })
  }

  stored(name: RepositoryName, manifest: ExpectedManifest, putTags: readonly Tag[]): void {
    this.of(name).manifests.set(manifest.digest, manifest)
    for (const tag of putTags) this.of(name).tags.set(tag, manifest.digest)
  }

  someTags(): Tag[] {
    return tags.filter(() => this.random(3) === 0)
  }

  async putImage(): Promise<void> {
    const name = this.pick(repositories)
    this.say(name)
    await this.put(name, this.newImage(name), this.someTags())
  }

  async putIndex(): Promise<void> {
    const name = this.pick(repositories)
    const children = Array.from({ length: this.random(3) }, () => this.someManifest(name)).filter((each) => each !== undefined)
    const manifests = children.map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.length }))
    const index = this.make(
      { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests },
      { children: children.map((each) => each.digest) },
    )
    await this.put(name, index, this.someTags())
  }

  async moveTag(): Promise<void> {
    const name = this.pick(repositories)
    const manifest = this.someManifest(name)
    if (manifest) await this.put(name, manifest, [this.pick(tags)])
  }

  async deleteTag(): Promise<void> {
    const [name, tag] = [this.pick(repositories), this.pick(tags)]
    this.say(name, tag)
    const work = deleteManifest(this.world.deps, { registry: this.registry, name, reference: { kind: 'tag', tag } })
    if (!this.of(name).tags.delete(tag)) return this.refused('manifest-unknown', work)
    await work
  }

  async deleteManifest(): Promise<void> {
    const name = this.pick(repositories)
    const digest = this.someManifest(name)?.digest ?? unknownDigest
    this.say(name, digest.slice(7, 15))
    const work = deleteManifest(this.world.deps, { registry: this.registry, name, reference: { kind: 'digest', digest } })
    if (!this.of(name).manifests.has(digest)) return this.refused('manifest-unknown', work)
    if (this.of(name).isNeeded(digest)) return this.refused('in-use', work)
    await work
    this.of(name).removeManifest(digest, this.now)
  }

  async deleteBlob(): Promise<void> {
    const [name, digest] = [this.pick(repositories), digestOf(this.pick(contents))]
    const repository = this.of(name)
    const work = deleteBlob(this.world.deps, { registry: this.registry, name, digest })
    if (!repository.leases.has(digest)) return this.refused('blob-unknown', work)
    if (repository.names(digest)) return this.refused('in-use', work)
    await work
    repository.leases.delete(digest)
  }

  async deleteRepository(): Promise<void> {
    const name = this.pick(repositories)
    if (this.of(name).manifests.size === 0) return
    this.say(name)
    await this.world.store.deleteRepository({ registryId: this.registry.id, name, now: this.now })
    this.expected.delete(name)
  }
}
