import type { DestinationStream } from 'pino'

const sendAt = 64 * 1024
const sendEvery = 100

/**
 * The log of a thread: lines on their way to the thread that writes them all (line-buffer.ts). Two threads that write large
 * pieces to one pipe would break each other's lines.
 */
export class GatheredLines implements DestinationStream {
  readonly #send: (lines: string) => void
  #lines: string[] = []
  #length = 0
  #timer: NodeJS.Timeout | undefined

  constructor(send: (lines: string) => void) {
    this.#send = send
  }

  write(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= sendAt) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), sendEvery).unref()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#length > 0) this.#send(this.#lines.join(''))
    this.#lines = []
    this.#length = 0
  }
}
