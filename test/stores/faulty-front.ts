import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = 'put' | 'part' | 'copy' | 'begin' | 'complete' | 'abort' | 'get' | 'head' | 'delete' | 'list' | 'link'

export type Fault =
  | 'slow down'
  /** Nothing is answered, and nothing asked of the store. */
  | 'stall'
  /** The store does it, and nobody is told. */
  | 'lose answer'
  /** A 200 whose body is an error, and the store is not asked. */
  | 'error in 200'
  /** One bit of what is sent, or of what is answered. */
  | 'change body'
  | 'change answer'
  /** One that is not what its request was signed for is taken, too; the store does not see it. */
  | 'take any body'
  /** Whatever has a condition, as a store says it that knows none; the rest is done. */
  | 'refuse conditions'
  /** The store's own words for what it does not do. */
  | { says: string; status: number }
  /** The connection breaks behind so many bytes of the answer. */
  | { cutAfter: number }
  /** Nothing comes behind so many bytes of the answer. */
  | { stallAfter: number }
  /** The answer has fewer bytes, and says so. */
  | { shorten: number }
  /** Another one than was asked for, by what the answer says. */
  | 'wrong range'

interface Rule {
  asked: Asked
  fault: Fault
  times: number
}

/** Stands before a store and does to requests what networks and stores do. */
export class FaultyFront {
  readonly #server: http.Server
  readonly #target: URL
  #rules: Rule[] = []
  /** What was asked for, in order. */
  asked: Asked[] = []
  /** What bytes were read of. */
  read: string[] = []

  private constructor(target: URL) {
    this.#target = target
    this.#server = http.createServer((request, response) => void this.#handle(request, response).catch(() => response.destroy()))
  }

  static async start(target: string): Promise<FaultyFront> {
    const front = new FaultyFront(new URL(target))
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve))
    return front
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The next `times` requests of that kind meet this. */
  fail(asked: Asked, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#rules.push({ asked, fault, times })
  }

  /** All is well again. */
  heal(): void {
    this.#rules = []
    this.asked = []
    this.read = []
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { headers } = request
    const asked = kindOf(request)
    this.asked.push(asked)
    const rule = this.#rules.find((each) => each.asked === asked && each.times > 0)
    if (rule) rule.times--
    const fault = rule?.fault
    const body = Buffer.concat(await request.toArray())
    if (fault === 'stall') return
    if (fault === 'slow down') return answer(response, 503, headersOf(request), errorOf(isAzure(request) ? 'ServerBusy' : 'SlowDown'))
    if (fault === 'error in 200') return answer(response, 200, {}, errorOf('InternalError'))
    if (fault === 'refuse conditions' && (headers['if-none-match'] ?? headers['if-match']))
      return answer(response, 501, {}, errorOf('NotImplemented'))
    if (typeof fault === 'object' && 'says' in fault) return answer(response, fault.status, {}, errorOf(fault.says))
    if (fault === 'take any body' && headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
      return answer(response, 200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }, '')
    if (fault === 'change body') flip(body)
    const from = await this.#ask(request, body)
    const got = Buffer.concat(await from.toArray())
    if (asked === 'get' && got.length > 0 && (from.statusCode ?? 0) < 300) this.read.push(request.url ?? '')
    if (fault === 'lose answer') return void response.destroy()
    if (fault === 'change answer') flip(got)
    if (fault === 'wrong range') from.headers['content-range'] = `bytes 0-${got.length - 1}/${got.length}`
    const short = typeof fault === 'object' && 'shorten' in fault ? got.subarray(0, Math.max(0, got.length - fault.shorten)) : got
    delete from.headers['transfer-encoding']
    const length = request.method === 'HEAD' ? {} : { 'content-length': String(short.length) }
    response.writeHead(from.statusCode ?? 500, { ...from.headers, ...length })
    if (typeof fault !== 'object' || 'shorten' in fault) return void response.end(short)
    response.write(got.subarray(0, 'cutAfter' in fault ? fault.cutAfter : fault.stallAfter))
    if ('cutAfter' in fault) setTimeout(() => response.destroy(), 20)
  }

  #ask({ method, url, headers }: http.IncomingMessage, body: Buffer): Promise<http.IncomingMessage> {
    const { hostname, port } = this.#target
    // Host stays what the client signed.
    return new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, method, path: url, headers, agent: false }, resolve)
      request.on('error', reject)
      request.end(body)
    })
  }
}

const isAzure = ({ headers }: http.IncomingMessage): boolean => headers['x-ms-version'] !== undefined
const headersOf = (request: http.IncomingMessage) => (isAzure(request) ? { 'x-ms-error-code': 'ServerBusy' } : {})

function kindOf({ method, url = '', headers }: http.IncomingMessage): Asked {
  const { searchParams: query } = new URL(url, 'http://store')
  const part = query.get('comp')
  if (part === 'block') return 'part'
  if (part === 'blocklist') return 'complete'
  if (part === 'list') return 'list'
  if (method === 'POST') return query.has('uploads') ? 'begin' : 'complete'
  if (method === 'PUT') return headers['x-amz-copy-source'] ? 'copy' : query.has('partNumber') ? 'part' : 'put'
  if (method === 'DELETE') return query.has('uploadId') ? 'abort' : 'delete'
  if (method === 'HEAD') return 'head'
  if (query.has('X-Amz-Signature') || query.has('sig')) return 'link'
  return query.has('list-type') || query.has('uploads') ? 'list' : 'get'
}

function answer(response: http.ServerResponse, status: number, headers: Record<string, string>, body: string): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/xml', 'content-length': String(body.length) })
  response.end(body)
}

const errorOf = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>as told</Message></Error>`

function flip(bytes: Buffer): void {
  const at = bytes.length >> 1
  if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ 1
}
