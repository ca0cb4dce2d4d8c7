import type { Algorithm } from '#core/digest.ts'
import { type BlobWriter, type Mark, type SealedBlob, WriterOvertaken } from '#ports/blob-store.ts'
import { portsFailureOf } from './failures.ts'
import { TakenBytes, type WriteSide } from './taken-bytes.ts'
import { Turns } from './turns.ts'

const closed = new Error('the writer is closed')

/** Does with a blob's bytes (taken-bytes.ts) what is asked, one thing after the other, and knows what still may be asked: nothing but a rollback after a failure, nothing at all when it is closed. */
export class BucketBlobWriter implements BlobWriter {
  readonly #stop = new AbortController()
  readonly #taken: TakenBytes
  readonly #turns: Turns
  /** What came since the mark is lost until the writer returns there. */
  #failure: Error | undefined
  #why: Error | undefined
  #isOvertaken = false
  #onOvertaken: (() => void) | undefined
  /** Told once when the writer is closed. */
  onEnd: (how: { sealed: boolean }) => Promise<void> = async () => {}

  /** @param mark of another writer; undefined: the key is new, or nothing was marked */
  constructor(side: WriteSide, name: string, algorithm: Algorithm, mark?: Mark) {
    this.#turns = new Turns(() => side.pool.wake())
    this.#taken = new TakenBytes(side, name, algorithm, { holder: this, signal: this.#stop.signal, mark })
  }

  get size(): number {
    return this.#taken.size
  }

  get marked(): number {
    return this.#taken.marked
  }

  get held(): number {
    return this.#taken.held
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
    return this.#work(() => this.#taken.take(bytes))
  }

  mark(): Promise<Mark> {
    return this.#work(() => this.#taken.mark())
  }

  /** Makes what was taken readable in the bucket up to where its parts go, and goes on. */
  makeReadable(): Promise<void> {
    return this.#work(() => this.#taken.makeReadable())
  }

  rollback(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseClosed()
      await this.#taken.quiet()
      this.#refuseClosed()
      await this.#taken.rollback()
      this.#failure = undefined
    })
  }

  seal(algorithm: Algorithm): Promise<SealedBlob> {
    return this.#turns.take(async () => {
      this.#refuseFailed()
      try {
        const sealed = await this.#taken.seal(algorithm)
        await this.#close(closed, { sealed: true })
        return sealed
      } catch (error) {
        const failure = this.#failed(error)
        await this.#close(closed)
        throw failure
      }
    })
  }

  rest(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refuseClosed()
      if (!this.#failure) await this.#taken.rest()
    })
  }

  async abandon(why: Error = closed): Promise<void> {
    this.#why ??= why
    this.#stop.abort(this.#why)
    await this.#turns.done()
    await this.#close(this.#why)
  }

  #work<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(async () => {
      this.#refuseFailed()
      try {
        return await work()
      } catch (error) {
        throw this.#failed(error)
      }
    })
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
    await this.#taken.quiet()
    this.#taken.drop()
    const { onEnd } = this
    this.onEnd = async () => {}
    await onEnd(how)
  }
}
