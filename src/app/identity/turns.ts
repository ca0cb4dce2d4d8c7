import { RegistryError } from '#core/registry-error.ts'

interface Line {
  length: number
  last: Promise<void>
}

/** Work of one name waits for the work of that name before it; a line ends with its last. */
export class Turns {
  readonly #longest: number
  readonly #lines = new Map<string, Line>()

  /** @param longest how many of one name may wait or be at work */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** Fails with `too-many-requests` when the line is full, and as the work does. */
  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(name) ?? { length: 0, last: Promise.resolve() }
    if (line.length >= this.#longest) throw new RegistryError('too-many-requests', 'too many logins at once', { retryAfter: 1 })
    const before = line.last
    const { promise: turn, resolve: done } = Promise.withResolvers<void>()
    line.length++
    line.last = before.then(() => turn)
    this.#lines.set(name, line)
    try {
      await before
      return await work()
    } finally {
      done()
      if (--line.length === 0) this.#lines.delete(name)
    }
  }
}
