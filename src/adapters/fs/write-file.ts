import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fdatasync, fstatSync, ftruncateSync, openSync, readSync, write, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import type { Algorithm } from '#core/digest.ts'
import { checksumBlock } from '#ports/blob-store.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import { shareAsFolder } from './group-reads.ts'
import { hashFile, rehashPiece } from './hash-file.ts'
import { pageSize } from './slots.ts'
import { syncFile, syncFolderBeside, syncSlots } from './syncs.ts'

/** Where hashing and checksums stand at one offset; what a mark keeps and a rollback returns to. */
interface Progress {
  size: number
  hash: Hash
  blocks: number[]
  /** CRC-32 of the block that is not full yet. */
  open: number
}

const copyOf = (from: Progress): Progress => ({ ...from, hash: from.hash.copy(), blocks: [...from.blocks] })

function openToWrite(path: string, flags: number): number {
  const descriptor = openSync(path, flags, 0o600)
  // Before the first sync, which makes it last.
  shareAsFolder(descriptor, dirname(path))
  return descriptor
}

export interface Sealed {
  hex: string
  size: number
  checksums: Uint8Array
}

// What went through the page cache is written back early, so that the sync at the end has little left to do.
const writeBackEvery = 32 * 1024 * 1024
// Fewer bytes than these are not worth a way of their own, nor another thread.
const directFrom = 64 * 1024

/**
 * One object's file while it is written; lives in an upload worker, so that hashing and syncing stall nobody else.
 * A failed write stands as `failed` until the next rollback; a failed sync for good.
 */
export class WriteFile {
  readonly #path: string
  readonly #algorithm: Algorithm
  readonly #failpoint: Failpoint
  #descriptor: number
  #now: Progress
  #marked: Progress
  #failed: Error | undefined
  #lost: Error | undefined
  /** The same file past the page cache; null where the file system has no such way. */
  #direct: number | null | undefined
  #cached = 0
  #syncing: Promise<void> | undefined

  private constructor(path: string, algorithm: Algorithm, failpoint: Failpoint, descriptor: number) {
    this.#path = path
    this.#algorithm = algorithm
    this.#failpoint = failpoint
    this.#descriptor = descriptor
    this.#now = { size: 0, hash: createHash(algorithm), blocks: [], open: 0 }
    this.#marked = copyOf(this.#now)
  }

  static create(path: string, algorithm: Algorithm, failpoint: Failpoint): WriteFile {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW
    return new WriteFile(path, algorithm, failpoint, openToWrite(path, flags))
  }

  /** Opens what an earlier process left; `reread` must follow before anything else. */
  static resume(path: string, algorithm: Algorithm, failpoint: Failpoint): WriteFile {
    const flags = constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW
    return new WriteFile(path, algorithm, failpoint, openToWrite(path, flags))
  }

  get failure(): Error | undefined {
    return this.#lost ?? this.#failed
  }

  /** Bytes that the last mark promises. */
  get marked(): number {
    return this.#marked.size
  }

