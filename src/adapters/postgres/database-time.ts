import type { Clocks } from './clocks.ts'

/**
 * The database's clock as this server knows it: its own, and by how much the other one differs. Each answer that tells the
 * database's time says between which two the difference lies; what is known stays while it lies there.
 */
export class DatabaseTime {
  readonly #now: () => number
  #ahead: number | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  /** Milliseconds since 1970, as the database counts them. */
  now(): number {
    return this.#now() + (this.#ahead ?? 0)
  }

  learn({ asked, database, answered }: Clocks): void {
    const [least, most] = [database - answered, database - asked]
    this.#ahead = this.#ahead === undefined ? Math.round((least + most) / 2) : Math.min(Math.max(this.#ahead, least), most)
  }
}
