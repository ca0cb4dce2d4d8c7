import { AsyncLocalStorage } from 'node:async_hooks'
import type { ProveEpoch } from '#store/kept-facts.ts'

/** In milliseconds. */
const longest = 1000

interface Proof {
  until: number
  /** Undefined once it was given. */
  asked: Promise<number> | undefined
}

/**
 * A request proves the epoch once: what it reads afterwards is of the epoch that this process saw last, which is that of its own proof or
 * a newer one. A proof ends with a command of the request that changed the epoch, or failed because another had, and after a second: a
 * request that takes long asks again, and so does what it left running.
 */
export class RequestProofs {
  readonly #ask: () => Promise<number>
  readonly #elapsed: () => number
  readonly #requests = new AsyncLocalStorage<{ proof: Proof | undefined }>()
  #latest = 0

  /** @param ask answers in the order in which it read (shared-read.ts) */
  constructor(ask: () => Promise<number>, elapsed: () => number = () => performance.now()) {
    this.#ask = ask
    this.#elapsed = elapsed
  }

  /** Work that proves once; outside of any each read proves for itself. */
  within<Result>(work: () => Result): Result {
    return this.#requests.run({ proof: undefined }, work)
  }

  readonly prove: ProveEpoch = () => {
    const request = this.#requests.getStore()
    if (!request) return this.#proven()
    const now = this.#elapsed()
    const known = request.proof
    if (known && now < known.until) return known.asked ?? this.#latest
    const proof: Proof = { until: now + longest, asked: undefined }
    request.proof = proof
    proof.asked = this.#proven().then(
      (epoch) => {
        proof.asked = undefined
        return epoch
      },
      (error: unknown) => {
        if (request.proof === proof) request.proof = undefined
        throw error
      },
    )
    return proof.asked
  }

  /** What the request knew may be over: its next read proves again. */
  end(): void {
    const request = this.#requests.getStore()
    if (request) request.proof = undefined
  }

  async #proven(): Promise<number> {
    const epoch = await this.#ask()
    this.#latest = epoch
    return epoch
  }
}
