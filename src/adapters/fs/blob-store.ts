import { mkdirSync, open } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import type { BlobReader, BlobStore, BlobWriter } from '#ports/blob-store.ts'
import type { ArmedFailpoint } from '#ports/failpoint.ts'
import { FsBlobReader } from './blob-reader.ts'
import { FsBlobWriter } from './blob-writer.ts'
import { diskError, UploadWorkers } from './upload-workers.ts'
import { syncFolder } from './write-file.ts'

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
  readonly #root: string
  readonly #workers: UploadWorkers

  constructor(root: string, failpoint: ArmedFailpoint | undefined) {
    this.#root = root
    for (let shard = 0; shard < 256; shard++) mkdirSync(join(root, shard.toString(16).padStart(2, '0')), { recursive: true, mode: 0o700 })
    syncFolder(root)
    this.#workers = new UploadWorkers(Math.min(4, Math.max(2, availableParallelism())), failpoint)
  }

  create(key: string, algorithm: Algorithm): BlobWriter {
    return FsBlobWriter.create(this.#workers, this.#path(key), algorithm)
  }

  resume(key: string, algorithm: Algorithm, size: number): Promise<BlobWriter> {
    return FsBlobWriter.resume(this.#workers, this.#path(key), algorithm, size)
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

  async digest(key: string, algorithm: Algorithm, from = 0): Promise<{ digest: Digest; size: number } | undefined> {
    const found = (await this.#workers.call({ kind: 'digest', path: this.#path(key), algorithm, from })) as
      | { hex: string; size: number }
      | undefined
    return found && { digest: digestOf(algorithm, found.hex), size: found.size }
  }

  async delete(key: string): Promise<void> {
    await this.#workers.call({ kind: 'delete', path: this.#path(key) })
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
