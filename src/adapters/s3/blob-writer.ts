import { createHash, type Hash } from 'node:crypto'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type BlobWriter, type Mark, nothingMarked, type SealedBlob, WriterOvertaken } from '#ports/blob-store.ts'
import { BlockSums, type SumsMark } from './block-sums.ts'
import { checkedBlocks } from './checked-bytes.ts'
import { portsFailureOf } from './failures.ts'
import { copyParts, makeReadable } from './joined-parts.ts'
import { OpenPart, type OpenPartSide, type Tail } from './open-part.ts'
import { sizeOfPart } from './part-sizes.ts'
import { SentParts } from './sent-parts.ts'
import { readState, type UploadState, writeState } from './state.ts'
import { Turns } from './turns.ts'
import { digestOfObject } from './object-digest.ts'
import { completeWhole, putWhole } from './whole-object.ts'

/** What all writers of a store have in common. */
export interface WriteSide extends OpenPartSide {
  /** Of the first part (part-sizes.ts). */
  partSize: number
  /** Deletes what no mark names any more, behind whoever is served. */
  forget: (...names: string[]) => void
}

/** How far a writer is. */
interface Progress {
  sums: SumsMark
  /** Parts that were cut, in the store or on their way. */
  parts: number
  /** The object that has what lies behind them. */
  tail: Tail | undefined
  /** Undefined: another writer took these bytes, and they must be read again before more can be hashed. */
  hash: Hash | undefined
  mark: Mark
}

const closed = new Error('the writer is closed')

/**
 * Takes a blob in parts of a multipart upload under its key. Part after part is cut from what comes and sent, two at a time; what lies behind the last
 * one stays in a buffer, and goes into an object of its own (`<key>.tail.<n>`) when it must outlive this process: at a mark, or when
 * somebody else needs the buffer. No part is ever too small, since the tail becomes a part only when it is full or the blob is whole.
 * A blob that is whole before a part was cut is put in one request.
 *
 * Who goes on with another writer's mark has its parts and cannot read them: a part can be read only in an object. To seal it needs no byte
 * of them. To append it makes an object of them first (joined-parts.ts), reads that for the digest, and has the store copy it into parts of an upload of its own;
 * the earlier writer's upload is used up by that, and the store refuses whatever it still brings.
 */
export class S3BlobWriter implements BlobWriter {
  readonly #side: WriteSide
  /** Of the object in the bucket. */
  readonly #name: string
  readonly #algorithm: Algorithm
  readonly #partSize: number
  readonly #stop = new AbortController()
  readonly #sums: BlockSums
  readonly #sent: SentParts
  readonly #open: OpenPart
  #hash: Hash | undefined
  #base: string | undefined
  #marked: Progress
  /** What came since the mark is lost until the writer returns there. */
  #failure: Error | undefined
  #why: Error | undefined
  readonly #turns: Turns
  #isOvertaken = false
  #onOvertaken: (() => void) | undefined
  /** Told once when the writer is closed. */
  onEnd: (how: { sealed: boolean }) => void = () => {}

  /** @param mark of another writer; undefined: the key is new, or nothing was marked */
  constructor(side: WriteSide, name: string, algorithm: Algorithm, mark?: Mark) {
    this.#side = side
    this.#name = name
    this.#algorithm = algorithm
    this.#turns = new Turns(() => side.pool.wake())
    const state = mark && readState(mark.state)
    this.#partSize = state?.partSize ?? side.partSize
    this.#base = state?.base
    this.#sums = new BlockSums(mark?.size, state?.blocks, state?.open)
    this.#hash = state ? undefined : createHash(algorithm)
    const [{ signal }, { uploadId, parts = [] }] = [this.#stop, state ?? {}]
    this.#sent = new SentParts(side, name, { signal, first: this.#partSize, uploadId, parts })
    const tail = mark && state?.tail !== undefined ? { name: state.tail, length: mark.size - this.#sent.end } : undefined
    this.#open = new OpenPart(side, name, { holder: this, signal, tail })
    const empty = digestOf(algorithm, createHash(algorithm).digest('hex'))
    this.#marked = {
      sums: this.#sums.mark(),
      parts: this.#sent.count,
      tail,
      hash: this.#hash?.copy(),
      mark: mark && mark.size > 0 ? mark : { ...nothingMarked, digest: empty },
    }
  }

  get size(): number {
    return this.#sums.size
  }

  get marked(): number {
    return this.#marked.sums.size
  }

  get isIdle(): boolean {
    return this.#turns.isIdle
  }

  /** Whoever sets it late is told at once. */
  set onOvertaken(listener: () => void) {
    this.#onOvertaken = listener
    if (this.#isOvertaken) listener()
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseFailed()
      try {
        if (bytes.length > 0) await this.#goOn()
        await this.#take(bytes)
      } catch (error) {
        throw this.#failed(error)
      }
    })
  }

