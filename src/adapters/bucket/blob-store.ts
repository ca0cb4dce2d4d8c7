import { createHash } from 'node:crypto'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import {
  type BlobReader,
  type BlobStore,
  type BlobWriter,
  checksumBlock,
  CorruptBlob,
  type Mark,
  WriterOvertaken,
} from '#ports/blob-store.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import { openSealed } from './blob-reader.ts'
import { BucketBlobWriter } from './blob-writer.ts'
import { checkedBlocks } from './checked-bytes.ts'
import { makeReadable } from './joined-parts.ts'
import type { Abilities, ObjectClient, Patience } from './object-client.ts'
import { digestOfObject } from './object-digest.ts'
import { tailOf } from './open-part.ts'
import { PartPool } from './part-pool.ts'
import { startOfPart, usualPartSize } from './part-sizes.ts'
import type { BucketPlace } from './place.ts'
import { readState } from './state.ts'
import type { WriteSide } from './taken-bytes.ts'

const mebibyte = 1024 * 1024
const presignedLife = 10 * 60 * 1000
const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/
/** What consoles, and accounts with a hierarchical namespace, put where a folder would be. */
const folderForm = /^(?:[0-9a-f]{2}\/?)?$/

export interface BucketOptions {
  /** As the self-test found it; without it the objects of any bucket are looked for in this one. */
  id?: string
  /** As the self-test found them; without them the least is taken for granted. */
  abilities?: Abilities
  /** Bytes of all uploads together that wait to be sent. */
  buffers?: number
  /** Of the first parts; negative where all must have it. */
  partSize?: number
  patience?: Partial<Patience>
  /** Where objects lie that were made before this store was used. Whoever opened it closes it. */
  before?: BlobStore
  failpoint?: Failpoint
}

const root = 'objects/'

/**
 * <prefix>objects/
 *   <first two of the id>/<object id>            one object a key, made once it is whole
 *   <first two of the id>/<object id>.tail.<n>   what lies behind the parts of an upload that goes on
 * Beside them the unfinished uploads that the parts belong to.
 */
export class BucketBlobStore<Client extends ObjectClient = ObjectClient> implements BlobStore {
  /** With the bucket's own name where that is known: another bucket is not taken for it. */
  name: string
  readonly sealsAgain = true
  readonly client: Client
  readonly #kind: string
  readonly #side: WriteSide
  readonly #before: BlobStore | undefined
  /** The writer that this thread has of each key. */
  readonly #writers = new Map<string, BucketBlobWriter>()
  readonly #doing = new Set<Promise<void>>()

