import { randomUUID } from 'node:crypto'
import { Agent, createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Exchange } from '#http/exchange.ts'

/** What a front door knows of a request before a surface has it. */
export interface Naming {
  host: string
  scheme: 'http' | 'https'
  address: string
}

/** One surface behind a socket of its own. */
export interface SurfaceDoor {
  address: { host: string; port: number }
  origin: string
  agent: Agent
  /** Nobody signs in with a password of the registry's here. */
  user: string
  password: string
  /** Each request so far, with what the log would tell of it. */
  exchanges: Exchange[]
  close(): Promise<void>
}

/** @param named what differs from an own client over plain HTTP */
export async function openSurface(
  serve: (exchange: Exchange) => Promise<unknown>,
  named: (request: IncomingMessage) => Partial<Naming> = () => ({}),
): Promise<SurfaceDoor> {
  const exchanges: Exchange[] = []
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').toLowerCase()
    const naming: Naming = { host, scheme: 'http', address: '127.0.0.1', ...named(request) }
    const exchange = new Exchange(request, response, { correlationId: randomUUID(), ...naming })
    exchanges.push(exchange)
    void serve(exchange)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  return {
    address: { host: '127.0.0.1', port },
    origin: `http://127.0.0.1:${port}`,
    agent,
    user: '',
    password: '',
    exchanges,
    close: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
