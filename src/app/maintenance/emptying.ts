import type { CollectionCommands } from '#ports/collection.ts'
import type { Clock } from '#ports/clock.ts'

/** Few enough that the commands of others, which wait for each step, do not notice. */
const atOnce = 200
/** In milliseconds. */
const longestRest = 1000

/**
 * The emptying of deleted repositories, step by step. A job and a pass of the collection that are at it at once take turns, and after each step all
 * others have the database for as long as the step took.
 */
export class Emptying {
  readonly #store: CollectionCommands
  readonly #clock: Clock
  /** When who takes the last step is done with it. */
  #last: Promise<unknown> = Promise.resolve()

  constructor({ store, clock }: { store: CollectionCommands; clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Returns how many rows went; none once it is told to stop. */
  step(now: () => number, signal?: AbortSignal): Promise<number> {
    const mine = this.#last.then(async () => {
      if (signal?.aborted) return 0
      const began = this.#clock.elapsed()
      const gone = await this.#store.drainRepositories({ now: now(), limit: atOnce })
      const took = this.#clock.elapsed() - began
      if (gone > 0 && took > 0) await rest(Math.min(took, longestRest), signal)
      return gone
    })
    this.#last = mine.catch(() => {})
    return mine
  }
}

/** For so many milliseconds, or until it is told to stop. */
const rest = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(over, milliseconds)
    signal?.addEventListener('abort', over)
    function over() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', over)
      resolve()
    }
  })
