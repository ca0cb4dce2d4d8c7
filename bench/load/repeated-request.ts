import { connect, type Socket } from 'node:net'
import { Connection, type Request, requestHead } from '../wire/connection.ts'

/** A request whose answer is known beforehand, so that a generator need not understand what comes back. */
export interface RepeatedRequest {
  port: number
  method: string
  path: string
  headers: Record<string, string>
  /** Bytes after the head of each answer; 0 for HEAD. */
  bodyLength: number
}

/** Asks once, insists on 200, and learns how long the body is. */
export async function learnAnswer(port: number, request: Request): Promise<RepeatedRequest> {
  const connection = new Connection(port)
  try {
    const answer = await connection.send(request)
    const { method, path, headers = {} } = request
    if (answer.status !== 200) {
      throw new Error(`${method} ${path}: ${answer.status}, not 200: ${answer.body.toString('utf8', 0, 300)}`)
    }
    return { port, method, path, headers, bodyLength: answer.wireLength }
  } finally {
    connection.close()
  }
}

/** A connection that sends the same request again and again, one at a time. */
export class RepeatingConnection {
  busy = false
  private readonly socket: Socket
  private readonly bytes: Buffer
  private readonly bodyLength: number
  private readonly answered: (ok: boolean) => void
  private received = 0
  private expected = 0
  private ok = false
  private head: Buffer = Buffer.alloc(0)

  constructor(request: RepeatedRequest, answered: (ok: boolean) => void, broken: (error: Error) => void) {
    this.bytes = Buffer.from(requestHead(request, request.port), 'latin1')
    this.bodyLength = request.bodyLength
    this.answered = answered
    const buffer = Buffer.allocUnsafe(64 * 1024)
    this.socket = connect({
      port: request.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.read(buffer.subarray(0, length))
          return true
        },
      },
    })
    this.socket.on('error', broken)
    this.socket.on('end', () => broken(new Error('the server closed the connection')))
  }

  send(): void {
    this.busy = true
    this.received = 0
    this.expected = 0
    this.socket.write(this.bytes)
  }

  close(): void {
    this.socket.destroy()
  }

  private read(block: Buffer): void {
    this.received += block.length
    if (this.expected === 0) {
      const bytes = this.head.length === 0 ? block : Buffer.concat([this.head, block])
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) {
        this.head = Buffer.from(bytes)
        return
      }
      this.head = Buffer.alloc(0)
      // "HTTP/1.1 200": the three digits are at 9 to 11.
      this.ok = bytes[9] === 0x32 && bytes[10] === 0x30 && bytes[11] === 0x30
      this.expected = this.ok ? end + 4 + this.bodyLength : this.received
    }
    if (this.received < this.expected) return
    if (this.received > this.expected) this.ok = false
    this.busy = false
    this.answered(this.ok)
  }
}
