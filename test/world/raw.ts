import { connect, type Socket } from 'node:net'

/** A connection on which a test writes bytes as it likes. */
export interface RawConnection {
  socket: Socket
  /** Everything that came so far. */
  text(): string
  /** When the peer ended, or after `ms`: how it ended. */
  ended(ms: number): Promise<'end' | 'error' | 'open'>
  /** Waits until what came matches. */
  until(pattern: RegExp, ms?: number): Promise<string>
}

export function openRaw({ host, port }: { host: string; port: number }): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    let text = ''
    let state: 'end' | 'error' | 'open' = 'open'
    const socket = connect({ host, port })
    const wakers = new Set<() => void>()
    const wake = () => {
      for (const each of wakers) each()
    }
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1')
      wake()
    })
    socket.on('end', () => {
      if (state === 'open') state = 'end'
      wake()
    })
    socket.on('close', (hadError) => {
      if (state === 'open') state = hadError ? 'error' : 'end'
      wake()
    })
    socket.on('error', (error) => {
      state = 'error'
      wake()
      reject(error)
    })
    const wait = (done: () => boolean, ms: number) =>
      new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer)
          wakers.delete(check)
          resolve()
        }
        const check = () => {
          if (done()) finish()
        }
        const timer = setTimeout(finish, ms)
        wakers.add(check)
        check()
      })
    socket.once('connect', () =>
      resolve({
        socket,
        text: () => text,
        ended: async (ms) => {
          await wait(() => state !== 'open', ms)
          return state
        },
        until: async (pattern, ms = 5000) => {
          await wait(() => pattern.test(text) || state !== 'open', ms)
          return text
        },
      }),
    )
  })
}

/** Writes these bytes on a fresh connection and returns what comes within `ms`, and whether the peer closed. */
export async function exchangeRaw(
  address: { host: string; port: number },
  bytes: string | Uint8Array,
  ms = 1500,
): Promise<{ text: string; ended: 'end' | 'error' | 'open' }> {
  const connection = await openRaw(address)
  connection.socket.write(bytes)
  const ended = await connection.ended(ms)
  connection.socket.destroy()
  return { text: connection.text(), ended }
}

export const statusesOf = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
