/** Work that is done one after the other, whoever asks for it. */
export class Turns {
  readonly #idle: () => void
  #line: Promise<unknown> = Promise.resolve()
  #inLine = 0

  /** @param idle told whenever there is no more to do */
  constructor(idle: () => void) {
    this.#idle = idle
  }

  get isIdle(): boolean {
    return this.#inLine === 0
  }

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#inLine++
    const result = this.#line.then(work)
    const next = () => {
      if (--this.#inLine === 0) this.#idle()
    }
    this.#line = result.then(next, next)
    return result
  }

  /** When all that was asked for so far is done. */
  async done(): Promise<void> {
    await this.#line
  }
}
