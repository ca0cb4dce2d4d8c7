import type { Bell } from '#core/seat.ts'

/** A word for each thread: what is rung wakes the one that waits for its own. */
export function bellOf(words: Int32Array, column: number): Bell {
  const listeners: (() => void)[] = []
  const listen = async (): Promise<never> => {
    for (;;) {
      const { async, value } = Atomics.waitAsync(words, column, 0)
      if (async) await value
      // Rung meanwhile: whatever else this thread has to do comes first.
      else await new Promise((resolve) => setImmediate(resolve))
      Atomics.store(words, column, 0)
      for (const listener of listeners) listener()
    }
  }
  return {
    ring: (other) => {
      if (Atomics.exchange(words, other, 1) === 0) Atomics.notify(words, other)
    },
    onRing: (listener) => {
      if (listeners.push(listener) === 1) void listen()
    },
  }
}