  async #take(bytes: Uint8Array): Promise<void> {
    this.#hash?.update(bytes)
    this.#sums.add(bytes)
    for (let at = 0; at < bytes.length; ) {
      const full = this.#open.isFull ? this.#open.take() : undefined
      if (full) await this.#sent.send(full)
      at += await this.#open.fill(bytes.subarray(at), this.#partHere)
    }
  }

  mark(): Promise<Mark> {
    return this.#turns.take(async () => {
      this.#refuseFailed()
      if (this.size === this.marked) return this.#marked.mark
      try {
        const storing = this.#open.store()
        await Promise.allSettled([storing, this.#sent.quiet()])
        await this.#sent.settle()
        const tail = await storing
        const { size, full: blocks, open } = this.#sums
        const { count, all: parts } = this.#sent
        const uploadId = count > 0 ? this.#sent.uploadId : undefined
        const state: UploadState = { uploadId, partSize: this.#partSize, parts, tail: tail?.name, base: this.#base, blocks, open }
        const mark = { size, state: writeState(state), digest: this.#digestNow() }
        // The row has the mark before this one by now, or none would be asked for; the one before that is not needed any more.
        this.#side.forget(...this.#open.allBut(this.#marked.tail, tail))
        this.#marked = { sums: this.#sums.mark(), parts: count, tail, hash: this.#hash?.copy(), mark }
        return mark
      } catch (error) {
        throw this.#failed(error)
      }
    })
  }

  rollback(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseClosed()
      // A part that is sent again under the same number must come after the one before.
      await this.#sent.quiet()
      this.#refuseClosed()
      const { sums, parts, tail, hash } = this.#marked
      const isSamePart = this.#sent.count === parts
      this.#sent.rollback(parts)
      this.#open.rollback(sums.size - this.#sent.end, tail, isSamePart)
      this.#sums.rollback(sums)
      this.#hash = hash?.copy()
      this.#failure = undefined
    })
  }

  seal(algorithm: Algorithm): Promise<SealedBlob> {
    return this.#turns.take(async () => {
      this.#refuseFailed()
      try {
        const sealed = await this.#seal(algorithm)
        await this.#close(closed, { sealed: true })
        return sealed
      } catch (error) {
        const failure = this.#failed(error)
        await this.#close(closed)
        throw failure
      }
    })
  }

  async #seal(algorithm: Algorithm): Promise<SealedBlob> {
    const { client, forget } = this.#side
    const { size } = this
    const digest = this.#hash || !this.#marked.mark.digest ? this.#digestNow() : this.#marked.mark.digest
    const whole = { client, name: this.#name, size, digest, base: this.#base }
    await this.#load()
    await this.#sent.settle()
    const { count, uploadId = '', all: parts } = this.#sent
    if (count === 0) await putWhole(whole, this.#open.bytes)
    else await completeWhole(whole, { uploadId, parts, last: this.#open.bytes })
    forget(...this.#open.allBut())
    const sealed = { digest, size, checksums: this.#sums.all }
    if (algorithm === this.#algorithm) return sealed
    return { ...sealed, digest: (await digestOfObject(client, this.#name, algorithm))?.digest ?? digest }
  }

  rest(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseClosed()
      if (this.#failure || !this.#open.isInMemory) return
      await this.#open.store()
      this.#open.drop()
    })
  }

  async abandon(why: Error = closed): Promise<void> {
    this.#why ??= why
    this.#stop.abort(this.#why)
    await this.#turns.done()
    await this.#close(this.#why)
  }

  /** Makes what was taken readable in the bucket up to where its parts go, and goes on. */
  makeReadable(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseFailed()
      try {
        await this.#sent.settle()
        await this.#join()
      } catch (error) {
        throw this.#failed(error)
      }
    })
  }

  /** Before bytes are added to what another writer left. */
  async #goOn(): Promise<void> {
    if (!this.#hash) await this.#takeOver()
    await this.#load()
  }

  async #takeOver(): Promise<void> {
    const hash = createHash(this.#algorithm)
    await this.#join((block) => void hash.update(block))
    await this.#load()
    hash.update(this.#open.bytes)
    const digest = digestOf(this.#algorithm, hash.copy().digest('hex'))
    if (digest !== this.#marked.mark.digest) throw new RegistryError('storage-failed', 'the object store has other bytes than were marked')
    this.#hash = hash
    this.#marked.hash = hash.copy()
  }

  /** The parts become an object under the key and parts of another upload. */
  async #join(each?: (block: Uint8Array) => void): Promise<void> {
    const { end, count, uploadId, all: parts } = this.#sent
    if (end === 0) return
    const { client } = this.#side
    const etag = await makeReadable(client, this.#name, { uploadId, parts, end })
    if (etag === undefined) throw new RegistryError('storage-failed', 'the object store has lost what was marked')
    const copying = copyParts(client, this.#name, { etag, count, partSize: this.#partSize })
    copying.catch(() => {})
    const wanted = { key: this.#name, from: 0, to: end, etag }
    if (each) for await (const block of checkedBlocks(client, wanted, (index) => this.#sums.of(index))) each(block)
    this.#sent.replace(await copying)
    this.#base = etag
  }

  /** What lies behind the parts comes back into memory. */
  #load(): Promise<void> {
    return this.#open.load(this.#sent.end, this.#partHere, this.#sums)
  }

  /** How large the part is that is not cut yet. */
  get #partHere(): number {
    return sizeOfPart(this.#sent.count, this.#partSize)
  }

  #digestNow(): Digest {
    if (!this.#hash) throw new Error('what another writer took was not read again')
    return digestOf(this.#algorithm, this.#hash.copy().digest('hex'))
  }

  #failed(error: unknown): Error {
    const failure = portsFailureOf(error)
    this.#failure ??= this.#why ?? failure
    if (failure instanceof WriterOvertaken && !this.#isOvertaken) {
      this.#isOvertaken = true
      this.#why ??= failure
      this.#onOvertaken?.()
    }
    return this.#failure
  }

  #refuseFailed(): void {
    this.#refuseClosed()
    if (this.#failure) throw this.#failure
  }

  #refuseClosed(): void {
    if (this.#why) throw this.#why
  }

  async #close(why: Error, how = { sealed: false }): Promise<void> {
    this.#why ??= why
    await this.#sent.quiet()
    this.#open.drop()
    this.onEnd(how)
    this.onEnd = () => {}
  }
}
