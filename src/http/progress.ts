import type { Socket } from 'node:net'

/** A body must come at this rate, over its window; only time spent waiting for the client counts. */
const slowestRate = 1024
const usualWindow = 60_000
const checkEvery = 5_000

interface Watch {
  socket: Socket
  windowMs: number
  bytes: number
  waited: number
  since: number | undefined
}

const watches = new Set<Watch>()
let timer: NodeJS.Timeout | undefined

/** Cuts a connection whose client trickles. `waiting` and `got` bracket each wait. */
export function watchProgress(socket: Socket, windowMs = usualWindow): { waiting(): void; got(bytes: number): void; end(): void } {
  const watch: Watch = { socket, windowMs, bytes: 0, waited: 0, since: undefined }
  watches.add(watch)
  timer ??= setInterval(check, Math.min(checkEvery, Math.ceil(windowMs / 10))).unref()
  return {
    waiting: () => {
      watch.since = performance.now()
    },
    got: (bytes) => {
      if (watch.since !== undefined) watch.waited += performance.now() - watch.since
      watch.since = undefined
      watch.bytes += bytes
    },
    end: () => {
      watches.delete(watch)
    },
  }
}

function check(): void {
  const now = performance.now()
  for (const watch of watches) {
    const waited = watch.waited + (watch.since === undefined ? 0 : now - watch.since)
    if (waited < watch.windowMs) continue
    if (watch.bytes < (slowestRate * waited) / 1000) watch.socket.destroy()
    watch.bytes = 0
    watch.waited = 0
    if (watch.since !== undefined) watch.since = now
  }
  if (watches.size === 0) {
    clearInterval(timer)
    timer = undefined
  }
}
