import type { Socket } from 'node:net'
import { kernelQueues, queueKey } from './kernel-queue.ts'

/** An answer must be taken at this rate, over `after` milliseconds; only time in which the client is waited for counts. */
const slowestRate = 1024

/** What a connection took since when; `queued` when its kernel was asked. */
interface Window {
  since: number
  gone: number
  queued: number | undefined
}

/** Cuts connections whose client does not read. Asks the sockets now and then; a request costs nothing. */
export class SlowReaders {
  readonly #windows = new WeakMap<Socket, Window>()
  readonly #after: number

  constructor(after: number) {
    this.#after = after
  }

  /** Looks at each; to be called several times within `after`. */
  async look(sockets: Iterable<Socket>): Promise<void> {
    const now = performance.now()
    const stalled: Socket[] = []
    for (const socket of sockets) if (this.#isStalled(socket, now)) stalled.push(socket)
    if (stalled.length === 0) return
    const queues = await kernelQueues()
    for (const socket of stalled) this.#judge(socket, now, queues.get(queueKey(socket)) ?? 0)
  }

  #isStalled(socket: Socket, now: number): boolean {
    const window = this.#windows.get(socket)
    if (pendingOf(socket) === 0) {
      // It waits for us.
      if (window) this.#windows.delete(socket)
      return false
    }
    const gone = socket.bytesWritten - pendingOf(socket)
    if (window && gone - window.gone < this.#least(now - window.since)) return true
    this.#windows.set(socket, { since: now, gone, queued: undefined })
    return false
  }

  #judge(socket: Socket, now: number, queued: number): void {
    const gone = socket.bytesWritten - pendingOf(socket)
    const window = this.#windows.get(socket)
    if (!window || window.queued === undefined) {
      this.#windows.set(socket, { since: window?.since ?? now, gone, queued })
      return
    }
    if (now - window.since < this.#after) return
    const taken = gone - queued - (window.gone - window.queued)
    if (taken < this.#least(this.#after)) socket.destroy()
    else this.#windows.set(socket, { since: now, gone, queued })
  }

  #least = (ms: number): number => (slowestRate * Math.max(ms, this.#after)) / 1000
}

/** Bytes of ours that the kernel has not taken. What is under way in a write is known to the handle alone; Node's own timeouts ask it too. */
function pendingOf(socket: Socket): number {
  const { writeQueueSize = 0 } = (socket as unknown as { _handle?: { writeQueueSize?: number } | null })._handle ?? {}
  return writeQueueSize > 0 ? writeQueueSize : socket.writableLength
}
