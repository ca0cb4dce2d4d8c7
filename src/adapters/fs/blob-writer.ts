import { type Algorithm, digestOf } from '#core/digest.ts'
import type { BlobWriter, Mark, SealedBlob } from '#ports/blob-store.ts'
import { bytesOf, pageSize, type Slot, slotSize } from './slots.ts'
import type { UploadLine } from './upload-line.ts'

const slotsPerWriter = 2
/** The file says itself what it has. */
const noState = new Uint8Array()
const closed = () => new Error('the writer is closed')

/** Where the file of a key is, and how its digest is taken. */
export interface FileOfKey {
  path: string
  at: number
  algorithm: Algorithm
}

type OrderOfWriter =
  | { kind: 'resume'; path: string; algorithm: Algorithm; size: number }
  | { kind: 'mark' | 'rollback' | 'rest' | 'close' }
  | { kind: 'seal'; algorithm: Algorithm }

/** The serving thread's end of a file that an upload worker writes. */
export class FsBlobWriter implements BlobWriter {
  readonly #line: UploadLine
  /** Which worker's the file is. */
  readonly #at: number
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
  /** Told once when the writer is closed. */
  onEnd: () => void = () => {}
  /** Why it takes no more. */
  #why: Error | undefined

  private constructor(line: UploadLine, { at, algorithm }: FileOfKey) {
    this.#line = line
    this.#at = at
    this.#algorithm = algorithm
    this.#writer = line.register((slot, failure) => {
      this.#underWay--
      this.#failure ??= failure
      line.slots.give(slot)
      this.#wake?.()
    })
  }

  static create(line: UploadLine, file: FileOfKey): FsBlobWriter {
    const writer = new FsBlobWriter(line, file)
    line.send(file.at, { kind: 'create', writer: writer.#writer, path: file.path, algorithm: file.algorithm })
    return writer
  }

  /** Undefined when the file is lost. */
  static async resume(line: UploadLine, file: FileOfKey, size: number): Promise<FsBlobWriter | undefined> {
    const writer = new FsBlobWriter(line, file)
    const { path, algorithm } = file
    const found = (await writer.#call({ kind: 'resume', path, algorithm, size })) as number | undefined
    if (found === undefined) {
      line.unregister(writer.#writer)
      return undefined
    }
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
    const { size, hex } = (await this.#call({ kind: 'mark' })) as { size: number; hex: string }
    this.marked = size
    return { size, state: noState, digest: digestOf(this.#algorithm, hex) }
  }

  async rollback(): Promise<void> {
    this.#refuseClosed()
    this.#dropSlot()
    this.size = (await this.#call({ kind: 'rollback' })) as number
    // Only now: the answers to what was still under way came before this one.
    if (!this.#closed) this.#failure = undefined
  }

  async seal(algorithm: Algorithm): Promise<SealedBlob> {
    this.#refuseClosed()
    this.#flush()
    try {
      const sealed = (await this.#call({ kind: 'seal', algorithm })) as {
        hex: string
        size: number
        checksums: Uint8Array
      }
      return { digest: digestOf(algorithm, sealed.hex), size: sealed.size, checksums: sealed.checksums }
    } finally {
      await this.abandon()
    }
  }

  async rest(): Promise<void> {
    this.#refuseClosed()
    this.#flush()
    this.#dropSlot()
    await this.#call({ kind: 'rest' })
  }

  async abandon(why: Error = closed()): Promise<void> {
    this.#why ??= why
    this.#closed ??= this.#call({ kind: 'close' }).finally(() => {
      this.#line.unregister(this.#writer)
      this.#dropSlot()
      this.onEnd()
    })
    // An append that waits for room ends: its worker answers no more.
    this.#failure ??= this.#why
    this.#wake?.()
    await this.#closed
  }

  #call(order: OrderOfWriter): Promise<unknown> {
    return this.#line.call(this.#at, { ...order, writer: this.#writer })
  }

  #refuseClosed(): void {
    if (this.#why) throw this.#why
  }

  #flush(): void {
    if (!this.#slot || this.#from === this.#to) return
    this.#underWay++
    this.#line.send(this.#at, { kind: 'write', writer: this.#writer, slot: this.#slot.slot, from: this.#from, to: this.#to })
    this.#slot = undefined
  }

  #dropSlot(): void {
    if (this.#slot) this.#line.slots.give(this.#slot.slot)
    this.#slot = undefined
  }

  async #nextSlot(): Promise<{ bytes: Buffer }> {
    while (this.#underWay >= slotsPerWriter && !this.#failure) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    if (this.#failure) throw this.#failure
    const { slots } = this.#line
    const slot = slots.take()
    this.#slot = { slot, bytes: bytesOf(slots.arena, slot) }
    this.#from = this.size % pageSize
    this.#to = this.#from
    return this.#slot
  }
}
