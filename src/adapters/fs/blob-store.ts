import { mkdirSync, statSync } from 'node:fs'
import { readdir, stat, statfs } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type BlobReader, type BlobStore, type BlobWriter, type Mark, WriterOvertaken } from '#ports/blob-store.ts'
import type { ArmedFailpoint } from '#ports/failpoint.ts'
import { openSealed, type ReadSide } from './blob-reader.ts'
import { type FileOfKey, FsBlobWriter } from './blob-writer.ts'
import { diskError } from './disk-error.ts'
import { folderId } from './folder-id.ts'
import { KeptBodies } from './kept-bodies.ts'
import { QuickReads } from './quick-reads.ts'
import { ReadBuffers } from './read-buffers.ts'
import { SummedBlocks } from './summed-blocks.ts'
import { UploadLine } from './upload-line.ts'
import { type UploadLines, UploadWorkers } from './upload-workers.ts'
import { areLost } from './stored-file.ts'
import { syncFolder } from './syncs.ts'

/**
 * objects/
 *   .id                  what the folder is called, where the database is not its own
 *   00/ … ff/            256 folders, made once
 *     <object id>        one file an object, mode 0600 (0640 for a group: group-reads.ts), written once under its final name, never renamed
 * @param database whether other servers write to it: then the folder has a name, so that one in another's place is not taken for it
 */
export function openFsBlobStore(
  root: string,
  failpoint?: ArmedFailpoint,
  { database = 'own' }: { database?: 'own' | 'shared' } = {},
): SharableBlobStore {
  for (let shard = 0; shard < shards; shard++) mkdirSync(join(root, nameOf(shard)), { recursive: true, mode: 0o700 })
  syncFolder(root)
  const workers = new UploadWorkers(Math.min(4, Math.max(2, availableParallelism())), failpoint)
  const name = database === 'own' ? 'files' : `files:${folderId(root)}`
  const store = new FsBlobStore({ root, name }, { lines: () => workers.lines(), end: () => workers.close(), mostKept: 16 * mebibyte })
  return Object.assign(store, { startWorkers: () => workers.start(), share: () => ({ root, name, lines: workers.lines() }) })
}

/** The same store in another thread of the process: what is written goes to the same workers. */
export const openSharedFsBlobStore = ({ lines, ...folder }: SharedBlobs): BlobStore =>
  new FsBlobStore(folder, { lines: () => lines, end: async () => {}, mostKept: 8 * mebibyte })

/** What another thread needs to use the same store. It is sent there, the ports in the list of what is transferred. */
export interface SharedBlobs {
  root: string
  name: string
  lines: UploadLines
}

export interface SharableBlobStore extends BlobStore {
  /** Else the threads that write begin with the first bytes. A server has them before: what keeps them from it ends its start, and no push. */
  startWorkers(): void
  /** For one more thread, which opens it with `openSharedFsBlobStore`. */
  share(): SharedBlobs
}

const mebibyte = 1024 * 1024
const shards = 256
const nameOf = (shard: number): string => shard.toString(16).padStart(2, '0')
const shardForm = /^[0-9a-f]{2}$/
const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/

const sinceStart = { elapsed: () => performance.now() }

class FsBlobStore implements BlobStore {
  readonly name: string
  readonly refusesOvertaken = true
  /** Of this thread: what another one summed is summed here once more. */
  readonly #reads: ReadSide
  readonly #root: string
  readonly #lines: () => UploadLines
  #openLine: UploadLine | undefined
  readonly #end: () => Promise<void>
  /** The writer that this thread has of each key; what another one has is known to the worker. */
  readonly #writers = new Map<string, FsBlobWriter>()
  #nextShard = 0

