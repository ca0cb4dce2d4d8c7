import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyTooLarge, readBody, streamBody } from './body.ts'
import type { Answer, Stream } from './answer.ts'
import { afterIntake } from './burst.ts'
import type { Headers } from './headers.ts'
import { linger } from './linger.ts'
import type { LogFields } from './log-fields.ts'
import type { Place } from './place.ts'

const smallBody = 16 * 1024
/** What a socket takes at once, whoever reads. */
const promptBody = 64 * 1024
/** Bodies of more bytes, or of nobody knows how many, are few at once where they are kept until they are whole. */
const largeBody = 1024 * 1024

/**
 * One request and its one answer. Knows HTTP, not what is asked.
 * Each answer carries the headers of `moreHeaders` and the correlation id; an answer that comes before the request's body
 * was read closes the connection, but not before the client could read it.
 */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly correlationId: string
  readonly method: string
  /** Path and query, in one spelling. */
  readonly url: string
  /** Lower case, with the port when one was written. */
  readonly host: string
  readonly scheme: 'http' | 'https'
  /** The peer, or what a trusted proxy says of it. */
  readonly address: string
  /** Where the front that passed this on finds our files; undefined: there is none. */
  readonly offloadPrefix: string | undefined
  readonly log: LogFields = {}
  /** On whatever is answered, besides what the answer brings itself. */
  readonly moreHeaders: (readonly [name: string, value: string | number])[] = []
  /** An error that nobody expected; for the log. */
  unexpected: unknown
  /** Bytes of body that came, and that went. */
  received = 0
  sent = 0
  /** What the front was told to send, and how it answers. */
  atFront: { status: 200 | 206; bytes: number } | undefined
  readonly #place: Place | undefined
  readonly #strictTransport: string | undefined

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    origin: {
      correlationId: string
      host: string
      scheme: 'http' | 'https'
      address: string
      offloadPrefix?: string | undefined
      url?: string
      /** Of Strict-Transport-Security. */
      strictTransport?: string | undefined
    },
    place?: Place,
  ) {
    this.request = request
    this.response = response
    this.method = request.method ?? ''
    this.url = origin.url ?? request.url ?? ''
    this.correlationId = origin.correlationId
    this.host = origin.host
    this.scheme = origin.scheme
    this.address = origin.address
    this.offloadPrefix = origin.offloadPrefix
    this.#strictTransport = origin.strictTransport
    this.#place = place
  }

  /** The request target as it came. */
  get target(): string {
    return this.request.url ?? ''
  }

  /** As the client sees it. */
  get status(): number {
    return this.atFront?.status ?? this.response.statusCode
  }

  /** Bytes that the front was told to send. */
  get offloaded(): number {
    return this.atFront?.bytes ?? 0
  }

  /** All of the answer was written. */
  get isWhole(): boolean {
    return this.response.writableFinished
  }

  /** Nobody is there any more to be answered. */
  get clientGone(): boolean {
    return this.response.destroyed || this.request.socket.destroyed
  }

  /** Nobody is there any more, or an answer has begun. */
  get beyondAnswer(): boolean {
    return this.response.headersSent || this.clientGone
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  /** Bytes that the request announces; undefined when it is sent in chunks or has none. */
  get bodyLength(): number | undefined {
    const length = this.request.headers['content-length']
    return length === undefined ? undefined : Number(length)
  }

  get hasBody(): boolean {
    return this.request.headers['transfer-encoding'] !== undefined || (this.bodyLength ?? 0) > 0
  }

  /** The whole body, of at most `limit` bytes. Throws BodyTooLarge. */
  async body(limit: number): Promise<Buffer> {
    if ((this.bodyLength ?? 0) > limit) throw new BodyTooLarge(limit)
    const most = this.hasBody ? (this.bodyLength ?? limit) : 0
    const place = await this.#waitForBody(most > largeBody ? 'large-body' : 'body')
    try {
      this.#invite()
      const bytes = await readBody(this.request, limit, place?.slowAfter)
      this.received += bytes.length
      return bytes
    } finally {
      await place?.workAgain()
    }
  }

  /** The body as it comes, each piece until the next is asked for; ends with an error when the client goes away or is too slow. */
  async *bytes(): AsyncIterable<Uint8Array> {
    if (!this.hasBody) return
    const place = await this.#waitForBody()
    try {
      this.#invite()
      for await (const piece of streamBody(this.request, true, place?.slowAfter)) {
        this.received += piece.length
        yield piece
      }
    } finally {
      await place?.workAgain()
    }
  }

  /** Leaves work while the body comes, unless it is here. Fails with `overloaded`. */
  async #waitForBody(what: 'body' | 'large-body' = 'body'): Promise<Place | undefined> {
    // A small one mostly lies behind its head, still unread.
    if (!this.request.complete && !this.#awaitsInvitation && (this.bodyLength ?? 0) <= promptBody) await new Promise(setImmediate)
    if (this.request.complete || !this.#place) return undefined
    await this.#place.waitFor(what)
    return this.#place
  }

  /** Who asks has proved to be somebody: it waits among its like. */
  isKnown(): void {
    if (this.#place) this.#place.known = true
  }

  /** Does something that waits for others, and keeps nobody from working meanwhile. */
  async aside<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#place?.leave()
    try {
      return await work()
    } finally {
      await this.#place?.workAgain()
    }
  }

  /** The bytes that follow are as slow as their reader: its request is at work no more. Fails with `overloaded`. */
  async waitForReader(): Promise<void> {
    await this.#place?.waitFor('answer')
  }

  /** Sends an answer. Rejects before its first byte, or when it cannot be sent whole. */
  answer({ status, headers = [], body }: Answer): Promise<void> {
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return this.send(status, headers, body)
    return this.method === 'HEAD' ? this.send(status, headers) : this.#stream(status, headers, body)
  }

  async #stream(status: number, headers: Headers, stream: Stream): Promise<void> {
    await this.waitForReader()
    const open = await stream.open()
    try {
      this.begin(status, headers)
      await open.read((piece) => this.write(piece))
      this.end()
    } finally {
      await open.close()
    }
  }

  /** Answers whole. A HEAD has the length of what it leaves out. */
  async send(status: number, headers: Headers, body?: string | Uint8Array): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const length = bytes?.length ?? 0
    const omit = status === 204 || status === 304
    const head = this.#head(headers)
    if (!omit && !names(headers, 'Content-Length')) head.push('Content-Length', length)
    const early = this.hasBody && !this.request.complete
    if (length > promptBody && !omit && this.method !== 'HEAD') await this.waitForReader()
    if (early && !names(headers, 'Connection')) head.push('Connection', 'close')
    this.response.writeHead(status, head)
    const written = this.method === 'HEAD' || omit ? undefined : bytes
    this.sent += written?.length ?? 0
    if (!early) {
      // As one string with the head, a small answer is one write to the socket; Latin-1 keeps each byte as it is.
      if (written && written.length <= smallBody) {
        const text = Buffer.from(written.buffer, written.byteOffset, written.length).toString('latin1')
        afterIntake(() => this.response.end(text, 'latin1'))
      } else {
        this.response.end(written)
        if (length > promptBody && !this.response.closed) await once(this.response, 'close')
      }
      return
    }
    // What a refused body still brings is read away without a place.
    this.#place?.leave()
    // A client that waits for "100 Continue" sends nothing more.
    if (written && written.length > 0) this.response.write(written)
    else this.response.flushHeaders()
    if (this.#awaitsInvitation) this.response.end()
    else await linger(this.request, () => this.response.end())
  }

  /** Begins an answer whose bytes follow by `write`. Its head goes out with the first of them. */
  begin(status: number, headers: Headers): void {
    this.response.writeHead(status, this.#head(headers))
  }

  /** Sends one piece; resolves when its memory is free again. False when the client is gone. */
  write(piece: Uint8Array): Promise<boolean> {
    const { response } = this
    return new Promise((resolve) => {
      // Of a connection that is cut the response learns a turn later, and tells nobody of what is written meanwhile.
      if (this.clientGone) return resolve(false)
      const gone = () => resolve(false)
      response.once('close', gone)
      response.write(piece, (error) => {
        response.off('close', gone)
        if (!error) this.sent += piece.length
        resolve(!error)
      })
    })
  }

  end(): void {
    this.response.end()
  }

  /** Ends an answer so that the client sees that it is not whole. */
  destroy(): void {
    // Of an answer that began the client sees at least the head.
    if (this.response.headersSent && this.sent === 0 && !this.clientGone) this.response.flushHeaders()
    this.response.destroy()
  }

  get #awaitsInvitation(): boolean {
    return this.#expects && !this.#invited
  }

  // In HTTP/1.0 the header says nothing, and "100 Continue" is no answer that its clients know.
  get #expects(): boolean {
    return this.request.headers.expect !== undefined && this.request.httpVersionMinor > 0
  }

  #invited = false
  // "100 Continue" is sent when somebody wants the body: after authorization, never before.
  #invite(): void {
    if (this.#invited || !this.#expects) return
    this.#invited = true
    this.response.writeContinue()
  }

  #head(headers: Headers): (string | number)[] {
    const head: (string | number)[] = ['X-Ms-Correlation-Request-Id', this.correlationId, 'X-Content-Type-Options', 'nosniff']
    if (this.#strictTransport !== undefined) head.push('Strict-Transport-Security', this.#strictTransport)
    for (const [name, value] of headers) head.push(name, value)
    for (const [name, value] of this.moreHeaders) head.push(name, value)
    return head
  }
}

function names(headers: Headers, wanted: string): boolean {
  for (const [name] of headers) if (name === wanted) return true
  return false
}
