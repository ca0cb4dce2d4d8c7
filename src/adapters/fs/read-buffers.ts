import { checksumBlock } from '#ports/blob-store.ts'

/** Kept for the next one: fresh memory costs its page faults. */
const mostKept = 64

/** Buffers of a block; who wants a small part of one gets its own. */
export class ReadBuffers {
  readonly #kept: Buffer[] = []

  take(size: number): Buffer {
    return size < checksumBlock / 2 ? Buffer.allocUnsafe(size) : (this.#kept.pop() ?? Buffer.allocUnsafeSlow(checksumBlock))
  }

  give(buffer: Buffer): void {
    if (buffer.length === checksumBlock && this.#kept.length < mostKept) this.#kept.push(buffer)
  }
}