  get length(): number {
    return fstatSync(this.#open()).size
  }

  /** Hashes the first `size` bytes again, giving way between pieces, and cuts off what is behind them. */
  async reread(size: number): Promise<void> {
    ftruncateSync(this.#open(), size)
    const piece = Buffer.allocUnsafe(rehashPiece)
    while (this.#now.size < size) {
      const read = readSync(this.#open(), piece, 0, Math.min(piece.length, size - this.#now.size), this.#now.size)
      if (read === 0) throw new Error('the file became shorter while it was read again')
      this.#take(piece.subarray(0, read))
      await new Promise(setImmediate)
    }
    this.#marked = copyOf(this.#now)
  }

  /**
   * Writes in another thread while it hashes in this one; what failed is told by `failure`.
   * `paged`: the bytes lie in memory as they will in the file, at the same offset of a page.
   */
  async write(bytes: Uint8Array, paged = false): Promise<void> {
    if (this.#failed ?? this.#lost) return
    try {
      this.#failpoint('upload.write.block')
      const written = this.#writeAll(bytes, this.#now.size, paged)
      this.#take(bytes)
      await written
      this.#writeBack()
    } catch (error) {
      this.#failed = error as Error
    }
  }

  // Whole pages go straight to the disk: filling the page cache costs more than all the rest of a push, and would
  // drive out what is read often. What is left at both ends goes through it.
  async #writeAll(bytes: Uint8Array, position: number, paged: boolean): Promise<void> {
    const head = (pageSize - (position % pageSize)) % pageSize
    const middle = Math.max(0, bytes.length - head) & -pageSize
    if (!paged || middle < directFrom || !(await this.#writeDirect(bytes.subarray(head, head + middle), position + head)))
      return this.#writeCached(bytes, position)
    await this.#writeCached(bytes.subarray(0, head), position)
    await this.#writeCached(bytes.subarray(head + middle), position + head + middle)
  }

  async #writeCached(bytes: Uint8Array, position: number): Promise<void> {
    if (bytes.length < directFrom) writeAtOnce(this.#open(), bytes, position)
    else await writeAt(this.#open(), bytes, position)
    this.#cached += bytes.length
  }

  /** False where the file system has no such way. */
  async #writeDirect(bytes: Uint8Array, position: number): Promise<boolean> {
    if (this.#direct === null) return false
    try {
      this.#direct ??= openSync(this.#path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_DIRECT)
      await writeAt(this.#direct, bytes, position)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
      this.#closeDirect()
      this.#direct = null
      return false
    }
  }

  #closeDirect(): void {
    if (this.#direct) closeSync(this.#direct)
    this.#direct = undefined
  }

  mark(): { size: number; hex: string } {
    this.#throwFailure()
    this.#marked = copyOf(this.#now)
    return { size: this.#now.size, hex: this.#now.hash.copy().digest('hex') }
  }

  rollback(): number {
    if (this.#lost) throw this.#lost
    this.#failed = undefined
    if (this.#now.size !== this.#marked.size || this.length !== this.#marked.size) {
      ftruncateSync(this.#open(), this.#marked.size)
      this.#now = copyOf(this.#marked)
    }
    return this.#now.size
  }

  async seal(algorithm: Algorithm): Promise<Sealed> {
    this.#throwFailure()
    await this.#syncing
    try {
      this.#failpoint('upload.seal.before-sync')
      await syncSlots.run(async () => {
        // Side by side: one commit of the file system's journal serves both. Neither is under way any more when the file is closed.
        const results = await Promise.allSettled([syncFile(this.#open()), this.#syncName()])
        for (const result of results) if (result.status === 'rejected') throw result.reason
      })
    } catch (error) {
      this.#lost = error as Error
    }
    this.#throwFailure()
    const { size, blocks, open, hash } = this.#now
    const hex = algorithm === this.#algorithm ? hash.copy().digest('hex') : await hashFile(this.#open(), size, algorithm)
    const all = size % checksumBlock === 0 ? blocks : [...blocks, open]
    const checksums = new Uint8Array(all.length * 4)
    const view = new DataView(checksums.buffer)
    for (const [index, value] of all.entries()) view.setUint32(index * 4, value)
    return { hex, size, checksums }
  }

  async #syncName(): Promise<void> {
    this.#failpoint('upload.seal.before-folder-sync')
    await syncFolderBeside(dirname(this.#path))
  }

  /** Holds no descriptor until one is needed again. */
  async close(): Promise<void> {
    await this.#syncing
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
    this.#closeDirect()
  }

  #open(): number {
    if (this.#descriptor < 0) this.#descriptor = openSync(this.#path, constants.O_RDWR | constants.O_NOFOLLOW)
    return this.#descriptor
  }

  #throwFailure(): void {
    const failure = this.#lost ?? this.#failed
    if (failure) throw failure
  }

  #take(bytes: Uint8Array): void {
    const now = this.#now
    now.hash.update(bytes)
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(checksumBlock - (now.size % checksumBlock), bytes.length - at)
      now.open = crc32(bytes.subarray(at, at + length), now.open)
      now.size += length
      at += length
      if (now.size % checksumBlock === 0) {
        now.blocks.push(now.open)
        now.open = 0
      }
    }
  }

  #writeBack(): void {
    if (this.#syncing || this.#cached < writeBackEvery) return
    this.#cached = 0
    this.#syncing = new Promise((resolve) => {
      fdatasync(this.#open(), (error) => {
        if (error) this.#lost = error
        this.#syncing = undefined
        resolve()
      })
    })
  }
}

const writeAsync = promisify(write)

async function writeAt(descriptor: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await writeAsync(descriptor, bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

function writeAtOnce(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
}
