/** How many of a kind are at work at once; who comes then waits in line. */
export class Lanes {
  readonly #patience: number
  readonly #line: ((isFree: boolean) => void)[] = []
  #free: number

  /** @param patience in milliseconds, in line */
  constructor(most: number, patience: number) {
    this.#free = most
    this.#patience = patience
  }

  /** Fails where none is free in time: nothing was begun. */
  async within<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--
    else if (!(await this.#wait())) throw new Error('all that may write at once waited for the database, and nobody was asked')
    try {
      return await work()
    } finally {
      const next = this.#line.shift()
      if (next) next(true)
      else this.#free++
    }
  }

  #wait(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const late = setTimeout(() => {
      this.#line.splice(this.#line.indexOf(enter), 1)
      resolve(false)
    }, this.#patience)
    const enter = (isFree: boolean) => {
      clearTimeout(late)
      resolve(isFree)
    }
    this.#line.push(enter)
    return promise
  }
}