  constructor(
    { root, name }: Pick<SharedBlobs, 'root' | 'name'>,
    { lines, end, mostKept }: { lines: () => UploadLines; end: () => Promise<void>; mostKept: number },
  ) {
    this.#reads = {
      summed: new SummedBlocks(sinceStart),
      quick: new QuickReads(sinceStart),
      bodies: new KeptBodies(mostKept),
      buffers: new ReadBuffers(),
    }
    this.name = name
    this.#root = root
    this.#lines = lines
    this.#end = end
  }

  /** Most commands on a data folder write no bytes. */
  get #line(): UploadLine {
    return (this.#openLine ??= new UploadLine(this.#lines()))
  }

  at(backend: string): BlobStore {
    if (backend !== this.name) throw new RegistryError('storage-failed', `this server has no store ${backend}`)
    return this
  }

  /** The folder says which worker writes the file: they are taken by turns. */
  keyOf(objectId: string): string {
    const shard = this.#nextShard
    this.#nextShard = (shard + 1) % shards
    return `${nameOf(shard)}/${objectId}`
  }

  create(key: string, algorithm: Algorithm): BlobWriter {
    return this.#keep(key, FsBlobWriter.create(this.#line, this.#file(key, algorithm)))
  }

  async resume(key: string, algorithm: Algorithm, claim: () => Promise<Mark>): Promise<BlobWriter | undefined> {
    const file = this.#file(key, algorithm)
    // One file has one writer: what the earlier one still has on its way is written or dropped before this one looks.
    await this.#writers.get(key)?.abandon(new WriterOvertaken('another writer went on with the key'))
    const writer = await FsBlobWriter.resume(this.#line, file, claim)
    return writer && this.#keep(key, writer)
  }

  #keep(key: string, writer: FsBlobWriter): FsBlobWriter {
    this.#writers.set(key, writer)
    writer.onEnd = () => {
      if (this.#writers.get(key) === writer) this.#writers.delete(key)
    }
    return writer
  }

  async open(key: string, size: number, checksums: Uint8Array): Promise<BlobReader | undefined> {
    try {
      return await openSealed(this.#path(key), { key, size, checksums }, this.#reads)
    } catch (error) {
      if (areLost(error)) return undefined
      const { code, message } = error as NodeJS.ErrnoException
      throw diskError(code, message)
    }
  }

  /** A front sends whatever length it finds: a file that ends too early would be a whole answer to it. */
  async fileOf(key: string, size: number): Promise<string | undefined> {
    if (!keyForm.test(key)) return undefined
    const path = this.#path(key)
    const { quick } = this.#reads
    try {
      const found = quick.rests ? await stat(path) : quick.try(() => statSync(path))
      return found.size === size ? key : undefined
    } catch {
      // Whoever opens it finds out why.
      return undefined
    }
  }

  async isThere(key: string, size: number): Promise<boolean> {
    return (await this.fileOf(key, size)) !== undefined
  }

  async digest(key: string, algorithm: Algorithm): Promise<{ digest: Digest; size: number } | undefined> {
    const found = await this.#digest(key, algorithm, 0, Number.MAX_SAFE_INTEGER)
    return found && { digest: digestOf(algorithm, found.hex), size: found.size }
  }

  async digestOfMarked(key: string, algorithm: Algorithm, { size }: Mark, from: number): Promise<Digest | undefined> {
    const found = await this.#digest(key, algorithm, from, size)
    return found?.size === size - from ? digestOf(algorithm, found.hex) : undefined
  }

  async #digest(key: string, algorithm: Algorithm, from: number, to: number): Promise<{ hex: string; size: number } | undefined> {
    const { path, shard } = this.#file(key, algorithm)
    return (await this.#line.call(shard, { kind: 'digest', path, algorithm, from, to })) as { hex: string; size: number } | undefined
  }

  async delete(key: string): Promise<void> {
    await this.#line.call(shardOf(key), { kind: 'delete', path: this.#path(key) })
    this.#reads.summed.forget(key)
  }

  async *keys(): AsyncIterable<string> {
    for (const shard of (await readdir(this.#root)).filter((each) => shardForm.test(each)).sort())
      for (const name of await readdir(join(this.#root, shard))) yield `${shard}/${name}`
  }

  async space(): Promise<{ free: number; total: number }> {
    const { bavail, blocks, bsize } = await statfs(this.#root)
    return { free: bavail * bsize, total: blocks * bsize }
  }

  async close(): Promise<void> {
    this.#openLine?.close()
    await this.#end()
  }

  #file(key: string, algorithm: Algorithm): FileOfKey {
    return { path: this.#path(key), shard: shardOf(key), algorithm }
  }

  // Keys are ours, made of an id; a wrong one is a bug and must not reach the file system.
  #path(key: string): string {
    if (!keyForm.test(key)) throw new Error('not a storage key')
    return join(this.#root, key)
  }
}

const shardOf = (key: string): number => Number.parseInt(key.slice(0, 2), 16)
