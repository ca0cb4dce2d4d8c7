import type { EventEmitter } from 'node:events'

export interface GateLimits {
  most: number
  /** Of one address; absent: as many as there are. */
  mostOfOne?: number
  longestLine: number
  /** In milliseconds. */
  longestWait: number
}

interface Waiting {
  since: number
  admit(): void
}

/**
 * So many at once, and so many of one address. The others wait in line, each address in a line of its own of which the
 * first go in by turns; they are refused when the line is full or the wait too long.
 */
export class Gate {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #longestLine: number
  readonly #longestWait: number
  readonly #of = new Map<string, number>()
  readonly #lines = new Map<string, Waiting[]>()
  readonly #returning: (Waiting & { address: string })[] = []
  #inside = 0
  #waiting = 0

  constructor({ most, mostOfOne = most, longestLine, longestWait }: GateLimits) {
    this.#most = most
    this.#mostOfOne = mostOfOne
    this.#longestLine = longestLine
    this.#longestWait = longestWait
  }

  get inside(): number {
    return this.#inside
  }

  get waiting(): number {
    return this.#waiting + this.#returning.length
  }

  /** True at once while there is room. */
  tryEnter(address = ''): boolean {
    if (!this.#hasRoom(address)) return false
    this.#take(address)
    return true
  }

  /** False when the caller must be sent away. Who hears `close` of `client` meanwhile leaves the line. */
  enter(address = '', client?: EventEmitter): Promise<boolean> {
    if (this.tryEnter(address)) return Promise.resolve(true)
    const line = this.#lines.get(address) ?? []
    // One address does not fill the line for the others.
    if (this.#waiting >= this.#longestLine || line.length >= Math.max(1, this.#longestLine / 2)) return Promise.resolve(false)
    this.#lines.set(address, line)
    this.#waiting++
    return new Promise((resolve) => {
      const settle = (admitted: boolean) => {
        clearTimeout(timer)
        client?.off('close', giveUp)
        this.#waiting--
        resolve(admitted)
      }
      const place: Waiting = { since: performance.now(), admit: () => settle(true) }
      const giveUp = () => {
        const at = line.indexOf(place)
        if (at === -1) return
        line.splice(at, 1)
        if (line.length === 0) this.#lines.delete(address)
        settle(false)
      }
      const timer = setTimeout(giveUp, this.#longestWait)
      line.push(place)
      client?.once('close', giveUp)
    })
  }

  /** Who was inside before comes in again before all others, and is not sent away. */
  comeBack(address: string): Promise<void> {
    if (this.#inside < this.#most) {
      this.#take(address)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#returning.push({ address, since: performance.now(), admit: resolve })
    })
  }

  leave(address = ''): void {
    const left = (this.#of.get(address) ?? 1) - 1
    if (left === 0) this.#of.delete(address)
    else this.#of.set(address, left)
    this.#inside--
    if (this.#returning.length > 0 || this.#lines.size > 0) this.#admitNext()
  }

  /** All places are taken, and somebody has waited for one for so many milliseconds. */
  isSaturated(ms: number): boolean {
    if (this.#inside < this.#most) return false
    const before = performance.now() - ms
    if ((this.#returning[0]?.since ?? Number.POSITIVE_INFINITY) <= before) return true
    for (const line of this.#lines.values()) if ((line[0]?.since ?? Number.POSITIVE_INFINITY) <= before) return true
    return false
  }

  #hasRoom(address: string): boolean {
    return this.#inside < this.#most && (this.#of.get(address) ?? 0) < this.#mostOfOne
  }

  #take(address: string): void {
    this.#inside++
    this.#of.set(address, (this.#of.get(address) ?? 0) + 1)
  }

  #admitNext(): void {
    const returned = this.#returning.shift()
    if (returned) {
      this.#take(returned.address)
      returned.admit()
      return
    }
    for (const [address, line] of this.#lines) {
      if (!this.#hasRoom(address)) continue
      const next = line.shift()
      // Behind the others: addresses take turns.
      this.#lines.delete(address)
      if (line.length > 0) this.#lines.set(address, line)
      this.#take(address)
      next?.admit()
      return
    }
  }
}
