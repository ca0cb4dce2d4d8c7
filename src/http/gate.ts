import type { EventEmitter } from 'node:events'
import { onlySeat, type Seat } from '#core/seat.ts'
import { SharedCounts } from '#core/shared-counts.ts'
import { SharedRows } from '#core/shared-rows.ts'
import { type GateMemory, gateMemory, rows } from './gate-memory.ts'

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
 * So many at once, and so many of one address, over all threads that share the gate. The others wait in line, each address
 * in a line of its own of which the first go in by turns; they are refused when the line is full or the wait too long.
 *
 * A thread counts in its own column first and looks at the sum then: of those who come at the same time each sees all before
 * it, so that there are never too many; who saw too many takes its count back and tells the threads where somebody waits.
 * While a thread where somebody waits has less than its part of the places, those that have theirs take no more.
 */
export class Gate {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #longestLine: number
  readonly #longestWait: number
  readonly #lines = new Map<string, Waiting[]>()
  readonly #returning: (Waiting & { address: string })[] = []
  /** All of them, who has waited longest first. */
  readonly #all = new Set<Waiting>()
  readonly #seat: Seat
  readonly #rows: SharedRows
  readonly #inside: SharedCounts
  readonly #inLines: SharedCounts
  /** Of one thread, at least. */
  readonly #part: number

  readonly #elapsed: () => number

