interface Waiting {
  begin(): void
}

/**
 * How many are at work at once; who comes then waits in line. Those who wait for one another's locks (a repository's) have a line of their own, of which
 * the first go in by turns, and half of the lanes at most: the others write meanwhile.
 */
export class Lanes {
  readonly #patience: number
  readonly #mostOfOne: number
  readonly #lines = new Map<unknown, Waiting[]>()
  readonly #atWork = new Map<unknown, number>()
  #free: number

  /** @param patience in milliseconds, in line */
  constructor(most: number, patience: number) {
    this.#free = most
    this.#mostOfOne = Math.ceil(most / 2)
    this.#patience = patience
  }

  /**
   * Fails where none is free in time: nothing was begun.
   * @param whose absent: nobody else's
   */
  async within<Result>(work: () => Promise<Result>, whose: unknown = Symbol()): Promise<Result> {
    if (!this.#begins(whose) && !(await this.#wait(whose)))
      throw new Error('all that may write at once waited for the database, and nobody was asked')
    try {
      return await work()
    } finally {
      this.#ends(whose)
    }
  }

  #begins(whose: unknown): boolean {
    const atWork = this.#atWork.get(whose) ?? 0
    if (this.#free === 0 || atWork >= this.#mostOfOne) return false
    this.#free--
    this.#atWork.set(whose, atWork + 1)
    return true
  }

  #ends(whose: unknown): void {
    const left = (this.#atWork.get(whose) ?? 1) - 1
    if (left > 0) this.#atWork.set(whose, left)
    else this.#atWork.delete(whose)
    this.#free++
    for (const [each, line] of this.#lines) {
      if (!this.#begins(each)) continue
      const next = line.shift()
      // Behind the others: they take turns.
      this.#lines.delete(each)
      if (line.length > 0) this.#lines.set(each, line)
      next?.begin()
      return
    }
  }

  #wait(whose: unknown): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const line = this.#lines.get(whose) ?? []
    this.#lines.set(whose, line)
    const waiting: Waiting = {
      begin: () => {
        clearTimeout(late)
        resolve(true)
      },
    }
    const late = setTimeout(() => {
      line.splice(line.indexOf(waiting), 1)
      if (line.length === 0) this.#lines.delete(whose)
      resolve(false)
    }, this.#patience)
    line.push(waiting)
    return promise
  }
}

/** Commands that name one repository wait for each other there; those of one upload are nobody else's. */
export function whoseCommand(input: unknown): unknown {
  const { registryId, name } = (input ?? {}) as { registryId?: unknown; name?: unknown }
  return typeof name === 'string' && typeof registryId === 'number' ? `${registryId} ${name}` : undefined
}
