import type { IncomingMessage } from 'node:http'

const mostBytes = 8 * 1024 * 1024
const longest = 5_000

/**
 * Reads on, and throws away, what a client still sends after its answer went out: closing at once would reset the
 * connection and could take the answer with it. Ends with the body, 8 MiB or 5 s.
 */
export function linger(request: IncomingMessage, done: () => void): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0
    const finish = () => {
      clearTimeout(timer)
      request.off('data', onData).off('end', finish).off('close', finish).off('error', finish)
      done()
      request.destroy()
      resolve()
    }
    const onData = (piece: Uint8Array) => {
      bytes += piece.length
      if (bytes > mostBytes) finish()
    }
    const timer = setTimeout(finish, longest)
    request.on('data', onData).on('end', finish).on('close', finish).on('error', finish)
    request.resume()
  })
}
