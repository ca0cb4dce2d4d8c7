import { RegistryError } from '#core/registry-error.ts'

/** Whose buffer may go to the store while nobody brings bytes for it. */
export interface Holder {
  readonly isIdle: boolean
  /** Puts what it has into the store and gives its buffer back. */
  rest(): Promise<void>
}

/** Bytes that are to become a part. */
export interface PartBuffer {
  bytes: Buffer
  length: number
  /** So many of its bytes are taken from the pool. */
  counted: number
  /** What it may grow to. */
  readonly most: number
  /** Of a few bytes beside others (`takeAside`). */
  readonly isAside?: true
}

const smallest = 256 * 1024
const smallestAside = 32 * 1024
/** Are kept while there are no uploads. */
const mostFree = 4
/** In milliseconds: who waits looks again so often, and at those that rest but a moment after it waited so long. */
const lookAgain = 200

/**
 * The buffers of all uploads of a thread, so many bytes together. Where there is no room, one is put away that nobody has brought bytes for
 * lately, the longest untouched first; else who needs room waits until a part was sent, and after a while puts away whichever rests. So that each gets on where all have begun a part and
 * none is whole, one at a time may go beyond, until its part was sent: there are never more bytes than these and one part, and
 * a quarter as many in small buffers (`takeAside`).
 */
export class PartPool {
  readonly #most: number
  /** In milliseconds: so long nobody brought bytes for what is put away. */
  readonly #untouched: number
  #taken = 0
  #aside = 0
  /** When each was touched; the longest untouched first. */
  readonly #holders = new Map<Holder, number>()
  readonly #waiting = new Set<() => void>()
  readonly #free: Buffer[] = []
  #beyond: PartBuffer | undefined

  constructor(most: number, untouched = 1000) {
    this.#most = most
    this.#untouched = untouched
  }

  get taken(): number {
    return this.#taken + this.#aside
  }

  /** Fails when `signal` says so, or nothing changes for `patience` milliseconds. */
  async take(most: number, holder: Holder, signal: AbortSignal, patience: number): Promise<PartBuffer> {
    const size = Math.min(smallest, most)
    const since = performance.now()
    while (!this.#fits(size)) {
      if (await this.#putAway(holder, since)) continue
      signal.throwIfAborted()
      if (performance.now() > since + patience) throw new RegistryError('overloaded', 'too many uploads are under way: try again')
      await this.#change(signal)
    }
    signal.throwIfAborted()
    this.#taken += size
    this.touch(holder)
    return { bytes: Buffer.allocUnsafeSlow(size), length: 0, counted: size, most }
  }

  /** A small one that nobody is asked to put away, and smaller where there are many. They have a quarter as much as all others, beside that: undefined where it is used up. */
  takeAside(wanted: number): PartBuffer | undefined {
    const most = this.#most / 4
    const size = this.#aside < most / 2 ? wanted : Math.min(wanted, smallestAside)
    if (this.#aside + size > most) return undefined
    this.#aside += size
    return { bytes: Buffer.allocUnsafeSlow(size), length: 0, counted: size, most: size, isAside: true }
  }

  /** It has a buffer that bytes come to. */
  touch(holder: Holder): void {
    this.#holders.delete(holder)
    this.#holders.set(holder, performance.now())
  }

  leave(holder: Holder): void {
    this.#holders.delete(holder)
  }

  /** Room for `length` more bytes. Fails when `signal` says so. */
  async grow(buffer: PartBuffer, length: number, holder: Holder, signal: AbortSignal): Promise<void> {
    const needed = buffer.length + length
    if (needed > buffer.counted) {
      const size = Math.min(buffer.most, Math.max(buffer.counted * 4, needed))
      await this.#waitFor(size - buffer.counted, buffer, holder, signal)
      this.#count(buffer, size)
    }
    if (needed <= buffer.bytes.length) return
    const { bytes: before } = buffer
    const kept = this.#free.findIndex((each) => each.length === buffer.most)
    if (kept >= 0) this.#count(buffer, buffer.most)
    // Of a fresh one only what is written to is in memory: it needs no steps, which would leave each a copy behind.
    buffer.bytes = kept < 0 ? Buffer.allocUnsafeSlow(buffer.most) : (this.#free.splice(kept, 1)[0] as Buffer)
    before.copy(buffer.bytes, 0, 0, buffer.length)
  }

  give(buffer: PartBuffer): void {
    const { bytes, counted, most } = buffer
    if (buffer.isAside) {
      this.#aside -= counted
      return
    }
    this.#taken -= counted
    if (this.#beyond === buffer) this.#beyond = undefined
    const kept = this.#free.reduce((sum, { length }) => sum + length, 0)
    // While there are others it is one of theirs at once: dropped, it would stay in memory beside a fresh one until it is collected.
    if (bytes.length === most && most > smallest && this.#taken + kept + most <= this.#most) this.#free.push(bytes)
    if (this.#taken === 0) this.#free.length = Math.min(this.#free.length, mostFree)
    this.wake()
  }

  /** Somebody may have become idle. */
  wake(): void {
    for (const wake of this.#waiting) wake()
  }

  #count(buffer: PartBuffer, size: number): void {
    this.#taken += size - buffer.counted
    buffer.counted = size
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#most
  }

  /** Until so many more fit, or nobody else goes beyond. */
  async #waitFor(bytes: number, buffer: PartBuffer, holder: Holder, signal: AbortSignal): Promise<void> {
    const since = performance.now()
    while (!this.#fits(bytes)) {
      if (await this.#putAway(holder, since)) continue
      if ((this.#beyond ?? buffer) === buffer) {
        this.#beyond = buffer
        return
      }
      await this.#change(signal)
      signal.throwIfAborted()
    }
  }

  /** Another's, which becomes an object of its own. False where there is none to put away. @param since when who needs room began to wait */
  async #putAway(holder: Holder, since: number): Promise<boolean> {
    const now = performance.now()
    const until = now - since < lookAgain ? now - this.#untouched : now
    for (const [each, touched] of this.#holders) {
      if (touched > until) return false
      if (each === holder || !each.isIdle) continue
      this.#holders.delete(each)
      // What it could not put away it keeps, and tells whoever goes on with it.
      await each.rest().catch(() => {})
      return true
    }
    return false
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', settle)
        this.#waiting.delete(settle)
        resolve()
      }
      const timer = setTimeout(settle, lookAgain)
      signal.addEventListener('abort', settle)
      this.#waiting.add(settle)
    })
  }
}
