/** Too many requests at once: the ones beyond the limit wait in line, and are refused when the line is full or the wait too long. */
export class Gate {
  readonly #most: number
  readonly #longestLine: number
  readonly #longestWait: number
  readonly #line: { admit: () => void; timer: NodeJS.Timeout }[] = []
  #inside = 0

  /** @param longestWait in milliseconds */
  constructor(limits: { most: number; longestLine: number; longestWait: number }) {
    this.#most = limits.most
    this.#longestLine = limits.longestLine
    this.#longestWait = limits.longestWait
  }

  get inside(): number {
    return this.#inside
  }

  get waiting(): number {
    return this.#line.length
  }

  /** True at once while there is room. */
  tryEnter(): boolean {
    if (this.#inside >= this.#most) return false
    this.#inside++
    return true
  }

  /** False when the caller must be sent away. */
  enter(): Promise<boolean> {
    if (this.tryEnter()) return Promise.resolve(true)
    if (this.#line.length >= this.#longestLine) return Promise.resolve(false)
    return new Promise((resolve) => {
      const place = {
        admit: () => {
          clearTimeout(place.timer)
          resolve(true)
        },
        timer: setTimeout(() => {
          this.#line.splice(this.#line.indexOf(place), 1)
          resolve(false)
        }, this.#longestWait),
      }
      this.#line.push(place)
    })
  }

  leave(): void {
    const next = this.#line.shift()
    // The place passes on; the count stays.
    if (next) next.admit()
    else this.#inside--
  }
}
