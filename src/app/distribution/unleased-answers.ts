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

/** One process answers and collects: it remembers when it answered so, and condemns nothing until a lease would be over. */
export function rememberedByOneProcess(clock: Pick<Clock, 'elapsed'>, leaseLength: number): UnleasedAnswers {
  let last = Number.NEGATIVE_INFINITY
  return {
    allow() {
      last = clock.elapsed()
      return true
    },
    get until() {
      return last + leaseLength
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
