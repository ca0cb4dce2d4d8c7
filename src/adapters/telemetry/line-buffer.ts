import { write, writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

const flushAt = 256 * 1024
const flushEvery = 100
const tryAgainAfter = 10

/**
 * The log's way out: gathers lines and writes them to a descriptor in large pieces, one at a time; a line is too small
 * to be worth a write of its own. A reader that is slow makes it wait; one that is gone ends it.
 */
export class LineBuffer implements DestinationStream {
  readonly #descriptor: number
  #lines: string[] = []
  #length = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Buffer | undefined
  #gone = false

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  write(line: string): void {
    if (this.#gone) return
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= flushAt) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushEvery).unref()
  }

  /** Everything is written when this returns; for the end of the process. */
  flushSync(): void {
    clearTimeout(this.#timer)
    let rest = Buffer.concat([this.#writing ?? Buffer.alloc(0), this.#take()])
    while (rest.length > 0 && !this.#gone) {
      try {
        rest = rest.subarray(writeSync(this.#descriptor, rest))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      }
    }
  }

  #take(): Buffer {
    const bytes = Buffer.from(this.#lines.join(''))
    this.#lines = []
    this.#length = 0
    return bytes
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing || this.#length === 0) return
    this.#writing = this.#take()
    this.#send()
  }

  #send(): void {
    const piece = this.#writing
    if (!piece) return
    write(this.#descriptor, piece, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#send(), tryAgainAfter)
        return
      }
      this.#gone = error !== null
      this.#writing = error || written === piece.length ? undefined : piece.subarray(written)
      if (this.#writing) this.#send()
      else if (this.#length >= flushAt) this.#flush()
    })
  }
}
