import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findBlob } from '#app/distribution/blobs.ts'
import { deleteManifest, putManifest } from '#app/distribution/manifests.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { collect } from '#app/maintenance/collect.ts'
import { makeRoom } from '#app/maintenance/room.ts'
import type { Digest } from '#core/digest.ts'
import { mediaTypes } from '#core/media-type.ts'
import type { RepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import { digestOf } from './expected.ts'
import { chance } from './chance.ts'
import { admin, hour, newWorldRegistry, World } from './world.ts'

/** Random histories of a registry with a limit: what it promises, whatever is pushed, deleted, asked for and collected. */
const histories = Number(process.env.TEST_HISTORIES ?? 40)
const given = process.env.TEST_SEED
const minute = hour / 60
const limit = 10_000
const names = ['a', 'b'] as RepositoryName[]

class LimitedHistory {
  readonly trace: string[] = []
  readonly refused = { quota: 0, room: 0 }
  readonly #world: World
  readonly #registry: Registry
  readonly #uploads: Uploads
  readonly #random: (below: number) => number
  /** When an answer last said of a repository that it has a blob. */
  readonly #told = new Map<string, number>()
  readonly #manifests: { name: RepositoryName; digest: Digest; blobs: Digest[] }[] = []
  readonly #blobs: { name: RepositoryName; bytes: Buffer }[] = []
  #made = 0

  constructor(world: World, registry: Registry, seed: number) {
    this.#world = world
    this.#registry = registry
    this.#random = chance(seed)
    const room = (registryId: number, bytes: number) => makeRoom(world.deps, registryId, bytes, world.clock.now())
    this.#uploads = new Uploads({ ...world.deps, room })
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.#random(items.length)]
  }

  async step(): Promise<void> {
    const steps = [
      () => this.#push(),
      () => this.#push(),
      () => this.#push(),
      () => this.#name(),
      () => this.#name(),
      () => this.#ask(),
      () => this.#delete(),
      () => this.#delete(),
      () => this.#deleteRepository(),
      () => this.#pass(),
      () => this.#pass(),
      () => this.#collect(),
    ]
    await this.#pick(steps)?.()
    await this.#check()
  }

  /** Whether it was done; what may be refused is, for its reason alone. */
  async #does(what: string, more: number, work: () => Promise<unknown>): Promise<boolean> {
    const before = await this.#usage()
    try {
      await work()
      this.trace.push(what)
      return true
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      this.trace.push(`${what}: ${error.failure}`)
      if (error.failure === 'quota-exceeded') {
        this.refused.quota++
        assert.ok(before.used + before.reserved + more > limit, `${what} fits under the limit`)
      } else if (error.failure === 'unreferenced-full') {
        this.refused.room++
        // What is left was all relied on within the hour.
        const left = await this.#usage()
        assert.ok(left.unreferenced > 0)
        assert.ok(
          left.pending + more > limit || left.unreferenced - left.pending >= limit || left.used + left.unreferenced + more > 2 * limit,
        )
      } else assert.ok(error.failure === 'manifest-blob-unknown' || error.failure === 'blob-unknown', error.message)
      return false
    }
  }

  async #push(): Promise<void> {
    const name = this.#pick(names) as RepositoryName
    const size = 600 + this.#random(4000)
    const bytes = Buffer.alloc(size, `${++this.#made} `)
    const digest = digestOf(bytes)
    const said = this.#random(2) === 0 ? size : undefined
    const pushed = await this.#does(`push ${size} to ${name}`, size, async () => {
      const { uploadId } = await this.#uploads.start({
        registry: this.#registry,
        name,
        principalId: admin.id,
        algorithm: 'sha256',
        length: said,
      })
      const address = { registry: this.#registry, name, uploadId, principalId: admin.id }
      const body = {
        length: size,
        bytes: (async function* () {
          yield bytes
        })(),
      }
      await this.#uploads.finish(address, body, undefined, digest).catch(async (error: unknown) => {
        await this.#uploads.cancel(address).catch(() => {})
        throw error
      })
    })
    if (!pushed) return
    this.#told.set(`${name} ${digest}`, this.#world.clock.now())
    this.#blobs.push({ name, bytes })
  }

  async #name(): Promise<void> {
    const blob = this.#pick(this.#blobs.slice(-6))
    if (!blob) return
    const { name, bytes } = blob
    const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(bytes), size: bytes.length }
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: descriptor,
        layers: [],
        annotations: { n: `${++this.#made}` },
      }),
    )
    const digest = digestOf(manifest)
    const put = () =>
      putManifest(this.#world.deps, {
        registry: this.#registry,
        name,
        reference: { kind: 'digest', digest },
        tags: [],
        contentType: mediaTypes.ociManifest,
        bytes: manifest,
      })
    if (await this.#does(`name ${bytes.length} of ${name}`, bytes.length + manifest.length, put))
      this.#manifests.push({ name, digest, blobs: [descriptor.digest] })
  }

  async #ask(): Promise<void> {
    const blob = this.#pick(this.#blobs)
    if (!blob) return
    const digest = digestOf(blob.bytes)
    if (await this.#does(`ask for ${blob.bytes.length}`, 0, () => findBlob(this.#world.deps, this.#registry, blob.name, digest)))
      this.#told.set(`${blob.name} ${digest}`, this.#world.clock.now())
  }

  async #delete(): Promise<void> {
    const [manifest] = this.#manifests.splice(this.#random(this.#manifests.length), 1)
    if (!manifest) return
    await deleteManifest(this.#world.deps, {
      registry: this.#registry,
      name: manifest.name,
      reference: { kind: 'digest', digest: manifest.digest },
    })
    this.trace.push('delete')
  }

  async #deleteRepository(): Promise<void> {
    const name = this.#pick(this.#manifests)?.name
    if (name === undefined || this.#random(3) > 0) return
    await this.#world.store.deleteRepository({ registryId: this.#registry.id, name, now: this.#world.clock.now() })
    while ((await this.#world.store.drainRepositories({ now: this.#world.clock.now(), limit: 100 })) > 0);
    this.trace.push(`delete ${name}`)
    for (const key of this.#told.keys()) if (key.startsWith(`${name} `)) this.#told.delete(key)
    for (const list of [this.#manifests, this.#blobs])
      list.splice(0, list.length, ...(list.filter((each) => each.name !== name) as never[]))
  }

  async #pass(): Promise<void> {
    const minutes = this.#pick([3, 20, 61, 70, 300]) as number
    this.#world.clock.wall += minutes * minute
    this.trace.push(`${minutes} minutes`)
  }

  async #collect(): Promise<void> {
    await collect(this.#world.deps, this.#world.clock.now())
    this.trace.push('collect')
  }

  #usage() {
    return this.#world.store.usage(this.#registry.id)
  }

  async #check(): Promise<void> {
    const { store, clock } = this.#world
    const usage = await this.#usage()
    assert.deepEqual({ ...usage }, { ...(await store.recomputedUsage(this.#registry.id)) })
    assert.ok(usage.used + usage.reserved <= limit)
    let onDisk = 0
    for (const { registryId, size } of [
      ...(await store.readyObjects({ after: '', limit: 10_000 })),
      ...(await store.condemnedObjects({ now: Number.MAX_SAFE_INTEGER, age: 0, limit: 10_000 })),
    ])
      if (registryId === this.#registry.id) onDisk += size
    assert.ok(onDisk <= 2 * limit, `${onDisk} bytes on the disk`)
    for (const [key, told] of this.#told) {
      if (clock.now() - told >= hour) continue
      const [name = '', digest = ''] = key.split(' ')
      assert.ok(await store.blob(this.#registry.id, name as RepositoryName, digest as Digest), `${key} was promised ${told}`)
    }
    for (const { name, blobs } of this.#manifests)
      for (const digest of blobs) assert.ok(await store.blob(this.#registry.id, name, digest), 'what is named is there')
  }
}

test('a registry with a limit stays within it, keeps each promise for an hour, and refuses for a reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-storage-'))
  const world = await World.open(folder)
  const refused = { quota: 0, room: 0 }
  const first = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
  try {
    for (let each = 0; each < (given === undefined ? histories : 1); each++) {
      const seed = (first + each) >>> 0
      const history = new LimitedHistory(world, await newWorldRegistry(world.store, limit), seed)
      try {
        for (let step = 0; step < 60; step++) await history.step()
      } catch (error) {
        throw new Error(`TEST_SEED=${seed} fails at step ${history.trace.length}:\n  ${history.trace.join('\n  ')}`, { cause: error })
      }
      refused.quota += history.refused.quota
      refused.room += history.refused.room
    }
    if (given === undefined) assert.ok(refused.quota > 0 && refused.room > 0, JSON.stringify(refused))
  } finally {
    await world.close()
    rmSync(folder, { recursive: true })
  }
})
