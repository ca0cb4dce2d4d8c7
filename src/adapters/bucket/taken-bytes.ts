import { createHash, type Hash } from 'node:crypto'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type Mark, nothingMarked, type SealedBlob } from '#ports/blob-store.ts'
import { BlockSums, type SumsMark } from './block-sums.ts'
import { joinParts } from './joined-parts.ts'
import { digestOfObject } from './object-digest.ts'
import { OpenPart, type OpenPartSide, type Tail } from './open-part.ts'
import type { Holder } from './part-pool.ts'
import { sizeOfPart } from './part-sizes.ts'
import { SentParts } from './sent-parts.ts'
import { readState, type UploadState, writeState } from './state.ts'
import { completeWhole, putWhole } from './whole-object.ts'

/** What all writers of a store have in common. */
export interface WriteSide extends OpenPartSide {
  /** Of the first part (part-sizes.ts). */
  partSize: number
  /** Deletes what no mark names any more; that it could not is nobody's failure. */
  forget: (...names: string[]) => Promise<void>
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

/**
 * The bytes of a blob that is being written. Part after part is cut from what comes and sent, two at a time; what lies behind the last
 * one stays in a buffer, and goes into an object of its own (`<key>.tail.<n>`) when it must outlive this process: at a mark, or when
 * somebody else needs the buffer. No part is ever too small, since the tail becomes a part only when it is full or the blob is whole.
 * A blob that is whole before a part was cut is put in one request.
 *
 * Who goes on with another writer's mark has its parts and cannot read them: a part can be read only in an object. To seal it needs no byte
 * of them. To append it makes an object of them first, reads that for the digest, and goes on with its parts (joined-parts.ts);
 * what the earlier writer sent is used up by that, and it can finish nothing more.
 *
 * One call at a time; what came after a mark is of no use once a call has failed, until `rollback`.
 */
export class TakenBytes {
  readonly #side: WriteSide
  /** Of the object in the bucket. */
  readonly #name: string
  readonly #algorithm: Algorithm
  /** Of the first part. */
  readonly #partSize: number
  readonly #sums: BlockSums
  readonly #sent: SentParts
  readonly #open: OpenPart
  #hash: Hash | undefined
  #base: string | undefined
  /** Up to where what lies under the key goes, if it was made of parts here: who asks again for the same has nothing copied again. */
  #joined: number | undefined
  #marked: Progress

  /** @param mark of another writer; undefined: the key is new, or nothing was marked */
  constructor(
    side: WriteSide,
    name: string,
    algorithm: Algorithm,
    { holder, signal, mark }: { holder: Holder; signal: AbortSignal; mark: Mark | undefined },
  ) {
    this.#side = side
    this.#name = name
    this.#algorithm = algorithm
    const state = mark && readState(mark.state)
    this.#partSize = state?.partSize ?? side.partSize
    this.#base = state?.base
    this.#sums = new BlockSums(mark?.size, state?.blocks, state?.open)
    this.#hash = state ? undefined : createHash(algorithm)
    const { uploadId, parts = [] } = state ?? {}
    this.#sent = new SentParts(side, name, { signal, first: this.#partSize, uploadId, parts })
    const tail = mark && state?.tail !== undefined ? { name: state.tail, length: mark.size - this.#sent.end } : undefined
    this.#open = new OpenPart(side, name, { holder, signal, tail })
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
    return this.#sums.size + this.#open.behind.length
  }

  get marked(): number {
    return this.#marked.sums.size
  }

  /** What lies in the store: parts that a rollback forgot are there until others have their numbers, or the upload ends. */
  get held(): number {
    return Math.max(this.size, this.#sent.mostEnd)
  }

  async take(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    if (this.#hash && this.#open.collects(bytes)) return
    await this.#bringBack()
    await this.#add(bytes)
  }

  async #add(bytes: Uint8Array): Promise<void> {
    if (!this.#hash) await this.#takeOver()
    await this.#load()
    this.#hash?.update(bytes)
    this.#sums.add(bytes)
    for (let at = 0; at < bytes.length; ) {
      const full = this.#open.isFull ? this.#open.take() : undefined
      if (full) await this.#sent.send(full)
      at += await this.#open.fill(bytes.subarray(at), this.#partHere)
    }
  }

  async mark(): Promise<Mark> {
    if (this.size === this.marked) return this.#marked.mark
    await this.#bringBack()
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
    void this.#side.forget(...this.#open.allBut(this.#marked.tail, tail))
    this.#marked = { sums: this.#sums.mark(), parts: count, tail, hash: this.#hash?.copy(), mark }
    return mark
  }

  /** Nothing may be on its way any more: a part that is sent again under the same number must come after the one before. */
  async rollback(): Promise<void> {
    const { sums, parts, tail, hash } = this.#marked
    const isSamePart = this.#sent.count === parts
    // Others may come in the place of those that it was made of.
    if (!isSamePart) this.#joined = undefined
    this.#open.dropBehind()
    await this.#sent.rollback(parts)
    this.#open.rollback(sums.size - this.#sent.end, tail, isSamePart)
    this.#sums.rollback(sums)
    this.#hash = hash?.copy()
  }

  async seal(algorithm: Algorithm): Promise<SealedBlob> {
    await this.#bringBack()
    const { client, forget, failpoint } = this.#side
    const { size } = this
    const digest = this.#hash || !this.#marked.mark.digest ? this.#digestNow() : this.#marked.mark.digest
    const whole = { client, name: this.#name, size, digest, base: this.#base }
    await this.#load()
    await this.#sent.settle()
    const { count, uploadId = '', all: parts } = this.#sent
    if (count === 0) await putWhole(whole, this.#open.bytes)
    else await completeWhole(whole, { uploadId, parts, last: this.#open.bytes })
    failpoint('bucket.object.after-make')
    // Before a row says that it is sealed: nobody comes back to it after that, and what lay there would lie there as long as the blob.
    await forget(...this.#open.allBut())
    const sealed = { digest, size, checksums: this.#sums.all }
    if (algorithm === this.#algorithm) return sealed
    return { ...sealed, digest: (await digestOfObject(client, this.#name, algorithm))?.digest ?? digest }
  }

  /** What is in memory goes into the store. */
  async rest(): Promise<void> {
    await this.#bringBack()
    if (!this.#open.isInMemory) return
    await this.#open.store()
    this.#open.drop()
  }

  /** What was taken can be read in the bucket up to where its parts go. */
  async makeReadable(): Promise<void> {
    await this.#sent.settle()
    if (this.#joined !== this.#sent.end) await this.#join()
  }

  /** Nothing is on its way any more, whatever became of it. */
  quiet(): Promise<void> {
    return this.#sent.quiet()
  }

  drop(): void {
    this.#open.dropBehind()
    this.#open.drop()
  }

  /** What was collected is taken like all else. */
  async #bringBack(): Promise<void> {
    await this.#open.takeBehind((bytes) => this.#add(bytes))
  }

  /** Before bytes are added to what another writer left. */
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

  /** The parts become an object under the key, and go on as parts. */
  async #join(each?: (block: Uint8Array) => void): Promise<void> {
    const taken = { sent: this.#sent, sums: this.#sums, base: this.#base, first: this.#partSize }
    this.#base = await joinParts(this.#side, this.#name, taken, each)
    this.#joined = this.#sent.end
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
}
