import { write } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { DestinationStream } from 'pino'
import { WriteTurn } from './write-turn.ts'

const flushAt = 256 * 1024
const flushEvery = 100
const tryAgainAfter = 10
/** A reader that takes nothing now is asked again after so long, then after twice as long, and so on up to `tryAgainAfter`. */
const askAgainAfter = 1
/** At the end a reader, and another thread, are waited for no longer. */
const longestWait = 1000
/** Behind `flushAt`, for the line that reaches it. */
const slack = 64 * 1024
const pieceSize = flushAt + slack
const mostBytesOfUnit = 3
/** So much waits for a reader that takes nothing; what comes then is lost, and counted. */
const mostBytes = 8 * 1024 * 1024

/**
 * The log's way out: gathers lines and writes them to a descriptor in large pieces, one at a time; a line is too small
 * to be worth a write of its own. A reader that is slow makes it wait; one that is gone ends it. Each of several threads has
 * its own, and writes when it has the turn.
 *
 * A line becomes bytes at once: as text it would live until its piece is written, and each collection of young memory would copy it.
 *
 * Of a reader that stalls the lines before that are kept, and those that find no room are lost, until it has taken what waited: a line
 * then says how many they were, and stands where they would have stood.
 */
export class LineBuffer implements DestinationStream {
  readonly #descriptor: number
  readonly #turn: WriteTurn
  readonly #most: number
  #filling: Buffer = newPiece()
  #filled = 0
  /** Those before it, the first one first. */
  readonly #full: Buffer[] = []
  /** In both. */
  #waiting = 0
  /** One that was written, for the next one. */
  #spare: Buffer | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Buffer | undefined
  #askAgainAfter = askAgainAfter
  /** Another thread has the turn. */
  #waits = false
  #gone = false
  /** Nobody is asked a second time any more: who asks for ever keeps its thread from ending. */
  #ends = false
  /** Lines, since the last one that was taken. */
  #lost = 0

  constructor(descriptor: number, turn: WriteTurn = new WriteTurn(), most = mostBytes) {
    this.#descriptor = descriptor
    this.#turn = turn
    this.#most = most
  }

  write(line: string): void {
    if (this.#gone) return
    if (this.#lost > 0 || !this.#makeRoom(line)) {
      this.#lost++
      this.#turn.countLost()
      return
    }
    const bytes = this.#filling.write(line, this.#filled)
    this.#filled += bytes
    this.#waiting += bytes
    this.#flushSoon()
  }

  /** Resolves when everything is written, or nobody takes it. */
  async close(): Promise<void> {
    const end = performance.now() + longestWait
    while ((this.#writing || this.#waiting > 0) && !this.#gone && performance.now() < end) {
      this.#flush()
      await pause(tryAgainAfter)
    }
    this.#ends = true
  }

  /** False where too much waits already. */
  #makeRoom(line: string): boolean {
    const room = this.#filling.length - this.#filled
    if (line.length * mostBytesOfUnit <= room) return true
    const bytes = Buffer.byteLength(line)
    if (bytes <= room) return true
    if (this.#waiting > 0 && this.#waiting + bytes > this.#most) return false
    this.#full.push(this.#filling.subarray(0, this.#filled))
    this.#begin(bytes)
    return true
  }

  #begin(bytes = 0): void {
    this.#filling = this.#spare && this.#spare.length >= bytes ? this.#spare : newPiece(bytes)
    this.#spare = undefined
    this.#filled = 0
  }

  #take(): Buffer {
    const first = this.#full.shift()
    const bytes = first ?? this.#filling.subarray(0, this.#filled)
    this.#waiting -= bytes.length
    if (first) return first
    this.#begin()
    if (this.#lost === 0) return bytes
    const told = Buffer.from(lostLine(this.#lost))
    this.#lost = 0
    return Buffer.concat([bytes, told])
  }

  #flushSoon(): void {
    if (this.#waiting >= flushAt && !this.#waits) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushEvery).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waits = false
    if (this.#writing || this.#waiting === 0) return
    if (!this.#turn.take()) {
      this.#waits = true
      this.#timer = setTimeout(() => this.#flush(), tryAgainAfter).unref()
      return
    }
    this.#writing = this.#take()
    this.#send()
  }

  #drop(): void {
    this.#full.length = 0
    this.#filled = 0
    this.#waiting = 0
  }

  #send(): void {
    const piece = this.#writing
    if (!piece) return
    write(this.#descriptor, piece, (error, written) => {
      if (error?.code === 'EAGAIN' && !this.#ends) {
        setTimeout(() => this.#send(), this.#askAgainAfter)
        this.#askAgainAfter = Math.min(tryAgainAfter, 2 * this.#askAgainAfter)
        return
      }
      this.#askAgainAfter = askAgainAfter
      this.#gone = error !== null
      this.#writing = error || written === piece.length ? undefined : piece.subarray(written)
      if (this.#writing) return this.#send()
      this.#turn.leave()
      if (this.#gone) return this.#drop()
      if (piece.buffer.byteLength === pieceSize) this.#spare = Buffer.from(piece.buffer)
      if (this.#waiting > 0) this.#flushSoon()
    })
  }
}

const newPiece = (bytes = 0): Buffer => Buffer.allocUnsafeSlow(Math.max(pieceSize, bytes))

const lostLine = (lines: number): string =>
  `{"level":40,"time":"${new Date().toISOString()}","lines":${lines},"msg":"lines of the log are lost: its reader took none"}\n`
