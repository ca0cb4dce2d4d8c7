import { type Failure, type FailureDetail, RegistryError } from '#core/registry-error.ts'

type Handlers<Side> = { readonly [Name in keyof Side]: Side[Name] }
type Handler = (...input: unknown[]) => unknown

/** What carries messages to the other thread: a Worker, or its `parentPort`. */
export interface Carrier {
  postMessage(message: Message): void
  on(event: 'message', listener: (message: Message) => void): unknown
}

type SerializedError = { failure: Failure; message: string; detail: FailureDetail } | { failure: undefined; message: string }
type Message =
  | { kind: 'ask'; id: number; name: string; input: unknown[] }
  | { kind: 'tell'; name: string; input: unknown[] }
  | { kind: 'answer'; id: number; output: unknown }
  | { kind: 'refusal'; id: number; error: SerializedError }

/** Between the main thread and a serving thread: either side asks the other, or tells it something. */
export class ThreadLine<Other extends { [Name in keyof Other]: (...input: never[]) => unknown }, Own> {
  readonly #carrier: Carrier
  readonly #handlers: Handlers<Own>
  readonly #waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>()
  #nextId = 1

  constructor(carrier: Carrier, handlers: Handlers<Own>) {
    this.#carrier = carrier
    this.#handlers = handlers
    carrier.on('message', (message) => this.#receive(message))
  }

  ask<Name extends keyof Other & string>(name: Name, ...input: Parameters<Other[Name]>): Promise<Awaited<ReturnType<Other[Name]>>> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { resolve: resolve as (output: unknown) => void, reject })
      this.#carrier.postMessage({ kind: 'ask', id, name, input })
    })
  }

  tell<Name extends keyof Other & string>(name: Name, ...input: Parameters<Other[Name]>): void {
    this.#carrier.postMessage({ kind: 'tell', name, input })
  }

  /** The other side is gone: whoever waits for its answer waits no more. */
  end(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #receive(message: Message): void {
    if (message.kind === 'tell') return void this.#run(message)
    if (message.kind === 'ask') return void this.#answer(message)
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.kind === 'answer') waiting?.resolve(message.output)
    else waiting?.reject(deserializeError(message.error))
  }

  async #answer(asked: { id: number; name: string; input: unknown[] }): Promise<void> {
    const { id } = asked
    try {
      this.#carrier.postMessage({ kind: 'answer', id, output: await this.#run(asked) })
    } catch (error) {
      this.#carrier.postMessage({ kind: 'refusal', id, error: serializeError(error) })
    }
  }

  #run({ name, input }: { name: string; input: unknown[] }): unknown {
    return (this.#handlers as Record<string, Handler>)[name]?.(...input)
  }
}

function serializeError(error: unknown): SerializedError {
  if (error instanceof RegistryError) return { failure: error.failure, message: error.message, detail: error.detail }
  return { failure: undefined, message: error instanceof Error ? error.message : String(error) }
}

const deserializeError = (error: SerializedError): Error =>
  error.failure === undefined ? new Error(error.message) : new RegistryError(error.failure, error.message, error.detail)
