import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../world/free-port.ts'

/** An address that leads somewhere, then elsewhere. */
export interface MovingAddress {
  /** As `host:port`. */
  readonly address: string
  /** What comes from now on goes there, as when an address of a service moves; what is open is cut, or kept as when a name moves. */
  move(to: string, open?: 'cut' | 'kept'): void
  stop(): void
}

export async function startMovingAddress(first: string, host = '127.0.0.1'): Promise<MovingAddress> {
  const port = await freePort()
  const pairs = new Set<readonly [Socket, Socket]>()
  let target = first
  const server = createServer((near) => {
    const [targetHost, targetPort] = target.split(':')
    const far = connect(Number(targetPort), targetHost)
    const pair = [near, far] as const
    pairs.add(pair)
    near.pipe(far).pipe(near)
    for (const socket of pair)
      socket
        .on('error', () => {})
        .on('close', () => {
          pairs.delete(pair)
          for (const each of pair) each.destroy()
        })
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  return {
    address: `127.0.0.1:${port}`,
    move: (to, open = 'cut') => {
      target = to
      if (open === 'cut') cut()
    },
    stop: () => {
      server.close()
      cut()
    },
  }
}
