import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { ArmedFailpoint } from '#ports/failpoint.ts'
import { newArena } from './slots.ts'
import type { WorkerOptions, WorkerOrder } from './upload-worker.ts'

/** What one serving thread needs to have files written: a line to each worker, and the memory by which bytes go there. */
export interface UploadLines {
  ports: readonly MessagePort[]
  arena: SharedArrayBuffer
}

/** The threads that write, hash and sync, one set for the process. They start when one is needed. */
export class UploadWorkers {
  readonly #count: number
  readonly #failpoint: ArmedFailpoint | undefined
  #workers: Worker[] = []
  #closing = false

  constructor(count: number, failpoint: ArmedFailpoint | undefined) {
    this.#count = count
    this.#failpoint = failpoint
  }

  start(): void {
    if (this.#closing) throw new Error('the upload workers have ended')
    if (this.#workers.length > 0) return
    const workerData: WorkerOptions = { failpoint: this.#failpoint }
    this.#workers = Array.from({ length: this.#count }, () => new Worker(new URL('./upload-worker.ts', import.meta.url), { workerData }))
    for (const worker of this.#workers) {
      worker.on('error', (error) => this.#fail(error))
      worker.on('exit', () => this.#fail(new Error('an upload worker has ended')))
    }
  }

  /** Lines for one more thread, which may be sent there. */
  lines(): UploadLines {
    this.start()
    const arena = newArena()
    const ports = this.#workers.map((worker) => {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ kind: 'line', port: port1, arena } satisfies WorkerOrder, [port1])
      return port2
    })
    return { ports, arena }
  }

  async close(): Promise<void> {
    this.#closing = true
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  /** A bug in a worker: what it held is unknown, so nothing may be answered as done. */
  #fail(error: unknown): void {
    if (this.#closing) return
    this.#closing = true
    setImmediate(() => {
      throw error
    })
  }
}
