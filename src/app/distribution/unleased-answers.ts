import { RegistryError } from '#core/registry-error.ts'
import type { Clock } from '#ports/clock.ts'

/**
 * An answer that something is there is held by a lease, so that collection does not take it from whoever relies on the
 * answer. This says what becomes of an answer whose lease cannot be written, because the disk is full or the database fails.
 */
export interface UnleasedAnswers {
  /** Whether the answer may go out now, without a lease. */
  allow(): boolean
  /** Until then nothing may be condemned, by `clock.elapsed()`. */
  readonly until: number
}

/** When an answer went out so last, at any thread of this process; 0 while none did. */
export const unleasedMemory = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT))

/** One process answers and collects: it remembers when it answered so, and condemns nothing until a lease would be over. */
export function rememberedByOneProcess(clock: Pick<Clock, 'elapsed'>, leaseLength: number, memory = unleasedMemory()): UnleasedAnswers {
  return {
    allow() {
      // One more: at 0 an answer may go out, too.
      const now = BigInt(Math.ceil(clock.elapsed())) + 1n
      for (;;) {
        const last = Atomics.load(memory, 0)
        if (last >= now || Atomics.compareExchange(memory, 0, last, now) === last) return true
      }
    },
    get until() {
      const last = Atomics.load(memory, 0)
      return last === 0n ? Number.NEGATIVE_INFINITY : Number(last - 1n) + leaseLength
    },
  }
}

/** Any server may collect, and none of the others can be told: only what a manifest holds is answered for. */
export const refusedAmongServers: UnleasedAnswers = { allow: () => false, until: Number.NEGATIVE_INFINITY }

/**
 * Whether the answer may go out: its lease is written, or it needs none. False when what it speaks of is gone. Where no
 * lease can be written and nothing else holds it, that failure is the answer.
 */
export async function isHeld(
  { unleased }: { unleased: UnleasedAnswers },
  { byLease, byManifest }: { byLease: () => Promise<boolean>; byManifest: () => Promise<boolean> },
): Promise<boolean> {
  try {
    return await byLease()
  } catch (error) {
    if (!(error instanceof RegistryError) || (error.failure !== 'storage-full' && error.failure !== 'storage-failed')) throw error
    if (unleased.allow() || (await byManifest())) return true
    throw error
  }
}
