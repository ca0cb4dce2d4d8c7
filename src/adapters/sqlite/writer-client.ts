import type { MessagePort } from 'node:worker_threads'
import { RegistryError } from '#core/registry-error.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'
import type { Answer, Call } from './group-commit.ts'

interface Waiting {
  resolve: (output: unknown) => void
  reject: (error: Error) => void
}

/** One thread's line to the writer. */
export class WriterClient {
  readonly #port: MessagePort
  readonly #waiting = new Map<number, Waiting>()
  #outbox: Call[] = []
  #nextId = 1
  #failure: Error | undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answers: Answer[]) => {
      for (const answer of answers) this.#settle(answer)
    })
  }

  run(name: keyof MetadataCommands, input: unknown): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { resolve, reject })
      // What is asked in one turn of the loop travels together.
      if (this.#outbox.push({ id, name, input }) === 1) queueMicrotask(() => this.#send())
    })
  }

  /** Waits for the commands under way. */
  async close(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#failure) await new Promise((resolve) => setTimeout(resolve, 5))
    this.#failure ??= new Error('the store is closed')
    this.#port.close()
  }

  /** A writer that died leaves the fate of its last group unknown: nothing is answered as done. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values())
      reject(new RegistryError('storage-failed', 'the database writer has ended; the server must be restarted'))
    this.#waiting.clear()
  }

  #send(): void {
    const calls = this.#outbox
    this.#outbox = []
    try {
      this.#port.postMessage(calls)
    } catch {
      for (const call of calls) this.#sendAlone(call)
    }
  }

  /** What cannot cross to the thread (a value nested too deeply, say) fails by itself, not with whoever asked in the same turn. */
  #sendAlone(call: Call): void {
    try {
      this.#port.postMessage([call])
    } catch (error) {
      const waiting = this.#waiting.get(call.id)
      this.#waiting.delete(call.id)
      waiting?.reject(new Error(`the command ${call.name} cannot be handed to the writer`, { cause: error }))
    }
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('output' in answer) waiting?.resolve(answer.output)
    else waiting?.reject(new RegistryError(answer.error.failure, answer.error.message, answer.error.detail))
  }
}
