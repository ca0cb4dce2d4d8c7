import type { EventEmitter } from 'node:events'
import { RegistryError } from '#core/registry-error.ts'
import type { Gate } from './gate.ts'

export interface Gates {
  /** Requests that are worked on. */
  work: Gate
  /** Bodies that come and answers that go, of callers who are known. */
  transfers: Gate
  /** Of such bodies those that are kept until they are whole, and are large. */
  largeBodies: Gate
  /** Answers that go to callers of whom nothing is known. */
  strangers: Gate
  /** Bodies that such callers announced and have not sent. */
  strangersBodies: Gate
  /** Over so many milliseconds a client who sends must reach the slowest rate (progress.ts). */
  slowAfter: number
}

export type GateName = Exclude<keyof Gates, 'slowAfter'>

const transferGates = ({ transfers, largeBodies, strangers, strangersBodies }: Gates) => [
  transfers,
  largeBodies,
  strangers,
  strangersBodies,
]

export const transfersAt = (gates: Gates): number => transferGates(gates).reduce((sum, gate) => sum + gate.inside, 0)
export const waitingAt = (gates: Gates): number => transferGates(gates).reduce((sum, gate) => sum + gate.waiting, gates.work.waiting)

/**
 * Where a request stands. It is at work, waits for its client, or has left; who waits for a client keeps nobody from working.
 * Waiting is counted too: a body that comes and an answer that goes have memory and files.
 */
export class Place {
  readonly #gates: Gates
  readonly #address: string
  readonly #client: EventEmitter
  #at: Gate | undefined
  /** Somebody proved to be somebody. */
  known = false

  get slowAfter(): number {
    return this.#gates.slowAfter
  }

  constructor(gates: Gates, address: string, client: EventEmitter) {
    this.#gates = gates
    this.#address = address
    this.#client = client
  }

  /** True at once while there is room. */
  tryEnter(): boolean {
    if (!this.#gates.work.tryEnter(this.#address)) return false
    this.#at = this.#gates.work
    return true
  }

  /** Fails with `overloaded`. */
  enter(): Promise<void> {
    return this.#enter(this.#gates.work)
  }

  /** From here on the client is waited for. Fails with `overloaded`. */
  waitFor(what: 'body' | 'large-body' | 'answer'): Promise<void> {
    this.leave()
    const { transfers, largeBodies, strangers, strangersBodies } = this.#gates
    if (this.known) return this.#enter(what === 'large-body' ? largeBodies : transfers)
    return this.#enter(what === 'answer' ? strangers : strangersBodies)
  }

  /** What was waited for has come. */
  async workAgain(): Promise<void> {
    this.leave()
    await this.#gates.work.comeBack(this.#address)
    this.#at = this.#gates.work
  }

  /** Whatever follows, as reading away what nobody wants, costs no place. */
  leave(): void {
    this.#at?.leave(this.#address)
    this.#at = undefined
  }

  async #enter(gate: Gate): Promise<void> {
    if (!gate.tryEnter(this.#address) && !(await gate.enter(this.#address, this.#client)))
      throw new RegistryError('overloaded', 'the registry is overloaded: try again')
    this.#at = gate
  }
}
