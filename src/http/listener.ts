import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import type { Connections } from './connections.ts'
import { answerNoRequest, type NoRequestStatus } from './no-request.ts'
import { Unreadable } from './unreadable.ts'

/** For every context that a handshake may choose: authenticated ciphers alone (RFC 9325 §4.2), ours before the client's. */
export const tlsTerms: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  honorCipherOrder: true,
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    ...['ECDSA', 'RSA'].flatMap((kind) =>
      ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].map((cipher) => `ECDHE-${kind}-${cipher}`),
    ),
  ].join(':'),
}

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
  /** Other threads of this process listen at the same address, and the kernel deals out who connects. */
  shared?: boolean | undefined
  /** 48 bytes by which sessions are taken up again at any listener that has them; absent: at this one alone. */
  ticketKeys?: Buffer | undefined
  /** Absent: plain HTTP. */
  certificates?: Certificates | undefined
  handle: (request: IncomingMessage, response: ServerResponse) => void
  /** Absent: nobody counts them. */
  connections?: Connections | undefined
  /** The body of the answer to what is not HTTP, or beyond its limits. */
  badRequest: (status: NoRequestStatus, message?: string) => string
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
    // Judged with all else that a request may have wrong (request-faults.ts).
    requireHostHeader: false,
    noDelay: true,
  }
  const { certificates, connections } = options
  const unreadable = new Unreadable({ handle: connections?.inTurn(options.handle) ?? options.handle, badRequest: options.badRequest })
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    // We change to no other protocol (RFC 9110 §7.8), but the parser reads nothing more behind such a request: what a client has
    // sent there already it sends again on another connection.
    if (request.headers.upgrade !== undefined && /\bupgrade\b/i.test(request.headers.connection ?? '')) response.shouldKeepAlive = false
    unreadable.handle(request, response)
  }
  const server: Server = certificates
    ? createTlsServer({
        ...settings,
        handshakeTimeout: settings.headersTimeout,
        ...tlsTerms,
        ALPNProtocols: ['http/1.1'],
        ...certificates.fallback(),
        ...(options.ticketKeys ? { ticketKeys: options.ticketKeys } : {}),
        SNICallback: (name, done) => {
          // An exception here would end the process (CVE-2026-21637).
          void (async () => certificates.forName(name))().then(
            (context) => done(null, context),
            (error: Error) => done(error),
          )
        },
      })
    : createServer(settings)
  certificates?.onChange(() => {
    ;(server as TlsServer).setSecureContext({ ...tlsTerms, ...certificates.fallback() })
    if (options.ticketKeys) (server as TlsServer).setTicketKeys(options.ticketKeys)
  })
  server.maxHeadersCount = mostHeaders
  connections?.watch(server)
  server.on('request', handle)
  // Nobody says "100 Continue" before the request is authorized: Exchange does when the body is wanted.
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  // We tunnel for nobody (RFC 9110 §9.3.6).
  server.on('connect', (_request, socket: Socket) => answerNoRequest(socket, 501, options.badRequest(501)))
  server.on('clientError', unreadable.onFault)
  server.on('connection', (socket: Socket) => socket.on('error', () => socket.destroy()))
  if (certificates) answerPlainHttp(server, (message) => options.badRequest(400, message))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const { host, port } = options.address
    server.listen({ host, port, backlog: 1024, reusePort: options.shared ?? false }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address() as AddressInfo
  return { address: { host: options.address.host, port: bound.port }, close: (grace) => closeServer(server, grace) }
}

const plainHttp = 'this port speaks HTTPS: write https:// instead of http://'
const ends = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress ?? ''} ${remotePort ?? ''}`

/** Whoever speaks HTTP to a port of TLS is told so in HTTP; OpenSSL knows it by the first bytes, before anything is decrypted. */
function answerPlainHttp(server: Server, body: (message: string) => string): void {
  // What a handshake that fails leaves behind is the encrypted side; the answer goes out by the bare one.
  const bare = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const name = ends(socket)
    bare.set(name, socket)
    socket.once('close', () => bare.delete(name))
  })
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const under = error.code === 'ERR_SSL_HTTP_REQUEST' ? bare.get(ends(socket)) : undefined
    if (under) answerNoRequest(under, 400, body(plainHttp))
    socket.destroy()
  })
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
