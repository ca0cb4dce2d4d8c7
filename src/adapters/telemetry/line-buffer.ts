import { write, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { DestinationStream } from 'pino'
import { WriteTurn } from './write-turn.ts'

const flushAt = 256 * 1024
const flushEvery = 100
const tryAgainAfter = 10
/** At the end no reader, and no other thread, is waited for longer. */
const longestWait = 1000

/**
 * The log's way out: gathers lines and writes them to a descriptor in large pieces, one at a time; a line is too small
 * to be worth a write of its own. A reader that is slow makes it wait; one that is gone ends it. Each of several threads has
 * its own, and writes when it has the turn.
 */
export class LineBuffer implements DestinationStream {
  readonly #descriptor: number
  readonly #turn: WriteTurn
  #lines: string[] = []
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
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= flushAt && !this.#waits) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushEvery).unref()
  }

  /** Resolves when everything is written; for the end of a thread beside others that go on. */
  async close(): Promise<void> {
    const end = performance.now() + longestWait
    while ((this.#writing || this.#length > 0) && !this.#gone && performance.now() < end) {
      this.#flush()
      await pause(tryAgainAfter)
    }
  }

  /** Everything is written when this returns; for the end of the process. */
  flushSync(): void {
    clearTimeout(this.#timer)
    // Where a write of its own is under way it has the turn.
    if (!this.#writing) this.#turn.waitFor(longestWait)
    let rest = Buffer.concat([this.#writing ?? Buffer.alloc(0), this.#take()])
    while (rest.length > 0 && !this.#gone) {
      try {
        rest = rest.subarray(writeSync(this.#descriptor, rest))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') break
      }
    }
    this.#turn.leave()
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
      if (this.#length >= flushAt) this.#flush()
    })
  }
}
