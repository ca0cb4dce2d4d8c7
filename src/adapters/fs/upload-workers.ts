import { Worker } from 'node:worker_threads'
import { RegistryError } from '#core/registry-error.ts'
import type { ArmedFailpoint } from '#ports/failpoint.ts'
import { type Slot, Slots } from './slots.ts'
import type { Order, Reply, WorkerOptions } from './upload-worker.ts'

type OrderWithoutCall<T> = T extends { call: number } ? Omit<T, 'call'> : never

type OnWritten = (slot: Slot, failure: Error | undefined) => void

/** The threads that write, hash and sync; a writer stays with one of them. */
export class UploadWorkers {
  readonly #workers: Worker[]
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  readonly #written = new Map<number, OnWritten>()
  readonly slots = new Slots()
  #nextCall = 1
  #nextWriter = 1

  constructor(count: number, failpoint: ArmedFailpoint | undefined) {
    const workerData: WorkerOptions = { failpoint, arena: this.slots.arena }
    this.#workers = Array.from({ length: count }, () => new Worker(new URL('./upload-worker.ts', import.meta.url), { workerData }))
    for (const worker of this.#workers) {
      worker.on('message', (reply: Reply) => this.#receive(reply))
      worker.on('error', (error) => {
        // A bug in a worker: what it held is unknown, so nothing may be answered as done.
        setImmediate(() => {
          throw error
        })
      })
    }
  }

  /** A number for a new writer; `onWritten` gets each slot back. */
  register(onWritten: OnWritten): number {
    const writer = this.#nextWriter++
    this.#written.set(writer, onWritten)
    return writer
  }

  unregister(writer: number): void {
    this.#written.delete(writer)
  }

  send(order: Extract<Order, { kind: 'create' | 'write' }>): void {
    this.#of(order.writer).postMessage(order)
  }

  call(order: OrderWithoutCall<Order>): Promise<unknown> {
    const call = this.#nextCall++
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#of('writer' in order ? order.writer : call).postMessage({ ...order, call })
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #of(number: number): Worker {
    return this.#workers[number % this.#workers.length] as Worker
  }

  #receive(reply: Reply): void {
    if (reply.kind === 'written') {
      const onWritten = this.#written.get(reply.writer)
      if (onWritten) onWritten(reply.slot, reply.failure && diskError(reply.failure.code, reply.failure.message))
      else this.slots.give(reply.slot)
      return
    }
    const waiting = this.#calls.get(reply.call)
    this.#calls.delete(reply.call)
    if (reply.kind === 'done') waiting?.resolve(reply.value)
    else waiting?.reject(diskError(reply.code, reply.message))
  }
}

/** A disk's error as a failure that names neither path nor call. */
export function diskError(code: string | undefined, message: string): Error {
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new RegistryError('storage-full', 'the disk is full: free some space and try again')
  if (code === 'EMFILE' || code === 'ENFILE') return new RegistryError('overloaded', 'too many files are open: try again')
  if (code !== undefined && /^E[A-Z]+$/.test(code))
    return new RegistryError('storage-failed', `the disk refused (${code}); the bytes of this request were not kept`)
  return new Error(message)
}
