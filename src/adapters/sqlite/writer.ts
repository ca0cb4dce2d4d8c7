import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { WriterClient } from './writer-client.ts'
import type { WriterOptions, WriterOrder } from './writer-thread.ts'

/** The thread that writes, and the lines to it. */
export class Writer {
  readonly #thread: Worker
  readonly #own: WriterClient
  #closing = false

  constructor(options: WriterOptions) {
    this.#thread = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    this.#own = new WriterClient(this.line())
    this.#thread.on('error', (error) => this.#fail(error as Error))
    this.#thread.on('exit', () => this.#fail(new Error('the writer has ended')))
  }

  /** Of the thread that opened the store. */
  get own(): WriterClient {
    return this.#own
  }

  /** A line of one more thread: whose end it is sent to makes a WriterClient of it. */
  line(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#send({ kind: 'line', port: port1 }, [port1])
    return port2
  }

  async close(): Promise<void> {
    await this.#own.close()
    if (this.#closing) return
    this.#closing = true
    const ended = new Promise((resolve) => this.#thread.once('exit', resolve))
    this.#send({ kind: 'close' })
    await ended
  }

  #send(order: WriterOrder, transferred: MessagePort[] = []): void {
    this.#thread.postMessage(order, transferred)
  }

  #fail(error: Error): void {
    if (this.#closing) return
    this.#closing = true
    this.#own.fail(error)
    // Without its writer the process only looks alive: it ends, and who started it starts it again.
    setImmediate(() => {
      throw error
    })
  }
}
