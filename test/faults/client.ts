// Speaks to a registry without any client's cleverness: one request, one answer, or a lost connection.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import type { Password, Server } from './server.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** The connection broke before an answer was whole: nobody knows what the server did. */
export class ConnectionLost extends Error {}

export interface Request {
  headers?: Readonly<Record<string, string | number>>
  body?: Uint8Array | undefined
}

export class Client {
  readonly server: Server
  readonly #authorization: string
  /** Statuses of 500 and above that were answered. */
  readonly serverErrors: { method: string; path: string; answer: Answer }[] = []

  constructor(server: Server, { user, password }: Password) {
    this.server = server
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }

  get authorization(): string {
    return this.#authorization
  }

  send(method: string, path: string, { headers = {}, body }: Request = {}): Promise<Answer> {
    const { host, port, agent } = this.server
    const all = { authorization: this.#authorization, 'content-length': body?.length ?? 0, ...headers }
    return new Promise((resolve, reject) => {
      const lost = (error: Error) => reject(new ConnectionLost(`${method} ${path}: ${error.message}`, { cause: error }))
      const request = httpRequest({ host, port, agent, method, path, headers: all }, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', lost)
        response.on('end', () => {
          const answer = { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }
          if (answer.status >= 500) this.serverErrors.push({ method, path, answer })
          resolve(answer)
        })
      })
      request.on('error', lost)
      request.end(body)
    })
  }
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export function expectStatus(answer: Answer, ...statuses: number[]): Answer {
  assert.ok(statuses.includes(answer.status), `expected ${statuses.join(' or ')}, got ${answer.status} ${answer.body.subarray(0, 600)}`)
  return answer
}

/** What a client is told when the disk refuses: to try again later, in the words of the OCI specification. */
export function expectUnavailable(answer: Answer): void {
  expectStatus(answer, 503)
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/)
  assert.ok(Number(answer.headers['retry-after']) > 0, 'a 503 says when to try again')
  const { errors } = JSON.parse(answer.body.toString())
  assert.equal(errors[0].code, 'UNAVAILABLE')
  assert.equal(typeof errors[0].message, 'string')
}

/** Bytes that a session has, by its `Range: 0-<last>`; an empty one says `0-0` and has nothing or one byte. */
export function sizeOfRange(answer: Answer): number {
  const last = Number(/^0-([0-9]+)$/.exec(answer.headers.range ?? '')?.[1])
  assert.ok(Number.isSafeInteger(last), `a Range header was expected, not ${answer.headers.range}`)
  return last === 0 ? 0 : last + 1
}
