import { RegistryError } from '#core/registry-error.ts'

/** Who holds a file open, and can give it up while it rests. */
export interface Holder {
  readonly registryId: number
  readonly principalId: string
  /** Closes the file; what was known of it stays. */
  rest(): Promise<void>
}

export interface OpenFileLimits {
  most: number
  /** In milliseconds. */
  longestWait: number
}

/**
 * The files of uploads that are open at once: so many, three quarters of them for one registry, half of them for one principal.
 * A holder is at work or rests. Who needs a file has one closed that rests: the oldest of its own principal first, else
 * the oldest of whoever has most. Where none rests it waits, and is told to come again when that takes too long.
 */
export class OpenFiles {
  readonly #most: number
  readonly #longestWait: number
  /** Each with whether it is at work, the longest at rest first. */
  readonly #holders = new Map<Holder, boolean>()
  readonly #waiting = new Set<() => void>()

  constructor({ most, longestWait }: OpenFileLimits) {
    this.#most = most
    this.#longestWait = longestWait
  }

  get open(): number {
    return this.#holders.size
  }

  holds(holder: Holder): boolean {
    return this.#holders.has(holder)
  }

  /** Whether `work` has nobody to wait for. */
  hasRoom(holder: Holder): boolean {
    return this.#room(holder) !== 'none'
  }

  /** Holds a file and is at work; keeps the one that it has. Fails with `overloaded`. */
  async work(holder: Holder): Promise<void> {
    const since = performance.now()
    for (;;) {
      const victim = this.#room(holder)
      if (victim !== 'none') {
        this.#holders.delete(holder)
        this.#holders.set(holder, true)
        if (!victim) return
        this.#holders.delete(victim)
        return victim.rest()
      }
      const left = this.#longestWait - (performance.now() - since)
      if (left <= 0 || !(await this.#change(left))) throw new RegistryError('overloaded', 'too many uploads are under way: try again')
    }
  }

  /** The holder keeps its file until somebody else needs it. */
  rest(holder: Holder): void {
    if (!this.#holders.delete(holder)) return
    this.#holders.set(holder, false)
    this.#wake()
  }

  /** The file is closed. */
  release(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#wake()
  }

  /** Undefined: there is room; a holder: there is when it rests; none: nobody rests who could make room. */
  #room(holder: Holder): Holder | undefined | 'none' {
    if (this.#holders.has(holder)) return undefined
    const same = { principal: 0, registry: 0 }
    const ofPrincipal = new Map<string, number>()
    for (const { registryId, principalId } of this.#holders.keys()) {
      ofPrincipal.set(principalId, (ofPrincipal.get(principalId) ?? 0) + 1)
      if (principalId === holder.principalId) same.principal++
      if (registryId === holder.registryId) same.registry++
    }
    const own = () => this.#oldest((each) => each.principalId === holder.principalId)
    if (same.principal >= Math.ceil(this.#most / 2)) return own() ?? 'none'
    if (same.registry >= Math.ceil((this.#most * 3) / 4))
      return own() ?? this.#oldest((each) => each.registryId === holder.registryId) ?? 'none'
    if (this.#holders.size < this.#most) return undefined
    const busiest = [...ofPrincipal].toSorted(([, one], [, other]) => other - one)
    const others = () => busiest.map(([principalId]) => this.#oldest((each) => each.principalId === principalId)).find((each) => each)
    return own() ?? others() ?? 'none'
  }

  #oldest(matches: (holder: Holder) => boolean): Holder | undefined {
    for (const [holder, atWork] of this.#holders) if (!atWork && matches(holder)) return holder
    return undefined
  }

  /** False when nothing changed for so long. */
  #change(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (changed: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve(changed)
      }
      const wake = () => settle(true)
      const timer = setTimeout(() => settle(false), ms)
      this.#waiting.add(wake)
    })
  }

  #wake(): void {
    // Each looks whether there is room for it now, who has waited longest first.
    for (const wake of this.#waiting) wake()
  }
}
