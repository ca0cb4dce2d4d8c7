import { type Algorithm, digestOf } from '#core/digest.ts'
import type { BlobWriter, Mark, SealedBlob } from '#ports/blob-store.ts'
import { bytesOf, pageSize, type Slot, slotSize } from './slots.ts'
import type { UploadWorkers } from './upload-workers.ts'

const slotsPerWriter = 2
/** The file says itself what it has. */
const noState = new Uint8Array()
const closed = () => new Error('the writer is closed')

/** The serving thread's end of a file that an upload worker writes. */
export class FsBlobWriter implements BlobWriter {
  readonly #workers: UploadWorkers
  readonly #writer: number
  #slot: { slot: Slot; bytes: Buffer } | undefined
  /** The slot's bytes in use. It begins where the file's page begins, so that whole pages lie alike in both. */
  #from = 0
  #to = 0
  #underWay = 0
  #wake: (() => void) | undefined
  #failure: Error | undefined
  #closed: Promise<unknown> | undefined
  readonly #algorithm: Algorithm
  size = 0
  marked = 0
  /** Told once when the writer is closed, and whether its file is lost: it could not be sealed. */
  onEnd: (lost: boolean) => void = () => {}
  #lost = false
  /** Why it takes no more. */
  #why: Error | undefined

  private constructor(workers: UploadWorkers, algorithm: Algorithm) {
    this.#workers = workers
    this.#algorithm = algorithm
    this.#writer = workers.register((slot, failure) => {
      this.#underWay--
      this.#failure ??= failure
      workers.slots.give(slot)
      this.#wake?.()
    })
  }

  static create(workers: UploadWorkers, path: string, algorithm: Algorithm): FsBlobWriter {
    const writer = new FsBlobWriter(workers, algorithm)
    workers.send({ kind: 'create', writer: writer.#writer, path, algorithm })
    return writer
  }

  static async resume(workers: UploadWorkers, path: string, algorithm: Algorithm, size: number): Promise<FsBlobWriter> {
    const writer = new FsBlobWriter(workers, algorithm)
    const found = (await workers.call({ kind: 'resume', writer: writer.#writer, path, algorithm, size })) as number
    writer.size = found
    writer.marked = found
    return writer
  }

  async append(bytes: Uint8Array): Promise<void> {
    // `copy`, and not `set`: on shared memory that goes byte by byte where the two sides are not aligned alike.
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < bytes.length; ) {
      if (this.#failure) throw this.#failure
      const slot = this.#slot ?? (await this.#nextSlot())
      const length = Math.min(slotSize - this.#to, bytes.length - at)
      source.copy(slot.bytes, this.#to, at, at + length)
      this.#to += length
      this.size += length
      at += length
      if (this.#to === slotSize) this.#flush()
    }
  }

  async mark(): Promise<Mark> {
    this.#refuseClosed()
    this.#flush()
    const { size, hex } = (await this.#workers.call({ kind: 'mark', writer: this.#writer })) as { size: number; hex: string }
    this.marked = size
    return { size, state: noState, digest: digestOf(this.#algorithm, hex) }
  }

  async rollback(): Promise<void> {
    this.#refuseClosed()
    this.#dropSlot()
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
    } catch (error) {
      this.#lost = true
      throw error
    } finally {
      await this.abandon()
    }
  }

  async rest(): Promise<void> {
    this.#refuseClosed()
    this.#flush()
    this.#dropSlot()
    await this.#workers.call({ kind: 'rest', writer: this.#writer })
  }

  async abandon(why: Error = closed()): Promise<void> {
    this.#why ??= why
    this.#closed ??= this.#workers.call({ kind: 'close', writer: this.#writer }).finally(() => {
      this.#workers.unregister(this.#writer)
      this.#dropSlot()
      this.onEnd(this.#lost)
    })
    // An append that waits for room ends: its worker answers no more.
    this.#failure ??= this.#why
    this.#wake?.()
    await this.#closed
  }

  #refuseClosed(): void {
    if (this.#why) throw this.#why
  }

  #flush(): void {
    if (!this.#slot || this.#from === this.#to) return
    this.#underWay++
    this.#workers.send({ kind: 'write', writer: this.#writer, slot: this.#slot.slot, from: this.#from, to: this.#to })
    this.#slot = undefined
  }

  #dropSlot(): void {
    if (this.#slot) this.#workers.slots.give(this.#slot.slot)
    this.#slot = undefined
  }

  async #nextSlot(): Promise<{ bytes: Buffer }> {
    while (this.#underWay >= slotsPerWriter && !this.#failure) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    if (this.#failure) throw this.#failure
    const { slots } = this.#workers
    const slot = slots.take()
    this.#slot = { slot, bytes: bytesOf(slots.arena, slot) }
    this.#from = this.size % pageSize
    this.#to = this.#from
    return this.#slot
  }
}
