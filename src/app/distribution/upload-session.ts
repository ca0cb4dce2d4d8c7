import { type BlobWriter, type Mark, nothingMarked } from '#ports/blob-store.ts'
import type { Holder } from './open-files.ts'

/**
 * What this process has of an upload: a writer, and the epoch by which the row knows it (ports/uploads.ts). Nobody else
 * needs any of it: an upload that has no session here is claimed, and opened at its row's mark.
 *
 * opening:  a request is at it; its writer is not there yet. A second request is out of order.
 * busy:     a request is at it. The writer may have taken more than the row has.
 * flushing: that request broke off, and what it brought is on its way to the file. The next request waits for that, and
 *           goes on behind all that was taken, or again where the broken one started.
 * idle:     nobody is at it. Its file may be closed; its size and hash are kept.
 * ended:    sealed, cancelled, or its writer failed. While a request is still at it a second one is out of order, unless
 *           it was cancelled; then the next one begins with the row.
 */
type State =
  | { is: 'opening' }
  | { is: 'busy'; writer: BlobWriter }
  | { is: 'flushing'; writer: BlobWriter; flushed: Promise<void> }
  | { is: 'idle'; writer: BlobWriter; since: number }
  | { is: 'ended'; cancelled: boolean; size: number | undefined; held: number | undefined }

/** Bytes that lie in the store for a writer. */
export const heldBy = (writer: BlobWriter): number => writer.held ?? writer.size

export class RequestAtSession {
  readonly #came = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()

  /** All of its bytes are here: what it still waits for is our own work. */
  allCame(): void {
    this.#came.resolve()
  }

  isOver(): void {
    this.#came.resolve()
    this.#over.resolve()
  }

  /** Waits until it is over, but for its bytes only so long. */
  async wait(patience: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<'too long'>((resolve) => (timer = setTimeout(resolve, patience, 'too long')))
    const came = await Promise.race([this.#came.promise, tooLong])
    clearTimeout(timer)
    if (came !== 'too long') await this.#over.promise
  }
}

export class UploadSession implements Holder {
  readonly registryId: number
  readonly principalId: string
  state: State = { is: 'opening' }
  /** As claimed; 1 of an upload that was started here. */
  epoch = 1
  /** What the row has. */
  acknowledged: Mark = nothingMarked
  /** As many bytes as the row holds a place for, as far as is known here. */
  reserved = 0
  /** Where its last chunk began. */
  lastStart = 0
  /** Another thread has its file. */
  overtaken = false
  /** Its seal failed, and it was ended for that. */
  sealFailed = false
  /** What is at it. */
  request: RequestAtSession | undefined

  constructor({ registryId, principalId }: { registryId: number; principalId: string }) {
    this.registryId = registryId
    this.principalId = principalId
  }

  /** Of who is at work. */
  get writer(): BlobWriter {
    if (this.state.is !== 'busy') throw new Error(`the upload session is ${this.state.is}`)
    return this.state.writer
  }

  /** Bytes that its writer took, acknowledged or not; undefined without one. */
  get taken(): number | undefined {
    return 'writer' in this.state ? this.state.writer.size : undefined
  }

  /** Bytes that lie in the store for it; undefined where nobody here knows. */
  get held(): number | undefined {
    if ('writer' in this.state) return heldBy(this.state.writer)
    return this.state.is === 'ended' ? this.state.held : undefined
  }

  async rest(): Promise<void> {
    // What could not be written shows at the next use; a writer that was abandoned meanwhile has no file any more.
    if ('writer' in this.state) await this.state.writer.rest().catch(() => {})
  }

  async end({ cancelled }: { cancelled: boolean }): Promise<void> {
    const before = this.state
    this.state = { is: 'ended', cancelled, size: this.taken, held: this.held }
    if ('writer' in before) await before.writer.abandon()
  }
}
