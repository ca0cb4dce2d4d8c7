import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Connections } from './connections.ts'

export interface ListenAddress {
  host: string
  port: number
}

/** The certificates of a listener; they may change while it runs. */
export interface Certificates {
  /** For clients that ask for no name. PEM. */
  fallback(): { key: string; cert: string }
  /** For a name that a client asks for. */
  forName(name: string): SecureContext | Promise<SecureContext>
  onChange(listener: () => void): void
}

export interface ListenerOptions {
  address: ListenAddress
  /** Absent: plain HTTP. */
  certificates?: Certificates | undefined
  handle: (request: IncomingMessage, response: ServerResponse) => void
  /** Absent: nobody counts them. */
  connections?: Connections | undefined
  /** The body of the answer to what is not HTTP, or beyond its limits. */
  badRequest: (status: 400 | 408 | 431) => string
  /** In milliseconds; others than the usual are for tests. */
  limits?: { headersTimeout: number; connectionsCheckingInterval: number }
}

export interface Listener {
  address: ListenAddress
  /** Takes no new connection, lets requests end, and cuts what is left after `grace` milliseconds. */
  close(grace: number): Promise<void>
}

const headersTimeout = 20_000
/** Above the idle time of the proxies that stand before us (60 s), so that they never send into a closing connection. */
const keepAliveTimeout = 75_000
const largestHeader = 16 * 1024
const mostHeaders = 100

/** Opens one listener. Fails as `listen` does (EADDRINUSE, EACCES). */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const settings = {
    headersTimeout,
    keepAliveTimeout,
    maxHeaderSize: largestHeader,
    // Layers take as long as they take; bodies have their own watch (progress.ts).
    requestTimeout: 0,
    connectionsCheckingInterval: 5_000,
    ...options.limits,
    insecureHTTPParser: false,
    noDelay: true,
  }
  const { certificates, connections } = options
  const handle = connections?.inTurn(options.handle) ?? options.handle
  const server: Server = certificates
    ? createTlsServer({
        ...settings,
        handshakeTimeout: settings.headersTimeout,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        honorCipherOrder: true,
        ...certificates.fallback(),
        SNICallback: (name, done) => {
          // An exception here would end the process (CVE-2026-21637).
          void (async () => certificates.forName(name))().then(
            (context) => done(null, context),
            (error: Error) => done(error),
          )
        },
      })
    : createServer(settings)
  certificates?.onChange(() => (server as TlsServer).setSecureContext(certificates.fallback()))
  server.maxHeadersCount = mostHeaders
  connections?.watch(server)
  server.on('request', handle)
  // Nobody says "100 Continue" before the request is authorized: Exchange does when the body is wanted.
  server.on('checkContinue', handle)
  server.on('checkExpectation', (_request, response: ServerResponse) => response.writeHead(417, { Connection: 'close' }).end())
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
    const body = options.badRequest(status)
    const reason = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' }[status]
    socket.end(
      `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  })
  server.on('connection', (socket: Socket) => socket.on('error', () => socket.destroy()))
  server.on('tlsClientError', (_error, socket: Socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.address.host, port: options.address.port, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address() as AddressInfo
  return { address: { host: options.address.host, port: bound.port }, close: (grace) => closeServer(server, grace) }
}

function closeServer(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), grace)
    // A kept-alive connection becomes idle when its request ends, not when the server begins to close.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(cut)
      clearInterval(sweep)
      resolve()
    })
  })
}
