import assert from 'node:assert/strict'
import { findBlob, openBlob, readBlob } from '#app/distribution/blobs.ts'
import { findManifest } from '#app/distribution/manifests.ts'
import { collect } from '#app/maintenance/collect.ts'
import type { Digest } from '#core/digest.ts'
import type { Tag } from '#core/reference.ts'
import { CorruptBlob } from '#ports/blob-store.ts'
import { digestOf } from './expected.ts'
import { hour } from './world.ts'
import { contents, repositories } from './history-base.ts'
import { HistoryOfManifests } from './history-manifests.ts'

/** One random history of a registry, beside what it must show. */
export class History extends HistoryOfManifests {
  readonly steps: readonly [weight: number, name: string, step: () => Promise<void>][] = [
    [18, 'push', () => this.push()],
    [6, 'push in parts', () => this.begin()],
    [6, 'go on', () => this.goOn()],
    [2, 'cancel', () => this.cancel()],
    [2, 'wrong digest', () => this.wrongDigest()],
    [8, 'mount', () => this.mount()],
    [22, 'put image', () => this.putImage()],
    [6, 'put index', () => this.putIndex()],
    [6, 'move tag', () => this.moveTag()],
    [5, 'delete tag', () => this.deleteTag()],
    [7, 'delete manifest', () => this.deleteManifest()],
    [5, 'delete blob', () => this.deleteBlob()],
    [3, 'delete repository', () => this.deleteRepository()],
    [8, 'ask for a blob', () => this.askBlob()],
    [3, 'ask for a manifest', () => this.askManifest()],
    [2, 'a bad disk', () => this.damage()],
    [12, 'time passes', () => this.pass()],
    [10, 'collect', () => this.collect()],
    [4, 'push while collecting', () => this.pushWhileCollecting()],
    [4, 'put while collecting', () => this.putWhileCollecting()],
  ]

