import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureContext } from 'node:tls'

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
/** A reader that takes nothing for so long is cut off; progress of any size counts. */
const idleReader = 60_000

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
  const { certificates } = options
  const server: Server = certificates
    ? createTlsServer({
        ...settings,
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
  server.on('request', options.handle)
  // Nobody says "100 Continue" before the request is authorized: Exchange does when the body is wanted.
  server.on('checkContinue', options.handle)
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

/** Ends a connection whose reader takes nothing of the answer; call before the bytes of an answer are sent. */
export function cutIdleReader(response: ServerResponse, idle = idleReader): void {
  const { socket } = response
  // Node destroys a socket whose time is up when nobody else listens for it.
  socket?.setTimeout(idle)
  // By then Node may have set the time of a connection at rest; only ours is taken back.
  response.once('close', () => {
    if (socket?.timeout === idle) socket.setTimeout(0)
  })
}
