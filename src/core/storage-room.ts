/** In bytes. */
export interface Stored {
  /** What manifests name. */
  used: number
  /** What no manifest names. */
  unreferenced: number
  /** Of that, what none has named yet: it belongs to pushes that are under way, or were given up. */
  pending: number
  /** What uploads hold a place for. */
  reserved: number
  /** What is given up and not yet off the disk. */
  condemned: number
  /** Null: none. */
  limit: number | null
}

/**
 * What nothing names has bounds of its own, each as much again as the limit: what is not named yet, with the uploads that
 * are to become that; and what is not named any more. In all a registry has at most twice its limit.
 */
export interface Excess {
  /** Of what the limit itself counts. */
  taken: number
  pending: number
  left: number
  all: number
}

/** How many bytes of each must go before `more` bytes have room. */
export function excessOf({ used, unreferenced, pending, reserved, condemned, limit }: Stored, more = 0): Excess {
  if (limit === null) return { taken: 0, pending: 0, left: 0, all: 0 }
  const beyond = (bytes: number, bound: number) => Math.max(0, bytes - bound)
  return {
    taken: beyond(used + reserved + more, limit),
    pending: beyond(pending + reserved + more, limit),
    // It is full when it has reached its bound: deletes are never refused, so it may be beyond.
    left: beyond(unreferenced - pending + condemned + 1, limit),
    all: beyond(used + reserved + unreferenced + condemned + more, 2 * limit),
  }
}

export function lacksRoom(stored: Stored): boolean {
  const { pending, left, all } = excessOf(stored)
  return pending > 0 || left > 0 || all > 0
}
