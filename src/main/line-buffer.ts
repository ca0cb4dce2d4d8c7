import type { DestinationStream } from 'pino'

const flushAt = 32 * 1024
const flushEvery = 100

/** Gathers log lines and hands them on as one piece: a line is too small to be worth a write of its own. */
export class LineBuffer implements DestinationStream {
  readonly #target: DestinationStream & { flushSync?: () => void }
  #lines: string[] = []
  #length = 0
  #timer: NodeJS.Timeout | undefined

  constructor(target: DestinationStream & { flushSync?: () => void }) {
    this.#target = target
  }

  write(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= flushAt) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), flushEvery).unref()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines.length === 0) return
    const text = this.#lines.join('')
    this.#lines = []
    this.#length = 0
    this.#target.write(text)
  }

  /** Everything is written when this returns; for the end of the process. */
  flushSync(): void {
    this.flush()
    this.#target.flushSync?.()
  }
}
