import { write } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { DestinationStream } from 'pino'
import { WriteTurn } from './write-turn.ts'

const flushAt = 256 * 1024
const flushEvery = 100
const tryAgainAfter = 10
/** At the end a reader, and another thread, are waited for no longer. */
const longestWait = 1000
/** Behind `flushAt`, for the line that reaches it. */
const slack = 64 * 1024
const mostBytesOfUnit = 3

/**
 * The log's way out: gathers lines and writes them to a descriptor in large pieces, one at a time; a line is too small
 * to be worth a write of its own. A reader that is slow makes it wait; one that is gone ends it. Each of several threads has
 * its own, and writes when it has the turn.
 *
 * A line becomes bytes at once: as text it would live until its piece is written, and each collection of young memory would copy it.
 */
export class LineBuffer implements DestinationStream {
  readonly #descriptor: number
  readonly #turn: WriteTurn
  #filling = Buffer.allocUnsafeSlow(flushAt + slack)
  #spare = Buffer.allocUnsafeSlow(flushAt + slack)
  #filled = 0
  /** What had no room: the reader is slow, or a line is large. */
  #more: string[] = []
  #length = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Buffer | undefined
  /** Another thread has the turn. */
  #waits = false
  #gone = false

  constructor(descriptor: number, turn: WriteTurn = new WriteTurn()) {
    this.#descriptor = descriptor
    this.#turn = turn
  }

  write(line: string): void {
    if (this.#gone) return
    if (this.#more.length === 0 && this.#filled + line.length * mostBytesOfUnit <= this.#filling.length)
      this.#filled += this.#filling.write(line, this.#filled)
    else this.#more.push(line)
    this.#length += line.length
    this.#flushSoon()
  }

  /** Resolves when everything is written, or nobody takes it. */
  async close(): Promise<void> {
    const end = performance.now() + longestWait
    while ((this.#writing || this.#length > 0) && !this.#gone && performance.now() < end) {
      this.#flush()
      await pause(tryAgainAfter)
    }
  }

  /** Stays as it is until the next one is taken. */
  #take(): Buffer {
    const filled = this.#filling.subarray(0, this.#filled)
    const bytes = this.#more.length === 0 ? filled : Buffer.concat([filled, Buffer.from(this.#more.join(''))])
    const next = this.#spare
    this.#spare = this.#filling
    this.#filling = next
    this.#filled = 0
    this.#more = []
    this.#length = 0
    return bytes
  }

  #flushSoon(): void {
    if (this.#length >= flushAt && !this.#waits) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushEvery).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waits = false
    if (this.#writing || this.#length === 0) return
    if (!this.#turn.take()) {
      this.#waits = true
      this.#timer = setTimeout(() => this.#flush(), tryAgainAfter).unref()
      return
    }
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
      if (this.#writing) return this.#send()
      this.#turn.leave()
      if (this.#length > 0) this.#flushSoon()
    })
  }
}
