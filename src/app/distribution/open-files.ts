import { RegistryError } from '#core/registry-error.ts'
import { onlySeat, type Seat } from '#core/seat.ts'
import { FileCounts, type FileOwner, type FilesMemory, filesMemory, type Lack } from './file-counts.ts'

/** Who holds a file open, and can give it up while it rests. */
export interface Holder extends FileOwner {
  /** Closes the file; what was known of it stays. */
  rest(): Promise<void>
}

export interface OpenFileLimits {
  most: number
  /** In milliseconds. */
  longestWait: number
}

/**
 * The files of uploads that are open at once, at all threads together: so many, three quarters of them for one registry, half of
 * them for one principal. A holder is at work or rests. Who needs a file has one closed that rests: the oldest of its own
 * principal first, else the oldest of whoever has most. Where none rests at this thread, the others are asked to close one; it
 * waits, and is told to come again when that takes too long.
 */
export class OpenFiles {
  readonly #longestWait: number
  /** Each with whether it is at work, the longest at rest first. */
  readonly #holders = new Map<Holder, boolean>()
  readonly #waiting = new Set<() => void>()
  readonly #counts: FileCounts

  constructor(
    { most, longestWait }: OpenFileLimits,
    seat: Seat = onlySeat,
    memory: FilesMemory = filesMemory(most, { columns: 1, seed: 0 }),
  ) {
    this.#longestWait = longestWait
    this.#counts = new FileCounts(most, seat, memory)
    seat.bell.onRing(() => this.#heard())
  }

  /** At all threads. */
  get open(): number {
    return this.#counts.all
  }

  holds(holder: Holder): boolean {
    return this.#holders.has(holder)
  }

  /** Whether `work` has nobody to wait for. */
  hasRoom(holder: Holder): boolean {
    return this.#holders.has(holder) || this.#victim(holder, this.#counts.lack(holder)) !== 'none'
  }

  /** Holds a file and is at work; keeps the one that it has. Fails with `overloaded`. */
  async work(holder: Holder): Promise<void> {
    const since = performance.now()
    for (;;) {
      const victim = this.#take(holder)
      if (victim === undefined) return
      if (victim !== 'none') {
        await victim.rest()
        if (this.#holders.has(holder)) return
        continue
      }
      const left = this.#longestWait - (performance.now() - since)
      if (left <= 0 || !(await this.#change(holder, left)))
        throw new RegistryError('overloaded', 'too many uploads are under way: try again')
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
    if (!this.#leave(holder)) return
    this.#wake()
  }

  /** Undefined: it has a file; a holder: it may have that one's file when it rests. */
  #take(holder: Holder): Holder | undefined | 'none' {
    if (this.#holders.delete(holder)) {
      this.#holders.set(holder, true)
      return undefined
    }
    const lack = this.#counts.take(holder)
    const victim = lack && this.#victim(holder, lack)
    if (victim === 'none') return victim
    if (victim) this.#leave(victim)
    if (!victim || this.#counts.take(holder) === undefined) this.#holders.set(holder, true)
    return victim
  }

  #leave(holder: Holder): boolean {
    if (!this.#holders.delete(holder)) return false
    this.#counts.left(holder)
    return true
  }

  /** Undefined: there is room; a holder: there is when it rests; none: nobody rests here who could make room. */
  #victim({ principalId, registryId }: Holder, lack: Lack | undefined): Holder | undefined | 'none' {
    if (!lack) return undefined
    const own = this.#oldest((each) => each.principalId === principalId)
    if (own || lack === 'principal') return own ?? 'none'
    if (lack === 'registry') return this.#oldest((each) => each.registryId === registryId) ?? 'none'
    return this.#oldestOfBusiest() ?? 'none'
  }

  #oldestOfBusiest(): Holder | undefined {
    const ofPrincipal = new Map<string, number>()
    for (const { principalId } of this.#holders.keys()) ofPrincipal.set(principalId, (ofPrincipal.get(principalId) ?? 0) + 1)
    const busiest = [...ofPrincipal].toSorted(([, one], [, other]) => other - one)
    return busiest.map(([principalId]) => this.#oldest((each) => each.principalId === principalId)).find((each) => each)
  }

  #oldest(matches: (holder: Holder) => boolean): Holder | undefined {
    for (const [holder, atWork] of this.#holders) if (!atWork && matches(holder)) return holder
    return undefined
  }

  /** False when nothing changed for so long. */
  #change(holder: Holder, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (changed: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        this.#counts.waits(-1)
        resolve(changed)
      }
      const wake = () => settle(true)
      const timer = setTimeout(() => settle(false), ms)
      this.#waiting.add(wake)
      this.#counts.waits(1)
      // A file may have been closed before the other threads could know that somebody waits here.
      const lack = this.#counts.lack(holder)
      if (this.#victim(holder, lack) !== 'none') wake()
      else if (lack) this.#counts.wish(lack, holder)
    })
  }

  #heard(): void {
    for (const matches of this.#counts.wishes()) {
      const victim = this.#oldest(matches)
      if (!victim) continue
      this.#leave(victim)
      // What it could not write is told to whoever goes on with the upload.
      void victim.rest().then(
        () => this.#wake(),
        () => this.#wake(),
      )
    }
    if (this.#counts.wasTold()) this.#wakeHere()
  }

  #wake(): void {
    this.#wakeHere()
    this.#counts.tell()
  }

  #wakeHere(): void {
    // Each looks whether there is room for it now, who has waited longest first.
    for (const wake of this.#waiting) wake()
  }
}
