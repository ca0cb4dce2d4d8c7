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
  /** What it may grow to. */
  readonly most: number
}

const smallest = 256 * 1024
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
    return { bytes: Buffer.allocUnsafeSlow(size), length: 0, most }
  }

  /** A whole one at once, for whoever fills one after the other: to come to it in steps costs a copy each, and fresh memory. Undefined where none lies here, or there is no room. */
  takeWhole(most: number, holder: Holder): PartBuffer | undefined {
    const bytes = this.#taken + most <= this.#most ? this.#keptOf(most) : undefined
    if (!bytes) return undefined
    this.#taken += most
    this.touch(holder)
    return { bytes, length: 0, most }
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
    if (buffer.length + length <= buffer.bytes.length) return
    const before = buffer.bytes
    const size = Math.min(buffer.most, Math.max(before.length * 4, buffer.length + length))
    await this.#makeRoom(size - before.length, holder)
    buffer.bytes = this.#keptOf(size) ?? Buffer.allocUnsafeSlow(size)
    this.#taken += size - before.length
    before.copy(buffer.bytes, 0, 0, buffer.length)
  }

  give({ bytes, most }: PartBuffer): void {
    this.#taken -= bytes.length
    if (bytes.length === most && most > smallest && this.#free.length < mostFree) this.#free.push(bytes)
    this.wake()
  }

  /** Somebody may have become idle. */
  wake(): void {
    for (const wake of this.#waiting) wake()
  }

  /** One that was given back, with this size. */
  #keptOf(size: number): Buffer | undefined {
    const kept = this.#free.findIndex((each) => each.length === size)
    return kept < 0 ? undefined : this.#free.splice(kept, 1)[0]
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
