import assert from 'node:assert/strict'
import { findBlob, deleteBlob, mountBlob, openBlob, readBlob } from '#app/distribution/blobs.ts'
import { deleteManifest, findManifest, putManifest } from '#app/distribution/manifests.ts'
import { BrokenBody } from '#app/distribution/upload-body.ts'
import { collect } from '#app/maintenance/collect.ts'
import type { Digest } from '#core/digest.ts'
import { mediaTypes } from '#core/media-type.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import type { Failure } from '#core/registry-error.ts'
import { CorruptBlob } from '#ports/blob-store.ts'
import type { Registry } from '#ports/registries.ts'
import { digestOf, type ExpectedManifest, ExpectedRepository, type ExpectedUpload } from './expected.ts'
import { admin, hour, type World, worldSettings } from './world.ts'

const repositories = ['a', 'team/b', 'c'] as RepositoryName[]
const tags = ['latest', 'v1', 'v2'] as Tag[]
const contents = ['', '{}', 'config', 'one layer', 'another layer', 'x'.repeat(2000)].map((text) => Buffer.from(text))
const unknownDigest = digestOf(Buffer.from('never pushed'))

/** Numbers that a seed gives again. */
export function chance(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

async function* bodyOf(bytes: Uint8Array, pieces = 1): AsyncIterable<Uint8Array> {
  const size = Math.max(1, Math.ceil(bytes.length / pieces))
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** One random history of a registry, beside what it must show. */
export class History {
  readonly trace: string[] = []
  readonly #world: World
  readonly #registry: Registry
  readonly #random: (below: number) => number
  #expected = new Map<RepositoryName, ExpectedRepository>()
  /** Every manifest that was ever made, so that what is gone can be asked for. */
  readonly #made = new Map<Digest, ExpectedManifest>()
  /** Digests of which the bytes were found damaged: their links stand, and nobody reads them until the next push. */
  readonly #damaged = new Set<Digest>()

  constructor(world: World, registry: Registry, seed: number) {
    this.#world = world
    this.#registry = registry
    this.#random = chance(seed)
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#random(items.length)] as Item
  }

  #of(name: RepositoryName): ExpectedRepository {
    let repository = this.#expected.get(name)
    if (!repository) this.#expected.set(name, (repository = new ExpectedRepository()))
    return repository
  }

  get #now(): number {
    return this.#world.clock.now()
  }

  readonly #steps: readonly [weight: number, name: string, step: () => Promise<void>][] = [
    [18, 'push', () => this.#push()],
    [6, 'push in parts', () => this.#begin()],
    [6, 'go on', () => this.#goOn()],
    [2, 'cancel', () => this.#cancel()],
    [2, 'wrong digest', () => this.#wrongDigest()],
    [8, 'mount', () => this.#mount()],
    [22, 'put image', () => this.#putImage()],
    [6, 'put index', () => this.#putIndex()],
    [6, 'move tag', () => this.#moveTag()],
    [5, 'delete tag', () => this.#deleteTag()],
    [7, 'delete manifest', () => this.#deleteManifest()],
    [5, 'delete blob', () => this.#deleteBlob()],
    [3, 'delete repository', () => this.#deleteRepository()],
    [8, 'ask for a blob', () => this.#askBlob()],
    [3, 'ask for a manifest', () => this.#askManifest()],
    [2, 'a bad disk', () => this.#damage()],
    [12, 'time passes', () => this.#pass()],
    [10, 'collect', () => this.#collect()],
    [4, 'push while collecting', () => this.#pushWhileCollecting()],
    [4, 'put while collecting', () => this.#putWhileCollecting()],
  ]

  async step(): Promise<void> {
    let at = this.#random(this.#steps.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, name, step] of this.#steps) {
      at -= weight
      if (at >= 0) continue
      this.trace.push(name)
      await step()
      break
    }
    await this.check()
  }

  #say(...what: unknown[]): void {
    this.trace.push(`${this.trace.pop() ?? ''} ${what.map(String).join(' ')}`)
  }

  async #refused(failure: Failure, work: Promise<unknown>): Promise<void> {
    await assert.rejects(work, { name: 'RegistryError', failure })
  }

  #address(name: RepositoryName, uploadId: string) {
    return { registry: this.#registry, name, uploadId, principalId: admin.id }
  }

  async #start(name: RepositoryName, length?: number): Promise<string> {
    const { uploadId } = await this.#world.uploads.start({
      registry: this.#registry,
      name,
      principalId: admin.id,
      algorithm: this.#pick(['sha256', 'sha256', 'sha512']),
      length,
    })
    return uploadId
  }

  async #upload(name: RepositoryName, content: Buffer, parts: number): Promise<void> {
    const uploadId = await this.#start(name, parts === 1 ? content.length : undefined)
    const address = this.#address(name, uploadId)
    const { uploads } = this.#world
    const cut = parts === 1 ? 0 : Math.floor(content.length / 2)
    if (cut > 0) {
      const range = { start: 0, end: cut - 1 }
      const send = () => uploads.append(address, { length: cut, bytes: bodyOf(content.subarray(0, cut), 2) }, range)
      assert.deepEqual(await send(), { size: cut })
      if (this.#random(4) === 0) assert.deepEqual(await send(), { size: cut }, 'a repeat of the last chunk succeeds')
    }
    const finish = () =>
      uploads.finish(address, { length: content.length - cut, bytes: bodyOf(content.subarray(cut)) }, undefined, digestOf(content))
    await finish()
    if (this.#random(4) === 0) await uploads.finish(address, { length: 0, bytes: bodyOf(Buffer.alloc(0)) }, undefined, digestOf(content))
  }

  #pushed(name: RepositoryName, digest: Digest): void {
    this.#of(name).link(digest, this.#now)
    this.#damaged.delete(digest)
  }

  #reads(name: RepositoryName, digest: Digest): boolean {
    return (this.#expected.get(name)?.leases.has(digest) ?? false) && !this.#damaged.has(digest)
  }

  async #push(): Promise<void> {
    const [name, content] = [this.#pick(repositories), this.#pick(contents)]
    this.#say(name, contents.indexOf(content))
    await this.#upload(name, content, 1 + this.#random(2))
    this.#pushed(name, digestOf(content))
  }

  /** A session that stays open, perhaps with the start of a chunk that broke. */
  async #begin(): Promise<void> {
    const [name, content] = [this.#pick(repositories), this.#pick(contents)]
    const id = await this.#start(name)
    const upload: ExpectedUpload = { id, content, size: 0, beyond: 0, expiresAt: this.#now + worldSettings.uploadLife }
    this.#of(name).uploads.set(id, upload)
    const cut = this.#random(content.length + 1)
    this.#say(name, contents.indexOf(content), cut)
    if (cut > 0) {
      await this.#world.uploads.append(this.#address(name, id), { length: cut, bytes: bodyOf(content.subarray(0, cut)) }, undefined)
      upload.size = cut
    }
    const more = this.#random(content.length - cut + 1)
    if (more === 0) return
    async function* breaking(): AsyncIterable<Uint8Array> {
      yield content.subarray(cut, cut + more)
      throw new Error('the line went dead')
    }
    await assert.rejects(
      this.#world.uploads.append(this.#address(name, id), { length: undefined, bytes: breaking() }, undefined),
      BrokenBody,
    )
    upload.beyond = more
  }

  #someUpload(): [RepositoryName, ExpectedUpload] | undefined {
    const open = [...this.#expected].flatMap(([name, { uploads }]) =>
      [...uploads.values()].map((upload) => [name, upload] as [RepositoryName, ExpectedUpload]),
    )
    return open.length > 0 ? this.#pick(open) : undefined
  }

  async #goOn(): Promise<void> {
    const [name, upload] = this.#someUpload() ?? []
    if (!name || !upload) return
    this.#say(name, upload.id)
    const { uploads } = this.#world
    const address = this.#address(name, upload.id)
    const { content } = upload
    let { size } = await uploads.status(address)
    assert.equal(size, upload.size + upload.beyond)
    if (upload.beyond > 0 && this.#random(2) === 0) size = upload.size
    if (size < content.length && this.#random(3) === 0)
      await this.#refused(
        'range-invalid',
        uploads.append(address, { length: 1, bytes: bodyOf(Buffer.from('?')) }, { start: content.length + 5, end: content.length + 5 }),
      )
    const rest = content.subarray(size)
    const range = rest.length > 0 ? { start: size, end: content.length - 1 } : undefined
    if (size !== upload.size + upload.beyond && rest.length === 0) return
    await uploads.finish(address, { length: rest.length, bytes: bodyOf(rest, 2) }, range, digestOf(content))
    this.#of(name).uploads.delete(upload.id)
    this.#pushed(name, digestOf(content))
  }

  async #cancel(): Promise<void> {
    const [name, upload] = this.#someUpload() ?? []
    if (!name || !upload) return
    await this.#world.uploads.cancel(this.#address(name, upload.id))
    this.#of(name).uploads.delete(upload.id)
    await this.#refused('upload-unknown', this.#world.uploads.status(this.#address(name, upload.id)))
  }

  async #wrongDigest(): Promise<void> {
    const name = this.#pick(repositories)
    const address = this.#address(name, await this.#start(name))
    await this.#refused(
      'digest-mismatch',
      this.#world.uploads.finish(address, { length: 3, bytes: bodyOf(Buffer.from('bad')) }, undefined, unknownDigest),
    )
    await this.#refused('upload-unknown', this.#world.uploads.status(address))
  }

  async #mount(): Promise<void> {
    const [name, from, content] = [this.#pick(repositories), this.#pick(repositories), this.#pick(contents)]
    const digest = digestOf(content)
    this.#say(from, '→', name, contents.indexOf(content))
    const anywhere = this.#random(3) === 0
    const mounted = await mountBlob(this.#world.deps, {
      registry: this.#registry,
      caller: admin,
      name,
      digest,
      from: anywhere ? undefined : from,
    })
    const sources = anywhere ? repositories : [from]
    assert.equal(
      mounted,
      sources.some((each) => this.#reads(each, digest)),
    )
    if (mounted) this.#of(name).link(digest, this.#now)
  }

  #make(
    body: Record<string, unknown>,
    { blobs = [], children = [], subject }: Partial<Pick<ExpectedManifest, 'blobs' | 'children' | 'subject'>>,
  ): ExpectedManifest {
    const bytes = Buffer.from(JSON.stringify(body))
    const manifest: ExpectedManifest = { digest: digestOf(bytes), bytes, mediaType: String(body.mediaType), blobs, children, subject }
    this.#made.set(manifest.digest, manifest)
    return manifest
  }

  #someManifest(name: RepositoryName): ExpectedManifest | undefined {
    const known = [...this.#of(name).manifests.values()]
    const all = [...this.#made.values()]
    return this.#random(4) > 0 && known.length > 0 ? this.#pick(known) : all.length > 0 ? this.#pick(all) : undefined
  }

  #newImage(name: RepositoryName): ExpectedManifest {
    // Mostly of what is here.
    const here = contents.filter((content) => this.#of(name).leases.has(digestOf(content)))
    const from = here.length > 0 && this.#random(8) > 0 ? here : contents
    const blobs = Array.from({ length: 1 + this.#random(3) }, () => this.#pick(from))
    const [config, ...layers] = blobs.map((content) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(content),
      size: content.length,
    }))
    const subject = this.#random(3) === 0 ? this.#someManifest(name) : undefined
    return this.#make(
      {
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config,
        layers,
        ...(subject ? { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length } } : {}),
        annotations: { variant: String(this.#random(2)) },
      },
      { blobs: [...new Set(blobs.map(digestOf))], subject: subject?.digest },
    )
  }

  /** Puts it; what it names must be here, or it is refused. */
  async #put(name: RepositoryName, manifest: ExpectedManifest, putTags: readonly Tag[]): Promise<void> {
    const repository = this.#of(name)
    const work = this.#sendManifest(name, manifest, putTags)
    if (!manifest.blobs.every((digest) => repository.leases.has(digest))) return this.#refused('manifest-blob-unknown', work)
    await work
    this.#stored(name, manifest, putTags)
  }

  #sendManifest(name: RepositoryName, { digest, bytes, mediaType }: ExpectedManifest, putTags: readonly Tag[]) {
    const [tag, ...others] = putTags
    const reference = tag === undefined || this.#random(2) ? ({ kind: 'digest', digest } as const) : ({ kind: 'tag', tag } as const)
    return putManifest(this.#world.deps, {
      registry: this.#registry,
      name,
      reference,
      tags: reference.kind === 'tag' ? others : putTags,
      contentType: mediaType,
      bytes,
    })
  }

  #stored(name: RepositoryName, manifest: ExpectedManifest, putTags: readonly Tag[]): void {
    this.#of(name).manifests.set(manifest.digest, manifest)
    for (const tag of putTags) this.#of(name).tags.set(tag, manifest.digest)
  }

  #someTags(): Tag[] {
    return tags.filter(() => this.#random(3) === 0)
  }

  async #putImage(): Promise<void> {
    const name = this.#pick(repositories)
    this.#say(name)
    await this.#put(name, this.#newImage(name), this.#someTags())
  }

  async #putIndex(): Promise<void> {
    const name = this.#pick(repositories)
    const children = Array.from({ length: this.#random(3) }, () => this.#someManifest(name)).filter((each) => each !== undefined)
    const manifests = children.map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.length }))
    const index = this.#make(
      { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests },
      { children: children.map((each) => each.digest) },
    )
    await this.#put(name, index, this.#someTags())
  }

  async #moveTag(): Promise<void> {
    const name = this.#pick(repositories)
    const manifest = this.#someManifest(name)
    if (manifest) await this.#put(name, manifest, [this.#pick(tags)])
  }

  async #deleteTag(): Promise<void> {
    const [name, tag] = [this.#pick(repositories), this.#pick(tags)]
    this.#say(name, tag)
    const work = deleteManifest(this.#world.deps, this.#registry, name, { kind: 'tag', tag })
    if (!this.#of(name).tags.delete(tag)) return this.#refused('manifest-unknown', work)
    await work
  }

  async #deleteManifest(): Promise<void> {
    const name = this.#pick(repositories)
    const digest = this.#someManifest(name)?.digest ?? unknownDigest
    this.#say(name, digest.slice(7, 15))
    const work = deleteManifest(this.#world.deps, this.#registry, name, { kind: 'digest', digest })
    if (!this.#of(name).manifests.has(digest)) return this.#refused('manifest-unknown', work)
    if (this.#of(name).isNeeded(digest)) return this.#refused('in-use', work)
    await work
    this.#of(name).removeManifest(digest, this.#now)
  }

  async #deleteBlob(): Promise<void> {
    const [name, digest] = [this.#pick(repositories), digestOf(this.#pick(contents))]
    const repository = this.#of(name)
    const work = deleteBlob(this.#world.deps, this.#registry, name, digest)
    if (!repository.leases.has(digest)) return this.#refused('blob-unknown', work)
    if (repository.names(digest)) return this.#refused('in-use', work)
    await work
    repository.leases.delete(digest)
  }

  async #deleteRepository(): Promise<void> {
    const name = this.#pick(repositories)
    if (this.#of(name).manifests.size === 0) return
    this.#say(name)
    await this.#world.store.deleteRepository({ registryId: this.#registry.id, name, now: this.#now })
    this.#expected.delete(name)
  }

  async #askBlob(): Promise<void> {
    const [name, content] = [this.#pick(repositories), this.#pick(contents)]
    const digest = digestOf(content)
    this.#say(name, contents.indexOf(content))
    const work = findBlob(this.#world.deps, this.#registry, name, digest)
    if (!this.#reads(name, digest)) return this.#refused('blob-unknown', work)
    const blob = await work
    this.#of(name).ask(digest, this.#now)
    const reader = await openBlob(this.#world.deps, blob)
    const pieces: Buffer[] = []
    await readBlob(
      this.#world.deps,
      blob,
      reader,
      { start: 0, end: content.length - 1 },
      async (piece) => pieces.push(Buffer.from(piece)) > 0,
    )
    await reader.close()
    assert.ok(Buffer.concat(pieces).equals(content))
  }

  /** The next reading finds it; from then on nobody is given wrong bytes, and the next push heals it everywhere. */
  async #damage(): Promise<void> {
    const [name, content] = [this.#pick(repositories), this.#pick(contents)]
    const digest = digestOf(content)
    if (!this.#reads(name, digest) || content.length === 0) return
    this.#say(name, contents.indexOf(content))
    const blob = await findBlob(this.#world.deps, this.#registry, name, digest)
    this.#of(name).ask(digest, this.#now)
    this.#world.damage(blob)
    const found = await findBlob(this.#world.deps, this.#registry, name, digest)
    const reader = await openBlob(this.#world.deps, found)
    let given = 0
    const reading = readBlob(
      this.#world.deps,
      found,
      reader,
      { start: 0, end: content.length - 1 },
      async (piece) => (given += piece.length) > 0,
    )
    await assert.rejects(reading, CorruptBlob)
    await reader.close()
    assert.equal(given, 0)
    this.#damaged.add(digest)
  }

  async #askManifest(): Promise<void> {
    const name = this.#pick(repositories)
    const manifest = this.#someManifest(name)
    if (!manifest) return
    const work = findManifest(this.#world.deps, this.#registry, name, { kind: 'digest', digest: manifest.digest })
    if (!this.#of(name).manifests.has(manifest.digest)) return this.#refused('manifest-unknown', work)
    assert.ok(Buffer.from((await work).bytes).equals(manifest.bytes))
  }

  async #pass(): Promise<void> {
    const hours = this.#pick([1, 5, 13, 25])
    this.#say(hours, 'hours')
    this.#world.clock.wall += hours * hour
  }

  async #collect(): Promise<void> {
    await collect(this.#world.deps, this.#now)
    this.#collected()
    await this.#usageIsExact()
  }

  #collected(): void {
    for (const repository of this.#expected.values()) repository.collect(this.#now)
  }

  async #pushWhileCollecting(): Promise<void> {
    const [name, content] = [this.#pick(repositories), this.#pick(contents)]
    await Promise.all([this.#upload(name, content, 1), collect(this.#world.deps, this.#now)])
    this.#pushed(name, digestOf(content))
    this.#collected()
  }

  /** Either the manifest came first and holds what it names, or the collection did and the manifest is refused. */
  async #putWhileCollecting(): Promise<void> {
    const name = this.#pick(repositories)
    const manifest = this.#newImage(name)
    const complete = manifest.blobs.every((digest) => this.#of(name).leases.has(digest))
    const held = manifest.blobs.every((digest) => (this.#of(name).leases.get(digest) ?? 0) > this.#now || this.#of(name).names(digest))
    const [put] = await Promise.allSettled([this.#sendManifest(name, manifest, []), collect(this.#world.deps, this.#now)])
    if (put.status === 'fulfilled') {
      assert.ok(complete)
      this.#stored(name, manifest, [])
    } else {
      assert.equal((put.reason as { failure?: string }).failure, 'manifest-blob-unknown')
      assert.ok(!complete || !held, 'what is held is never taken from a push')
    }
    this.#collected()
  }

  async restart(): Promise<void> {
    this.trace.push('restart')
    await this.#world.restart()
    for (const { uploads } of this.#expected.values()) for (const upload of uploads.values()) upload.beyond = 0
    await this.check()
  }

  /** What can be seen is what is expected, no more and no less. */
  async check(): Promise<void> {
    const { store } = this.#world
    const { id } = this.#registry
    for (const name of repositories) {
      const repository = this.#of(name)
      const visible = repository.manifests.size > 0
      assert.equal(await store.repositoryExists(id, name), visible)
      assert.deepEqual(await store.tags(id, name, { after: '', limit: 100 }), visible ? [...repository.tags.keys()].sort() : undefined)
      for (const [tag, digest] of repository.tags) assert.equal((await store.manifestByTag(id, name, tag as Tag))?.digest, digest)
      for (const content of contents) {
        const digest = digestOf(content)
        const blob = await store.blob(id, name, digest)
        assert.equal(blob !== undefined, this.#reads(name, digest), `link of ${name} to content ${contents.indexOf(content)}`)
        if (blob) assert.equal(blob.leaseUntil, repository.leases.get(digest), `lease of ${name} on content ${contents.indexOf(content)}`)
      }
      for (const { digest } of this.#made.values()) {
        assert.equal((await store.manifestByDigest(id, name, digest)) !== undefined, repository.manifests.has(digest))
        if (this.#random(4) > 0) continue
        const referrers = [...repository.manifests.values()].filter((each) => each.subject === digest).map((each) => each.digest)
        const { items: found } = await store.referrers(id, name, digest, { after: '', limit: 100, bytes: 1_000_000 })
        assert.deepEqual(
          found.map((each) => each.digest),
          referrers.sort(),
        )
      }
      for (const upload of repository.uploads.values()) assert.equal((await store.upload(id, name, upload.id))?.size, upload.size)
    }
    assert.deepEqual(
      await store.repositories(id, { after: '', limit: 100 }),
      repositories.filter((name) => this.#of(name).manifests.size > 0).sort(),
    )
    assert.deepEqual({ ...(await store.usage(id)) }, { ...(await store.recomputedUsage(id)) })
  }

  async #usageIsExact(): Promise<void> {
    const linked = new Set<Digest>()
    const named = new Set<Digest>()
    const bodies = new Set<Digest>()
    for (const repository of this.#expected.values()) {
      for (const digest of repository.leases.keys()) linked.add(digest)
      for (const each of repository.manifests.values()) {
        bodies.add(each.digest)
        for (const digest of each.blobs) named.add(digest)
      }
    }
    const sizes = new Map(contents.map((content) => [digestOf(content), content.length]))
    const sum = (digests: Iterable<Digest>) =>
      [...digests].reduce((total, digest) => total + (sizes.get(digest) ?? this.#made.get(digest)?.bytes.length ?? 0), 0)
    const { used, unreferenced } = await this.#world.store.usage(this.#registry.id)
    assert.deepEqual({ used, unreferenced }, { used: sum(named) + sum(bodies), unreferenced: sum(linked.difference(named)) })
  }

  /** After a full collection the disk has the bytes of what is linked, each whole, and nothing else. */
  async settle(): Promise<void> {
    this.trace.push('settle')
    for (const [name, { leases }] of this.#expected)
      for (const content of contents)
        if (leases.has(digestOf(content)) && this.#damaged.has(digestOf(content))) {
          await this.#upload(name, content, 1)
          this.#pushed(name, digestOf(content))
        }
    await this.#exhaust()
    await this.check()
    await this.#usageIsExact()
    const linked = new Set([...this.#expected.values()].flatMap((each) => [...each.leases.keys()]))
    await this.#diskHas(linked)
    this.trace.push('delete all')
    for (const [name, { manifests }] of this.#expected)
      if (manifests.size > 0) await this.#world.store.deleteRepository({ registryId: this.#registry.id, name, now: this.#now })
    this.#expected = new Map()
    await this.#exhaust()
    await this.#diskHas(new Set())
    assert.deepEqual(
      { ...(await this.#world.store.usage(this.#registry.id)) },
      { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: null },
    )
  }

  async #exhaust(): Promise<void> {
    // Leases, sessions and the pause before the deletion of bytes are over, one after the other.
    for (let pass = 0; pass < 3; pass++) {
      this.#world.clock.wall += 30 * hour
      await collect(this.#world.deps, this.#now)
      this.#collected()
    }
  }

  async #diskHas(digests: ReadonlySet<Digest>): Promise<void> {
    const { store, blobs } = this.#world
    const ready = await store.readyObjects({ after: '', limit: 10_000 })
    const keys: string[] = []
    for await (const key of blobs.keys()) keys.push(key)
    const files = ready.filter((each) => each.bytes === null)
    assert.deepEqual(keys.sort(), files.map((each) => each.storageKey).sort(), 'no orphans, no danglers')
    assert.deepEqual(new Set(ready.map((each) => each.digest)), digests)
    assert.equal(ready.length, digests.size)
    for (const object of files)
      assert.deepEqual(await blobs.digest(object.storageKey, 'sha256'), { digest: object.digest, size: object.size })
    for (const { bytes, digest } of ready) if (bytes) assert.equal(digestOf(bytes), digest)
  }
}
