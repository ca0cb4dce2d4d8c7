import type { IncomingMessage } from 'node:http'
import { watchProgress } from './progress.ts'

export class BodyTooLarge extends Error {
  readonly limit: number
  constructor(limit: number) {
    super(`the body is larger than ${limit} bytes`)
    this.limit = limit
  }
}

export async function readBody(request: IncomingMessage, limit: number, slowAfter?: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of streamBody(request, false, slowAfter)) {
    length += piece.length
    if (length > limit) throw new BodyTooLarge(limit)
    pieces.push(piece)
  }
  return pieces.length === 1 ? Buffer.from(pieces[0] as Uint8Array) : Buffer.concat(pieces)
}

/**
 * The body's pieces, watched: a client that sends next to nothing is cut off. Leaving early leaves the connection open.
 * With `release`, a piece is gone when the next one is asked for.
 */
export async function* streamBody(request: IncomingMessage, release = false, slowAfter?: number): AsyncIterable<Uint8Array> {
  const watch = watchProgress(request.socket, slowAfter)
  const iterator = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array>
  try {
    for (;;) {
      watch.waiting()
      const next = await iterator.next()
      watch.got(next.done ? 0 : next.value.length)
      if (next.done) return
      yield next.value
      if (release) free(next.value)
    }
  } finally {
    watch.end()
    // Lets go of the request: what is left of its body can be read and thrown away only then (linger.ts).
    await iterator.return?.()
  }
}

// Left to the garbage collector, large bodies cost it full collections of the heap and the kernel fresh pages for each piece.
function free({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
