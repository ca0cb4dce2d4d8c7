import { connect, type Socket } from 'node:net'
import { type ParsedHead, parseChunked, parseHead } from './response.ts'

export interface Request {
  method: string
  path: string
  headers?: Record<string, string>
  body?: Buffer
  /** Only count the bytes of the answer's body: the reader must not be what is measured. */
  discard?: boolean
}

export interface Response {
  status: number
  headers: Map<string, string>
  body: Buffer
  /** Length of the body as it is on the wire, chunk framing included. */
  wireLength: number
}

interface Pending {
  request: Request
  resolve(response: Response): void
  reject(error: Error): void
  head: ParsedHead | undefined
  kept: Buffer[]
  received: number
}

const readBlock = 1024 * 1024

/** Blocks of closed connections, for the next one: a fresh megabyte costs its page faults. */
const spareBlocks: Buffer[] = []

/**
 * One keep-alive HTTP/1.1 connection, one request at a time, on a raw socket: node:http's objects and
 * events per block cost more than some of the servers that are measured.
 */
export class Connection {
  private socket: Socket | undefined
  private pending: Pending | undefined
  private unread: Buffer = Buffer.alloc(0)
  private block: Buffer | undefined
  private readonly port: number
  private readonly blockSize: number

  constructor(port: number, blockSize = readBlock) {
    this.port = port
    this.blockSize = blockSize
  }

  send(request: Request): Promise<Response> {
    if (this.pending !== undefined) throw new Error('one request at a time')
    return new Promise((resolve, reject) => {
      this.pending = { request, resolve, reject, head: undefined, kept: [], received: 0 }
      this.unread = Buffer.alloc(0)
      const socket = this.socket ?? this.open()
      const { body } = request
      socket.cork()
      socket.write(requestHead(request, this.port))
      if (body !== undefined && body.length > 0) socket.write(body)
      socket.uncork()
    })
  }

  close(): void {
    this.socket?.destroy()
    this.socket = undefined
    if (this.block !== undefined) spareBlocks.push(this.block)
    this.block = undefined
  }

  private open(): Socket {
    const buffer = this.block ?? takeBlock(this.blockSize)
    this.block = buffer
    const socket = connect({
      port: this.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.received(buffer.subarray(0, length))
          return true
        },
      },
    })
    socket.on('error', (error) => this.failed(socket, error))
    socket.on('end', () => this.failed(socket, new Error('the server closed the connection')))
    socket.on('close', () => this.failed(socket, new Error('the connection is closed')))
    this.socket = socket
    return socket
  }

  private failed(socket: Socket, error: Error): void {
    if (this.socket !== socket) return
    this.socket = undefined
    socket.destroy()
    const { pending } = this
    if (pending === undefined) return
    if (pending.head?.untilClose === true) return this.finish(pending, pending.head)
    this.pending = undefined
    pending.reject(new Error(`${pending.request.method} ${pending.request.path}: ${error.message}`))
  }

  private received(block: Buffer): void {
    const { pending } = this
    if (pending === undefined) return
    let rest = block
    if (pending.head === undefined) {
      const bytes = this.unread.length === 0 ? block : Buffer.concat([this.unread, block])
      const head = parseHead(bytes, pending.request.method)
      if (head === undefined) {
        this.unread = Buffer.from(bytes)
        return
      }
      pending.head = head
      rest = bytes.subarray(head.length)
    }
    const { head } = pending
    pending.received += rest.length
    if (head.chunked || pending.request.discard !== true) pending.kept.push(Buffer.from(rest))
    if (head.chunked) {
      const body = parseChunked(Buffer.concat(pending.kept))
      if (body === undefined) return
      pending.kept = [body]
      this.finish(pending, head)
    } else if (!head.untilClose && pending.received >= head.contentLength) {
      this.finish(pending, head)
    }
  }

  private finish(pending: Pending, head: ParsedHead): void {
    this.pending = undefined
    const { socket } = this
    // An answer before the request is through (401, 413) leaves the rest of the request in the way.
    if (head.closes || (socket !== undefined && socket.writableLength > 0)) this.close()
    pending.resolve({
      status: head.status,
      headers: head.headers,
      body: Buffer.concat(pending.kept),
      wireLength: pending.received,
    })
  }
}

export function requestHead(request: Request, port: number): string {
  const lines = [`${request.method} ${request.path} HTTP/1.1`, `Host: 127.0.0.1:${port}`]
  for (const [name, value] of Object.entries(request.headers ?? {})) lines.push(`${name}: ${value}`)
  const hasBody = request.body !== undefined || ['POST', 'PUT', 'PATCH'].includes(request.method)
  if (hasBody) lines.push(`Content-Length: ${request.body?.length ?? 0}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function takeBlock(size: number): Buffer {
  const at = spareBlocks.findIndex((block) => block.length === size)
  return spareBlocks.splice(at, at < 0 ? 0 : 1)[0] ?? Buffer.allocUnsafeSlow(size)
}
