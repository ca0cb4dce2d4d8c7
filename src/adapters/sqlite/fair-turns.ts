/** How long reads may hold one turn of the loop before the next one waits, in milliseconds. */
const longestTurn = 4

/**
 * The database answers in the thread that serves everybody, and a promise that is fulfilled already never lets the loop
 * turn: who reads page after page would keep all others waiting. So a read that ends late in a turn is answered in the
 * next one; whatever is built on reads is fair without knowing.
 */
export class FairTurns {
  #began: number | undefined
  readonly #elapsed: () => number

  /** @param elapsed a clock that only goes forward, in milliseconds */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** Runs a read; its answer waits for the next turn when this one has lasted too long. */
  async read<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#began === undefined) {
      this.#began = this.#elapsed()
      setImmediate(() => {
        this.#began = undefined
      })
    }
    const began = this.#began
    const answer = await run()
    if (this.#elapsed() - began >= longestTurn) await new Promise(setImmediate)
    return answer
  }
}