  /** @param elapsed one clock for all threads, in milliseconds, which only goes forward */
  constructor(
    { most, mostOfOne = most, longestLine, longestWait }: GateLimits,
    seat: Seat = onlySeat,
    memory?: GateMemory,
    elapsed: () => number = () => performance.now(),
  ) {
    this.#elapsed = elapsed
    const { rows: own, inside, lines } = memory ?? gateMemory(most, { columns: 1, seed: 0 })
    this.#most = most
    this.#mostOfOne = mostOfOne
    this.#longestLine = longestLine
    this.#longestWait = longestWait
    this.#seat = seat
    this.#rows = new SharedRows(own, seat.column)
    this.#inside = new SharedCounts(inside, seat)
    this.#inLines = new SharedCounts(lines, seat)
    this.#part = Math.floor(most / seat.columns)
    seat.bell.onRing(() => this.#admit())
  }

  get inside(): number {
    return this.#rows.sum(rows.inside)
  }

  get waiting(): number {
    return this.#rows.sum(rows.waiting)
  }

  /** True at once while there is room. */
  tryEnter(address = ''): boolean {
    return this.#take(this.#inside.hash(address)) === 'in'
  }

  /** False when the caller must be sent away. Who hears `close` of `client` meanwhile leaves the line. */
  enter(address = '', client?: EventEmitter): Promise<boolean> {
    if (this.tryEnter(address)) return Promise.resolve(true)
    const hash = this.#inLines.hash(address)
    // One address does not fill the line for the others.
    if (this.#rows.sum(rows.waiting) >= this.#longestLine || this.#inLines.of(hash) >= Math.max(1, this.#longestLine / 2))
      return Promise.resolve(false)
    const line = this.#lines.get(address) ?? []
    this.#lines.set(address, line)
    return new Promise((resolve) => {
      const settle = (admitted: boolean) => {
        clearTimeout(timer)
        client?.off('close', giveUp)
        this.#rows.add(rows.waiting, -1)
        this.#inLines.add(hash, -1)
        this.#forget(place)
        resolve(admitted)
      }
      const place: Waiting = { since: this.#elapsed(), admit: () => settle(true) }
      const giveUp = () => {
        const at = line.indexOf(place)
        if (at === -1) return
        line.splice(at, 1)
        if (line.length === 0) this.#lines.delete(address)
        settle(false)
        if (this.#seat.columns > 1) this.#admit()
      }
      const timer = setTimeout(giveUp, this.#longestWait)
      line.push(place)
      client?.once('close', giveUp)
      this.#rows.add(rows.waiting, 1)
      this.#inLines.add(hash, 1)
      this.#remember(place)
    })
  }

  /** Who was inside before comes in again before all others, and is not sent away. */
  comeBack(address: string): Promise<void> {
    if (this.#take(this.#inside.hash(address), { returns: true }) === 'in') return Promise.resolve()
    return new Promise((resolve) => {
      const place = { address, since: this.#elapsed(), admit: () => settle() }
      const settle = () => {
        this.#rows.add(rows.waiting, -1)
        this.#forget(place)
        resolve()
      }
      this.#returning.push(place)
      this.#rows.add(rows.waiting, 1)
      this.#remember(place)
    })
  }

  leave(address = ''): void {
    this.#inside.add(this.#inside.hash(address), -1)
    this.#rows.add(rows.inside, -1)
    if (this.#returning.length > 0 || this.#lines.size > 0) this.#admit()
    this.#ringWaiting()
  }

  /** All places are taken, and somebody has waited for one for so many milliseconds. */
  isSaturated(ms: number): boolean {
    if (this.inside < this.#most) return false
    const now = momentOf(this.#elapsed())
    for (let column = 0; column < this.#seat.columns; column++) {
      const since = this.#rows.of(rows.oldest, column)
      if (since !== 0 && ((now - since) | 0) >= ms) return true
    }
    return false
  }

  #take(hash: number, { returns = false } = {}): 'in' | 'full' | 'address' {
    const before = this.#rows.sum(rows.inside)
    if (before >= this.#most || this.#yields()) return 'full'
    const mostOfOne = returns ? this.#most : this.#mostOfOne
    // An address has no more places than there are in all.
    if (before >= mostOfOne && this.#inside.of(hash) >= mostOfOne) return 'address'
    this.#rows.add(rows.inside, 1)
    this.#inside.add(hash, 1)
    const all = this.#rows.sum(rows.inside)
    if (all <= this.#most && (all <= mostOfOne || this.#inside.of(hash) <= mostOfOne)) return 'in'
    this.#inside.add(hash, -1)
    this.#rows.add(rows.inside, -1)
    this.#ringWaiting()
    return all > this.#most ? 'full' : 'address'
  }

  /** Another thread has less than its part, and somebody waits there for nothing else than a place. */
  #yields(): boolean {
    const { column, columns } = this.#seat
    if (columns === 1 || this.#part === 0 || this.#rows.of(rows.inside, column) < this.#part) return false
    for (let other = 0; other < columns; other++)
      if (other !== column && this.#rows.of(rows.wants, other) === 1 && this.#rows.of(rows.inside, other) < this.#part) return true
    return false
  }

  /** Lets in who can come in now, and says whether a place is all that the others lack. */
  #admit(): void {
    let admitted = 0
    let next = this.#next()
    for (; typeof next === 'object'; next = this.#next()) {
      admitted++
      next.admit()
    }
    if (this.#seat.columns === 1) return
    const wanted = this.#rows.swap(rows.wants, next === 'full' ? 1 : 0) === 1
    // With its part of the places, or without a wish for one, this thread stands in nobody's way any more.
    if (admitted > 0 || (wanted && next !== 'full')) this.#ringWaiting()
  }

  #next(): Waiting | 'full' | 'address' {
    const [returned] = this.#returning
    if (returned) {
      if (this.#take(this.#inside.hash(returned.address), { returns: true }) !== 'in') return 'full'
      this.#returning.shift()
      return returned
    }
    for (const [address, line] of this.#lines) {
      const taken = this.#take(this.#inside.hash(address))
      if (taken === 'full') return 'full'
      const next = taken === 'in' ? line.shift() : undefined
      if (!next) continue
      // Behind the others: addresses take turns.
      this.#lines.delete(address)
      if (line.length > 0) this.#lines.set(address, line)
      return next
    }
    return 'address'
  }

  #remember(place: Waiting): void {
    this.#all.add(place)
    if (this.#all.size === 1) this.#tellOldest()
    // A place may have become free before the others could know that somebody waits here.
    if (this.#seat.columns > 1) this.#admit()
  }

  #forget(place: Waiting): void {
    this.#all.delete(place)
    this.#tellOldest()
  }

  #tellOldest(): void {
    const [oldest] = this.#all
    this.#rows.set(rows.oldest, oldest ? momentOf(oldest.since) : 0)
  }

  #ringWaiting(): void {
    const { column, columns, bell } = this.#seat
    for (let other = 0; other < columns; other++) if (other !== column && this.#rows.of(rows.waiting, other) > 0) bell.ring(other)
  }
}

/** Of all threads alike; never the 0 of nobody. */
const momentOf = (now: number): number => Math.floor(now) | 0 || 1
