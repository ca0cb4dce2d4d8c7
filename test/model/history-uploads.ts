import assert from 'node:assert/strict'
import { mountBlob } from '#app/distribution/blobs.ts'
import { BrokenBody } from '#app/distribution/upload-body.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName } from '#core/reference.ts'
import { digestOf, type ExpectedUpload } from './expected.ts'
import { admin, worldSettings } from './world.ts'
import { bodyOf, contents, HistoryBase, repositories, unknownDigest } from './history-base.ts'

/** Blobs: pushes whole and in parts, what breaks off, mounts. */
export class HistoryOfUploads extends HistoryBase {
  async start(name: RepositoryName, length?: number): Promise<string> {
    const { uploadId } = await this.world.uploads.start({
      registry: this.registry,
      name,
      principalId: admin.id,
      algorithm: this.pick(['sha256', 'sha256', 'sha512']),
      length,
    })
    return uploadId
  }

  async upload(name: RepositoryName, content: Buffer, parts: number): Promise<void> {
    const uploadId = await this.start(name, parts === 1 ? content.length : undefined)
    const address = this.address(name, uploadId)
    const { uploads } = this.world
    const cut = parts === 1 ? 0 : Math.floor(content.length / 2)
    if (cut > 0) {
      const range = { start: 0, end: cut - 1 }
      const send = () => uploads.append(address, { length: cut, bytes: bodyOf(content.subarray(0, cut), 2) }, range)
      assert.deepEqual(await send(), { size: cut })
      if (this.random(4) === 0) assert.deepEqual(await send(), { size: cut }, 'a repeat of the last chunk succeeds')
    }
    const finish = () =>
      uploads.finish(address, { length: content.length - cut, bytes: bodyOf(content.subarray(cut)) }, undefined, digestOf(content))
    await finish()
    if (this.random(4) === 0) await uploads.finish(address, { length: 0, bytes: bodyOf(Buffer.alloc(0)) }, undefined, digestOf(content))
  }

  pushed(name: RepositoryName, digest: Digest): void {
    this.of(name).link(digest, this.now)
    this.damaged.delete(digest)
  }

  reads(name: RepositoryName, digest: Digest): boolean {
    return (this.expected.get(name)?.leases.has(digest) ?? false) && !this.damaged.has(digest)
  }

  async push(): Promise<void> {
    const [name, content] = [this.pick(repositories), this.pick(contents)]
    this.say(name, contents.indexOf(content))
    await this.upload(name, content, 1 + this.random(2))
    this.pushed(name, digestOf(content))
  }

  /** A session that stays open, perhaps with the start of a chunk that broke. */
  async begin(): Promise<void> {
    const [name, content] = [this.pick(repositories), this.pick(contents)]
    const id = await this.start(name)
    const upload: ExpectedUpload = { id, content, size: 0, beyond: 0, expiresAt: this.now + worldSettings.uploadLife }
    this.of(name).uploads.set(id, upload)
    const cut = this.random(content.length + 1)
    this.say(name, contents.indexOf(content), cut)
    if (cut > 0) {
      await this.world.uploads.append(this.address(name, id), { length: cut, bytes: bodyOf(content.subarray(0, cut)) }, undefined)
      upload.size = cut
    }
    const more = this.random(content.length - cut + 1)
    if (more === 0) return
    async function* breaking(): AsyncIterable<Uint8Array> {
      yield content.subarray(cut, cut + more)
      throw new Error('the line went dead')
    }
    await assert.rejects(this.world.uploads.append(this.address(name, id), { length: undefined, bytes: breaking() }, undefined), BrokenBody)
    upload.beyond = more
  }

  someUpload(): [RepositoryName, ExpectedUpload] | undefined {
    const open = [...this.expected].flatMap(([name, { uploads }]) =>
      [...uploads.values()].map((upload) => [name, upload] as [RepositoryName, ExpectedUpload]),
    )
    return open.length > 0 ? this.pick(open) : undefined
  }

  async goOn(): Promise<void> {
    const [name, upload] = this.someUpload() ?? []
    if (!name || !upload) return
    this.say(name, upload.id)
    const { uploads } = this.world
    const address = this.address(name, upload.id)
    const { content } = upload
    let { size } = await uploads.status(address)
    assert.equal(size, upload.size + upload.beyond)
    if (upload.beyond > 0 && this.random(2) === 0) size = upload.size
    if (size < content.length && this.random(3) === 0)
      await this.refused(
        'range-invalid',
        uploads.append(address, { length: 1, bytes: bodyOf(Buffer.from('?')) }, { start: content.length + 5, end: content.length + 5 }),
      )
    const rest = content.subarray(size)
    const range = rest.length > 0 ? { start: size, end: content.length - 1 } : undefined
    if (size !== upload.size + upload.beyond && rest.length === 0) return
    await uploads.finish(address, { length: rest.length, bytes: bodyOf(rest, 2) }, range, digestOf(content))
    this.of(name).uploads.delete(upload.id)
    this.pushed(name, digestOf(content))
  }

  async cancel(): Promise<void> {
    const [name, upload] = this.someUpload() ?? []
    if (!name || !upload) return
    await this.world.uploads.cancel(this.address(name, upload.id))
    this.of(name).uploads.delete(upload.id)
    await this.refused('upload-unknown', this.world.uploads.status(this.address(name, upload.id)))
  }

  async wrongDigest(): Promise<void> {
    const name = this.pick(repositories)
    const address = this.address(name, await this.start(name))
    await this.refused(
      'digest-mismatch',
      this.world.uploads.finish(address, { length: 3, bytes: bodyOf(Buffer.from('bad')) }, undefined, unknownDigest),
    )
    await this.refused('upload-unknown', this.world.uploads.status(address))
  }

  async mount(): Promise<void> {
    const [name, from, content] = [this.pick(repositories), this.pick(repositories), this.pick(contents)]
    const digest = digestOf(content)
    this.say(from, '→', name, contents.indexOf(content))
    const anywhere = this.random(3) === 0
    const mounted = await mountBlob(this.world.deps, {
      registry: this.registry,
      caller: admin,
      name,
      digest,
      from: anywhere ? undefined : from,
    })
    const sources = anywhere ? repositories : [from]
    assert.equal(
      mounted,
      sources.some((each) => this.reads(each, digest)),
    )
    if (mounted) this.of(name).link(digest, this.now)
  }
}
