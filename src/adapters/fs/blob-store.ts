import { mkdirSync, open } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type BlobReader, type BlobStore, type BlobWriter, type Mark, WriterOvertaken } from '#ports/blob-store.ts'
import type { ArmedFailpoint } from '#ports/failpoint.ts'
import { FsBlobReader } from './blob-reader.ts'
import { FsBlobWriter } from './blob-writer.ts'
import { diskError, UploadWorkers } from './upload-workers.ts'
import { syncFolder } from './syncs.ts'

/**
 * objects/
 *   00/ … ff/            256 folders, made once
 *     <object id>        one file an object, mode 0600, written once under its final name, never renamed
 */
export function openFsBlobStore(root: string, failpoint?: ArmedFailpoint): BlobStore {
  return new FsBlobStore(root, failpoint)
}

const keyForm = /^[0-9a-f]{2}\/[0-9a-f-]{36}$/

class FsBlobStore implements BlobStore {
  readonly name = 'files'
  readonly #root: string
  readonly #workers: UploadWorkers
  /** The writer of each key that is being written: this process alone writes in the folder (ownership.ts). */
  readonly #writers = new Map<string, FsBlobWriter>()
  /** Their sync failed: a second one could succeed although the disk lost bytes. Until they are deleted. */
  readonly #lost = new Set<string>()

  constructor(root: string, failpoint: ArmedFailpoint | undefined) {
    this.#root = root
    for (let shard = 0; shard < 256; shard++) mkdirSync(join(root, shard.toString(16).padStart(2, '0')), { recursive: true, mode: 0o700 })
    syncFolder(root)
    this.#workers = new UploadWorkers(Math.min(4, Math.max(2, availableParallelism())), failpoint)
  }

  at(backend: string): BlobStore {
    if (backend !== this.name) throw new RegistryError('storage-failed', `this server has no store ${backend}`)
    return this
  }

  create(key: string, algorithm: Algorithm): BlobWriter {
    return this.#keep(key, FsBlobWriter.create(this.#workers, this.#path(key), algorithm))
  }

  async resume(key: string, algorithm: Algorithm, { size }: Mark): Promise<BlobWriter | undefined> {
    const path = this.#path(key)
    // One file has one writer: what the earlier one still has on its way is written or dropped before this one looks.
    await this.#writers.get(key)?.abandon(new WriterOvertaken('another writer went on with the key'))
    if (this.#lost.has(key)) return undefined
    return this.#keep(key, await FsBlobWriter.resume(this.#workers, path, algorithm, size))
  }

  #keep(key: string, writer: FsBlobWriter): FsBlobWriter {
    this.#writers.set(key, writer)
    writer.onEnd = (lost) => {
      if (lost) this.#lost.add(key)
      if (this.#writers.get(key) === writer) this.#writers.delete(key)
    }
    return writer
  }

  open(key: string, size: number, checksums: Uint8Array): Promise<BlobReader | undefined> {
    return new Promise((resolve, reject) => {
      open(this.#path(key), 'r', (error, descriptor) => {
        if (!error) resolve(new FsBlobReader(key, descriptor, size, checksums))
        else if (error.code === 'ENOENT') resolve(undefined)
        else reject(diskError(error.code, error.message))
      })
    })
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
    return (await this.#workers.call({ kind: 'digest', path: this.#path(key), algorithm, from, to })) as
      | { hex: string; size: number }
      | undefined
  }

  async delete(key: string): Promise<void> {
    await this.#workers.call({ kind: 'delete', path: this.#path(key) })
    this.#lost.delete(key)
  }

  async *keys(): AsyncIterable<string> {
    for (const shard of (await readdir(this.#root)).sort())
      for (const name of await readdir(join(this.#root, shard))) yield `${shard}/${name}`
  }

  async space(): Promise<{ free: number; total: number }> {
    const { bavail, blocks, bsize } = await statfs(this.#root)
    return { free: bavail * bsize, total: blocks * bsize }
  }

  close(): Promise<void> {
    return this.#workers.close()
  }

  // Keys are ours, made of an id; a wrong one is a bug and must not reach the file system.
  #path(key: string): string {
    if (!keyForm.test(key)) throw new Error('not a storage key')
    return join(this.#root, key)
  }
}
