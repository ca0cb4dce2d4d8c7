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
}

const smallest = 256 * 1024
/** Are kept while there are no uploads. */
const mostFree = 4
/** In milliseconds. */
const lookAgain = 200

/**
 * The buffers of all uploads of a thread, so many bytes together. Where there is no room, one is put away that nobody brings bytes for,
 * the longest untouched first. Who has none waits for room; who has one and needs a larger one does not, so that each gets on: only then,
 * and only while bytes come for all of them, there are more bytes than these.
 */
export class PartPool {
  readonly #most: number
  #taken = 0
  /** The longest untouched first. */
  readonly #holders = new Set<Holder>()
  readonly #waiting = new Set<() => void>()
  readonly #free: Buffer[] = []

  constructor(most: number) {
    this.#most = most
  }

  get taken(): number {
    return this.#taken
  }

  /** Fails when `signal` says so, or nothing changes for `patience` milliseconds. */
  async take(most: number, holder: Holder, signal: AbortSignal, patience: number): Promise<PartBuffer> {
    const size = Math.min(smallest, most)
    const until = performance.now() + patience
    while (!(await this.#makeRoom(size, holder))) {
      signal.throwIfAborted()
      if (performance.now() > until) throw new RegistryError('overloaded', 'too many uploads are under way: try again')
      await this.#change(signal)
    }
    signal.throwIfAborted()
    this.#taken += size
    this.touch(holder)
    return { bytes: Buffer.allocUnsafeSlow(size), length: 0, counted: size, most }
  }

  /** It has a buffer that bytes come to. */
  touch(holder: Holder): void {
    this.#holders.delete(holder)
    this.#holders.add(holder)
  }

  leave(holder: Holder): void {
    this.#holders.delete(holder)
  }

  /** Room for `length` more bytes. */
  async grow(buffer: PartBuffer, length: number, holder: Holder): Promise<void> {
    const needed = buffer.length + length
    if (needed > buffer.counted) {
      const size = Math.min(buffer.most, Math.max(buffer.counted * 4, needed))
      await this.#makeRoom(size - buffer.counted, holder)
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

  give({ bytes, counted, most }: PartBuffer): void {
    this.#taken -= counted
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

  /** False where only busy ones have what is taken. */
  async #makeRoom(bytes: number, holder: Holder): Promise<boolean> {
    while (this.#taken > 0 && this.#taken + bytes > this.#most) {
      const victim = this.#victim(holder)
      if (!victim) return false
      this.#holders.delete(victim)
      // What it could not put away it keeps, and tells whoever goes on with it.
      await victim.rest().catch(() => {})
    }
    return true
  }

  #victim(holder: Holder): Holder | undefined {
    for (const each of this.#holders) if (each !== holder && each.isIdle) return each
    return undefined
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
