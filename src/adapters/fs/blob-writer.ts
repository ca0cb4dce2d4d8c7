import { type Algorithm, digestOf } from '#core/digest.ts'
import type { BlobWriter, SealedBlob } from '#ports/blob-store.ts'
import { slotSize, type UploadWorkers } from './upload-workers.ts'

const slotsPerWriter = 2
const closed = () => new Error('the writer is closed')

/** The serving thread's end of a file that an upload worker writes. */
export class FsBlobWriter implements BlobWriter {
  readonly #workers: UploadWorkers
  readonly #writer: number
  #slot: SharedArrayBuffer | undefined
  #filled = 0
  #underWay = 0
  #wake: (() => void) | undefined
  #failure: Error | undefined
  #closed: Promise<unknown> | undefined
  size: number
  marked: number

  private constructor(workers: UploadWorkers, size: number) {
    this.#workers = workers
    this.size = size
    this.marked = size
    this.#writer = workers.register((slot, failure) => {
      this.#underWay--
      this.#failure ??= failure
      workers.giveSlot(slot)
      this.#wake?.()
    })
  }

  static create(workers: UploadWorkers, path: string, algorithm: Algorithm): FsBlobWriter {
    const writer = new FsBlobWriter(workers, 0)
    workers.send({ kind: 'create', writer: writer.#writer, path, algorithm })
    return writer
  }

  static async resume(workers: UploadWorkers, path: string, algorithm: Algorithm, size: number): Promise<FsBlobWriter> {
    const writer = new FsBlobWriter(workers, 0)
    const found = (await workers.call({ kind: 'resume', writer: writer.#writer, path, algorithm, size })) as number
    writer.size = found
    writer.marked = found
    return writer
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#failure) throw this.#failure
      this.#slot ??= await this.#freeSlot()
      const length = Math.min(slotSize - this.#filled, bytes.length - at)
      new Uint8Array(this.#slot, this.#filled, length).set(bytes.subarray(at, at + length))
      this.#filled += length
      at += length
      if (this.#filled === slotSize) this.#flush()
    }
    this.size += bytes.length
  }

  async mark(): Promise<number> {
    this.#refuseClosed()
    this.#flush()
    this.marked = (await this.#workers.call({ kind: 'mark', writer: this.#writer })) as number
    return this.marked
  }

  async rollback(): Promise<void> {
    this.#refuseClosed()
    this.#filled = 0
    this.size = (await this.#workers.call({ kind: 'rollback', writer: this.#writer })) as number
    // Only now: the answers to what was still under way came before this one.
    if (!this.#closed) this.#failure = undefined
  }

  async seal(algorithm: Algorithm): Promise<SealedBlob> {
    this.#refuseClosed()
    this.#flush()
    try {
      const sealed = (await this.#workers.call({ kind: 'seal', writer: this.#writer, algorithm })) as {
        hex: string
        size: number
        checksums: Uint8Array
      }
      return { digest: digestOf(algorithm, sealed.hex), size: sealed.size, checksums: sealed.checksums }
    } finally {
      await this.abandon()
    }
  }

  async abandon(): Promise<void> {
    this.#closed ??= this.#workers.call({ kind: 'close', writer: this.#writer }).finally(() => {
      this.#workers.unregister(this.#writer)
      if (this.#slot) this.#workers.giveSlot(this.#slot)
      this.#slot = undefined
    })
    // An append that waits for room ends: its worker answers no more.
    this.#failure ??= closed()
    this.#wake?.()
    await this.#closed
  }

  #refuseClosed(): void {
    if (this.#closed) throw closed()
  }

  #flush(): void {
    if (!this.#slot || this.#filled === 0) return
    this.#underWay++
    this.#workers.send({ kind: 'write', writer: this.#writer, slot: this.#slot, length: this.#filled })
    this.#slot = undefined
    this.#filled = 0
  }

  async #freeSlot(): Promise<SharedArrayBuffer> {
    while (this.#underWay >= slotsPerWriter && !this.#failure) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    if (this.#failure) throw this.#failure
    return this.#workers.takeSlot()
  }
}
