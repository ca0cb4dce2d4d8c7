import type { MessagePort } from 'node:worker_threads'
import { WriterOvertaken } from '#ports/blob-store.ts'
import { diskError } from './disk-error.ts'
import { type Slot, Slots } from './slots.ts'
import type { Failed, Order, Reply } from './upload-worker.ts'
import type { UploadLines } from './upload-workers.ts'

type OrderWithoutCall<T> = T extends { call: number } ? Omit<T, 'call'> : never

interface OfWriter {
  written(slot: Slot, failure: Error | undefined): void
  overtaken(): void
}

/** A serving thread's end of the lines to the upload workers. All that becomes of one file is at one worker, whichever thread asks. */
export class UploadLine {
  readonly #ports: readonly MessagePort[]
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  readonly #writers = new Map<number, OfWriter>()
  readonly slots: Slots
  #nextCall = 1
  #nextWriter = 1

  constructor({ ports, arena }: UploadLines) {
    this.#ports = ports
    this.slots = new Slots(arena)
    for (const port of ports) port.on('message', (reply: Reply) => this.#receive(reply))
  }

  /** A number for a new writer, which gets each slot back. */
  register(its: OfWriter): number {
    const writer = this.#nextWriter++
    this.#writers.set(writer, its)
    return writer
  }

  unregister(writer: number): void {
    this.#writers.delete(writer)
  }

  /** @param shard of the file, which says which worker's it is */
  send(shard: number, order: Extract<Order, { kind: 'create' | 'write' }>): void {
    this.#port(shard).postMessage(order)
  }

  call(shard: number, order: OrderWithoutCall<Order>): Promise<unknown> {
    const call = this.#nextCall++
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#port(shard).postMessage({ ...order, call })
    })
  }

  close(): void {
    for (const port of this.#ports) port.close()
  }

  #port(shard: number): MessagePort {
    return this.#ports[shard % this.#ports.length] as MessagePort
  }

  #receive(reply: Reply): void {
    if (reply.kind === 'written') {
      const writer = this.#writers.get(reply.writer)
      if (writer) writer.written(reply.slot, reply.failure && failure(reply.failure))
      else this.slots.give(reply.slot)
      return
    }
    if (reply.kind === 'overtaken') return this.#writers.get(reply.writer)?.overtaken()
    const waiting = this.#calls.get(reply.call)
    this.#calls.delete(reply.call)
    if (reply.kind === 'done') waiting?.resolve(reply.value)
    else waiting?.reject(failure(reply))
  }
}

const failure = ({ code, message }: Failed): Error => (code === 'overtaken' ? new WriterOvertaken(message) : diskError(code, message))
