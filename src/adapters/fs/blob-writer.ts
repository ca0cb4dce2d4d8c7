import { type Algorithm, digestOf } from '#core/digest.ts'
import type { BlobWriter, Mark, SealedBlob } from '#ports/blob-store.ts'
import { bytesOf, pageSize, type Slot, slotSize } from './slots.ts'
import type { UploadLine } from './upload-line.ts'
import type { Filled } from './upload-worker.ts'
import type { Sealed } from './write-file.ts'

const slotsPerWriter = 2
/** The file says itself what it has. */
const noState = new Uint8Array()
// Made once: who asks for a trace each time pays for it with each push.
const closed = new Error('the writer is closed')

/** Where the file of a key is, and how its digest is taken. */
export interface FileOfKey {
  path: string
  shard: number
  algorithm: Algorithm
}

type OrderOfWriter =
  | { kind: 'take'; path: string; algorithm: Algorithm }
  | { kind: 'resume'; size: number }
  | { kind: 'mark' | 'rollback' | 'rest' | 'close' }
  | { kind: 'seal'; algorithm: Algorithm; last: Filled | undefined }

/** The serving thread's end of a file that an upload worker writes. */
export class FsBlobWriter implements BlobWriter {
  readonly #line: UploadLine
  /** Which worker's the file is. */
  readonly #shard: number
  readonly #writer: number
  #slot: { slot: Slot; bytes: Buffer } | undefined
  /** The slot's bytes in use. It begins where the file's page begins, so that whole pages lie alike in both. */
  #from = 0
  #to = 0
  #underWay = 0
  /** On its way to the file, and not answered: the worker has done with it when it answers whatever came after it. */
  #unanswered: Slot | undefined
  #wake: (() => void) | undefined
  #failure: Error | undefined
  #closed: Promise<unknown> | undefined
  readonly #algorithm: Algorithm
  size = 0
  marked = 0
  /** Told once when the writer is closed. */
  onEnd: () => void = () => {}
  #onOvertaken: (() => void) | undefined
  #isOvertaken = false
  /** Why it takes no more. */
  #why: Error | undefined

  private constructor(line: UploadLine, { shard, algorithm }: FileOfKey) {
    this.#line = line
    this.#shard = shard
    this.#algorithm = algorithm
    this.#writer = line.register({
      written: (slot, failure) => {
        this.#underWay--
        this.#failure ??= failure
        line.slots.give(slot)
        this.#giveUnanswered()
        this.#wake?.()
      },
      overtaken: () => {
        this.#isOvertaken = true
        this.#onOvertaken?.()
      },
    })
  }

  /** Whoever sets it late is told at once. */
  set onOvertaken(listener: () => void) {
    this.#onOvertaken = listener
    if (this.#isOvertaken) listener()
  }

  static create(line: UploadLine, file: FileOfKey): FsBlobWriter {
    const writer = new FsBlobWriter(line, file)
    line.send(file.shard, { kind: 'create', writer: writer.#writer, path: file.path, algorithm: file.algorithm })
    return writer
  }

  /**
   * Takes the file from the writers before, asks which mark stands, and goes on there. In this order: a mark that another one made
   * between the question and the taking would be cut off, and what that one sealed with it. Undefined when the file is lost.
   */
  static async resume(
    line: UploadLine,
    { path, shard, algorithm }: FileOfKey,
    claim: () => Promise<Mark>,
  ): Promise<FsBlobWriter | undefined> {
    const writer = new FsBlobWriter(line, { path, shard, algorithm })
    try {
      await writer.#call({ kind: 'take', path, algorithm })
      const { size } = await claim()
      const found = (await writer.#call({ kind: 'resume', size })) as number | undefined
      if (found !== undefined) return Object.assign(writer, { size: found, marked: found })
    } catch (error) {
      await writer.abandon().catch(() => {})
      throw error
    }
    await writer.abandon()
    return undefined
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
    const last = this.#filled()
    const sealing = this.#call({ kind: 'seal', algorithm, last }) as Promise<Sealed>
    this.#why = closed
    this.#failure ??= this.#why
    this.#closed = sealing.then(
      () => this.#end(last),
      () => this.#end(last),
    )
    await this.#closed
    const { hex, size, checksums } = await sealing
    return { digest: digestOf(algorithm, hex), size, checksums }
  }

  async rest(): Promise<void> {
    this.#refuseClosed()
    this.#flush()
    this.#dropSlot()
    await this.#call({ kind: 'rest' })
  }

  async abandon(why: Error = closed): Promise<void> {
    this.#why ??= why
    this.#closed ??= this.#call({ kind: 'close' }).finally(() => this.#end())
    // An append that waits for room ends: its worker answers no more.
    this.#failure ??= this.#why
    this.#wake?.()
    await this.#closed
  }

  #call(order: OrderOfWriter): Promise<unknown> {
    return this.#line.call(this.#shard, { ...order, writer: this.#writer }).finally(() => this.#giveUnanswered())
  }

  #end(last?: Filled): void {
    this.#line.unregister(this.#writer)
    if (last) this.#line.slots.give(last.slot)
    this.#dropSlot()
    this.onEnd()
  }

  #refuseClosed(): void {
    if (this.#why) throw this.#why
  }

  #flush(): void {
    const filled = this.#filled()
    if (!filled) return
    // Nobody waits for the first: to be told of it would only wake this thread.
    const answer = this.#underWay > 0 || this.#unanswered !== undefined
    if (answer) this.#underWay++
    else this.#unanswered = filled.slot
    this.#line.send(this.#shard, { kind: 'write', writer: this.#writer, answer, ...filled })
  }

  #giveUnanswered(): void {
    if (this.#unanswered !== undefined) this.#line.slots.give(this.#unanswered)
    this.#unanswered = undefined
  }

  /** What the slot has; it is on its way then. */
  #filled(): Filled | undefined {
    if (!this.#slot || this.#from === this.#to) return undefined
    const { slot } = this.#slot
    this.#slot = undefined
    return { slot, from: this.#from, to: this.#to }
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