  /** @param kind begins the names of its stores */
  constructor(kind: string, client: Client, place: Pick<BucketPlace, 'partSize'>, options: BucketOptions) {
    if (options.abilities) client.abilities = options.abilities
    this.client = client
    this.#kind = kind
    this.#before = options.before
    this.name = options.id === undefined ? kind : this.namedBy(options.id)
    const failpoint = options.failpoint ?? (() => {})
    this.#side = {
      client,
      pool: new PartPool(options.buffers ?? 128 * mebibyte),
      partSize: options.partSize ?? (place.partSize === undefined ? usualPartSize : -place.partSize),
      patience: 10_000,
      failpoint,
      forget: (...names) =>
        this.#behind(
          names.map((name) => async () => {
            failpoint('bucket.tail.before-delete')
            await this.client.remove(name)
          }),
        ),
    }
  }

  /** From now on its objects' rows name it. */
  identify(id: string): void {
    this.name = this.namedBy(id)
  }

  namedBy(id: string): string {
    return `${this.#kind}:${id}`
  }

  at(backend: string): BlobStore {
    if (backend === this.name || (this.name === this.#kind && backend.startsWith(`${this.#kind}:`))) return this
    if (this.#before) return this.#before.at(backend)
    throw new RegistryError('storage-failed', `this server has no store ${backend}`)
  }

  keyOf(objectId: string): string {
    return `${objectId.slice(0, 2)}/${objectId}`
  }

  create(key: string, algorithm: Algorithm): BlobWriter {
    return this.#keep(key, new BucketBlobWriter(this.#side, nameOf(key), algorithm))
  }

  async resume(key: string, algorithm: Algorithm, claim: () => Promise<Mark>): Promise<BlobWriter | undefined> {
    await this.#writers.get(key)?.abandon(new WriterOvertaken('another writer went on with the key'))
    const writer = new BucketBlobWriter(this.#side, nameOf(key), algorithm, await claim())
    return this.#keep(key, writer, () => this.removeRemains(key))
  }

  #keep(key: string, writer: BucketBlobWriter, sealed = async (): Promise<void> => {}): BucketBlobWriter {
    this.#writers.set(key, writer)
    writer.onEnd = async (how) => {
      if (this.#writers.get(key) === writer) this.#writers.delete(key)
      if (how.sealed) await sealed()
    }
    return writer
  }

  /** Of a blob that is whole: whoever was at it before may have begun uploads, and put tails, that no row knows of. */
  async removeRemains(key: string): Promise<void> {
    const name = nameOf(key)
    await this.#abortAll(name)
    try {
      for await (const each of this.client.list(tailOf(name))) await this.client.remove(each.key)
    } catch {}
  }

  async isThere(key: string, size: number): Promise<boolean> {
    return (await this.client.head(nameOf(key)))?.size === size
  }

  open(key: string, size: number, checksums: Uint8Array): Promise<BlobReader | undefined> {
    return openSealed(this.client, nameOf(key), { key, size, checksums })
  }

  digest(key: string, algorithm: Algorithm): Promise<{ digest: Digest; size: number } | undefined> {
    return digestOfObject(this.client, nameOf(key), algorithm)
  }

  /**
   * Where a client may have the bytes from the store itself for ten minutes; no longer than the credentials live that sign it.
   * @param type what the answer's Content-Type says
   */
  presign(key: string, type?: string): Promise<{ url: URL; expiresAt: number }> {
    return this.client.presign(nameOf(key), presignedLife, type)
  }

  async digestOfMarked(key: string, algorithm: Algorithm, { size, state: written }: Mark, from: number): Promise<Digest | undefined> {
    const state = readState(written)
    const name = nameOf(key)
    const hash = createHash(algorithm)
    const end = state ? startOfPart(state.parts.length, state.partSize) : 0
    try {
      if (state && from < end) {
        const writer = this.#writers.get(key)
        if (writer) await writer.makeReadable()
        else if ((await makeReadable(this.client, name, { ...state, end })) === undefined) return undefined
        await this.#hashFrom(hash, name, from, end)
      }
      if (from < size && end < size) {
        const behind = Math.max(0, from - end)
        const tail = tailOf(name, state?.tail)
        // Sealed meanwhile, all of it lies under the key.
        if (await this.client.head(tail)) await this.#hashFrom(hash, tail, behind, size - end)
        else await this.#hashFrom(hash, name, end + behind, size)
      }
    } catch (error) {
      if (error instanceof CorruptBlob) return undefined
      throw error
    }
    return digestOf(algorithm, hash.digest('hex'))
  }

  /** Fails with CorruptBlob where there are fewer bytes. */
  async #hashFrom(hash: ReturnType<typeof createHash>, name: string, from: number, to: number): Promise<void> {
    let skip = from % checksumBlock
    for await (const block of checkedBlocks(this.client, { key: name, from: from - skip, to }, () => undefined)) {
      hash.update(block.subarray(skip))
      skip = 0
    }
  }

  async delete(key: string): Promise<void> {
    const name = nameOf(key)
    await this.#abortAll(name)
    await this.client.remove(name)
    for await (const each of this.client.list(name)) await this.client.remove(each.key)
  }

  /** What is left of uploads costs room, no more, and some stores do not tell of it: the bucket's own rule takes it away then. */
  async #abortAll(name: string): Promise<void> {
    try {
      for await (const each of this.client.unfinished(name)) await this.client.abort(each.key, each.uploadId)
    } catch {}
  }

  async *keys(): AsyncIterable<string> {
    for (const names of [this.client.list(root), this.client.unfinished(root)]) {
      let last = ''
      for await (const { key: name } of names) {
        const key = keyOf(name)
        if (folderForm.test(key)) continue
        // They come in the order of their names: what belongs to one key stands together.
        if (key !== last) yield key
        last = key
      }
    }
  }

  async *remains(): AsyncIterable<string> {
    for (const names of [this.client.list(root), this.client.unfinished(root)])
      for await (const { key: name, uploadId } of names as AsyncIterable<{ key: string; uploadId?: string }>) {
        const key = keyOf(name)
        if ((uploadId !== undefined || name !== root + key) && keyForm.test(key)) yield key
      }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.abandon()))
    await Promise.all(this.#doing)
    this.client.close()
  }

  /** What need not succeed, and nobody must wait for: what it leaves goes with its key. */
  async #behind(all: readonly (() => Promise<void>)[]): Promise<void> {
    const begun = all.map((work) => {
      const doing = work()
        .catch(() => {})
        .finally(() => this.#doing.delete(doing))
      this.#doing.add(doing)
      return doing
    })
    await Promise.all(begun)
  }
}

const keyOf = (name: string): string => name.slice(root.length).replace(/\.tail\..*$/, '')

// Keys are ours, made of an id; a wrong one is a bug and must not reach the bucket.
function nameOf(key: string): string {
  if (!keyForm.test(key)) throw new Error('not a storage key')
  return root + key
}