  async step(): Promise<void> {
    let at = this.random(this.steps.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, name, step] of this.steps) {
      at -= weight
      if (at >= 0) continue
      this.trace.push(name)
      await step()
      break
    }
    await this.check()
  }

  async askBlob(): Promise<void> {
    const [name, content] = [this.pick(repositories), this.pick(contents)]
    const digest = digestOf(content)
    this.say(name, contents.indexOf(content))
    const work = findBlob(this.world.deps, this.registry, name, digest)
    if (!this.reads(name, digest)) return this.refused('blob-unknown', work)
    const blob = await work
    this.of(name).ask(digest, this.now)
    const reader = await openBlob(this.world.deps, blob)
    const pieces: Buffer[] = []
    await readBlob(
      this.world.deps,
      blob,
      reader,
      { start: 0, end: content.length - 1 },
      async (piece) => pieces.push(Buffer.from(piece)) > 0,
    )
    await reader.close()
    assert.ok(Buffer.concat(pieces).equals(content))
  }

  /** The next reading finds it; from then on nobody is given wrong bytes, and the next push heals it everywhere. */
  async damage(): Promise<void> {
    const [name, content] = [this.pick(repositories), this.pick(contents)]
    const digest = digestOf(content)
    if (!this.reads(name, digest) || content.length === 0) return
    this.say(name, contents.indexOf(content))
    const blob = await findBlob(this.world.deps, this.registry, name, digest)
    this.of(name).ask(digest, this.now)
    await this.world.damage(blob)
    // What a server keeps of a row in memory is right: only who reads the row again sees what became of it.
    if (blob.bytes) await this.beginAgain()
    const found = await findBlob(this.world.deps, this.registry, name, digest)
    const reader = await openBlob(this.world.deps, found)
    const given: Uint8Array[] = []
    const reading = readBlob(
      this.world.deps,
      found,
      reader,
      { start: 0, end: content.length - 1 },
      async (piece) => given.push(Uint8Array.from(piece)) > 0,
    )
    await assert.rejects(reading, CorruptBlob)
    await reader.close()
    const right = Buffer.concat(given)
    assert.ok(right.length < content.length && content.subarray(0, right.length).equals(right), 'what came before it, and nothing of it')
    this.damaged.add(digest)
  }

  async askManifest(): Promise<void> {
    const name = this.pick(repositories)
    const manifest = this.someManifest(name)
    if (!manifest) return
    const work = findManifest(this.world.deps, this.registry, name, { kind: 'digest', digest: manifest.digest })
    if (!this.of(name).manifests.has(manifest.digest)) return this.refused('manifest-unknown', work)
    assert.ok(Buffer.from((await work).bytes).equals(manifest.bytes))
  }

  async pass(): Promise<void> {
    const hours = this.pick([1, 5, 13, 25])
    this.say(hours, 'hours')
    this.world.clock.wall += hours * hour
  }

  async collect(): Promise<void> {
    await collect(this.world.deps, this.now)
    this.collected()
    await this.usageIsExact()
  }

  collected(): void {
    for (const repository of this.expected.values()) repository.collect(this.now)
  }

  async pushWhileCollecting(): Promise<void> {
    const [name, content] = [this.pick(repositories), this.pick(contents)]
    await Promise.all([this.upload(name, content, 1), collect(this.world.deps, this.now)])
    this.pushed(name, digestOf(content))
    this.collected()
  }

  /** Either the manifest came first and holds what it names, or the collection did and the manifest is refused. */
  async putWhileCollecting(): Promise<void> {
    const name = this.pick(repositories)
    const manifest = this.newImage(name)
    const complete = manifest.blobs.every((digest) => this.of(name).leases.has(digest))
    const held = manifest.blobs.every((digest) => (this.of(name).leases.get(digest) ?? 0) > this.now || this.of(name).names(digest))
    const [put] = await Promise.allSettled([this.sendManifest(name, manifest, []), collect(this.world.deps, this.now)])
    if (put.status === 'fulfilled') {
      assert.ok(complete)
      this.stored(name, manifest, [])
    } else {
      assert.equal((put.reason as { failure?: string }).failure, 'manifest-blob-unknown')
      assert.ok(!complete || !held, 'what is held is never taken from a push')
    }
    this.collected()
  }

  async restart(): Promise<void> {
    this.trace.push('restart')
    await this.beginAgain()
    await this.check()
  }

  /** What only the server had in memory is gone. */
  private async beginAgain(): Promise<void> {
    await this.world.restart()
    for (const { uploads } of this.expected.values()) for (const upload of uploads.values()) upload.beyond = 0
  }

  /** What can be seen is what is expected, no more and no less. */
  async check(): Promise<void> {
    const { store } = this.world
    const { id } = this.registry
    for (const name of repositories) {
      const repository = this.of(name)
      const visible = repository.manifests.size > 0
      assert.deepEqual(await store.tags(id, name, { after: '', limit: 100 }), visible ? [...repository.tags.keys()].sort() : undefined)
      for (const [tag, digest] of repository.tags) assert.equal((await store.manifestByTag(id, name, tag as Tag))?.digest, digest)
      for (const content of contents) {
        const digest = digestOf(content)
        const blob = await store.blob(id, name, digest)
        assert.equal(blob !== undefined, this.reads(name, digest), `link of ${name} to content ${contents.indexOf(content)}`)
        if (blob) assert.equal(blob.leaseUntil, repository.leases.get(digest), `lease of ${name} on content ${contents.indexOf(content)}`)
      }
      for (const { digest } of this.made.values()) {
        assert.equal((await store.manifestByDigest(id, name, digest)) !== undefined, repository.manifests.has(digest))
        if (this.random(4) > 0) continue
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
      repositories.filter((name) => this.of(name).manifests.size > 0).sort(),
    )
    assert.deepEqual({ ...(await store.usage(id)) }, { ...(await store.recomputedUsage(id)) })
  }

  async usageIsExact(): Promise<void> {
    const linked = new Set<Digest>()
    const named = new Set<Digest>()
    const bodies = new Set<Digest>()
    for (const repository of this.expected.values()) {
      for (const digest of repository.leases.keys()) linked.add(digest)
      for (const each of repository.manifests.values()) {
        bodies.add(each.digest)
        for (const digest of each.blobs) named.add(digest)
      }
    }
    const sizes = new Map(contents.map((content) => [digestOf(content), content.length]))
    const sum = (digests: Iterable<Digest>) =>
      [...digests].reduce((total, digest) => total + (sizes.get(digest) ?? this.made.get(digest)?.bytes.length ?? 0), 0)
    const { used, unreferenced } = await this.world.store.usage(this.registry.id)
    assert.deepEqual({ used, unreferenced }, { used: sum(named) + sum(bodies), unreferenced: sum(linked.difference(named)) })
  }

  /** After a full collection the disk has the bytes of what is linked, each whole, and nothing else. */
  async settle(): Promise<void> {
    this.trace.push('settle')
    for (const [name, { leases }] of this.expected)
      for (const content of contents)
        if (leases.has(digestOf(content)) && this.damaged.has(digestOf(content))) {
          await this.upload(name, content, 1)
          this.pushed(name, digestOf(content))
        }
    await this.exhaust()
    await this.check()
    await this.usageIsExact()
    const linked = new Set([...this.expected.values()].flatMap((each) => [...each.leases.keys()]))
    await this.diskHas(linked)
    this.trace.push('delete all')
    for (const [name, { manifests }] of this.expected)
      if (manifests.size > 0) await this.world.store.deleteRepository({ registryId: this.registry.id, name, now: this.now })
    this.expected = new Map()
    await this.exhaust()
    await this.diskHas(new Set())
    assert.deepEqual(
      { ...(await this.world.store.usage(this.registry.id)) },
      { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: null },
    )
  }

  async exhaust(): Promise<void> {
    // Leases, sessions and the pause before the deletion of bytes are over, one after the other.
    for (let pass = 0; pass < 3; pass++) {
      this.world.clock.wall += 30 * hour
      await collect(this.world.deps, this.now)
      this.collected()
    }
  }

  async diskHas(digests: ReadonlySet<Digest>): Promise<void> {
    const { store, blobs } = this.world
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
