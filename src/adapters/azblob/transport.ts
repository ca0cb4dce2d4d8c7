import http from 'node:http'
import https from 'node:https'
import type { HttpOperationResponse, IHttpClient, WebResource } from '@azure/storage-blob'
import { RegistryError } from '#core/registry-error.ts'
import { boundedAnswer } from '../bucket/bounded-answer.ts'
import { isUntrusted } from '../bucket/failures.ts'
import type { Patience } from '../bucket/object-client.ts'
import type { Credentials } from './credentials.ts'
import { sharedKeySignature } from './signature.ts'

const connectPatience = 5000
/** In milliseconds: the service refuses what is a quarter of an hour off. */
const tolerated = 60_000

/**
 * What carries the SDK's requests. The SDK's own waits for an answer without end, signs with this machine's clock, and puts what
 * it was given into its errors: here a request ends when nothing comes, is signed with the clock of the store, and the
 * secret is in no request that anybody else sees.
 */
export class Transport implements IHttpClient {
  readonly #account: string
  readonly #credentials: Credentials
  readonly #patience: Patience
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 2048 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 2048 }),
  }
  /** How far this machine's clock is behind the store's, as far as its answers told, in milliseconds. */
  clockOffset = 0

  constructor(account: string, credentials: Credentials, patience: Patience) {
    this.#account = account
    this.#credentials = credentials
    this.#patience = patience
  }

  async sendRequest(request: WebResource): Promise<HttpOperationResponse> {
    const before = this.clockOffset
    const answer = await this.#send(request)
    if (answer.status !== 403 || Math.abs(this.clockOffset - before) <= tolerated) return answer
    // Refused, perhaps, for a time that was not the store's; now it is.
    answer.readableStreamBody?.resume()
    return this.#send(request)
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  async #send(asked: WebResource): Promise<HttpOperationResponse> {
    const body = bytesOf(asked.body)
    const { url, headers } = this.#authorized(asked, body)
    const answer = await this.#answer(asked, url, headers, body)
    this.#learnClock(answer)
    const response = { request: asked, status: answer.statusCode ?? 0, headers: headersOf(asked, answer) }
    if (asked.method === 'HEAD') {
      answer.resume()
      return response
    }
    if (asked.streamResponseStatusCodes?.has(response.status) || asked.streamResponseStatusCodes?.has(Number.POSITIVE_INFINITY)) {
      // Whoever reads it has a patience of their own, and may rest.
      answer.setTimeout(0)
      return { ...response, readableStreamBody: answer }
    }
    return { ...response, bodyAsText: await textOf(answer, this.#patience.answer) }
  }

  #authorized({ method, url: text, headers: given }: WebResource, body: Buffer | undefined) {
    const url = new URL(text)
    const headers: Record<string, string> = {}
    for (const { name, value } of given.headersArray()) headers[name.toLowerCase()] = value
    if (body || method === 'PUT') headers['content-length'] = String(body?.length ?? 0)
    // The service compares a whole body with this; the SDK has no option for it and says only what is to be kept with the blob.
    if (headers['x-ms-blob-content-md5'] !== undefined && body) headers['content-md5'] = headers['x-ms-blob-content-md5']
    headers['x-ms-date'] = new Date(Date.now() + this.clockOffset).toUTCString()
    const secret = this.#credentials.secret()
    if (secret?.kind === 'key') headers.authorization = sharedKeySignature(this.#account, secret.key, { method, url, headers })
    if (secret?.kind === 'sas') url.search = [url.search.slice(1), secret.sas].filter((part) => part !== '').join('&')
    return { url, headers }
  }

  #answer(asked: WebResource, url: URL, headers: Record<string, string>, body: Buffer | undefined): Promise<http.IncomingMessage> {
    const isSecure = url.protocol === 'https:'
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
    const agent = this.#agents[isSecure ? 'https:' : 'http:']
    const request = (isSecure ? https : http).request(url, { method: asked.method, headers, agent, timeout: this.#patience.idle }, resolve)
    const end = (message: string) => () => request.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }))
    const answering = setTimeout(end('it was not answered in time'), this.#patience.answer)
    const connecting = setTimeout(() => request.socket?.connecting !== false && end('nobody answers there')(), connectPatience)
    const abort = () => request.destroy(new DOMException('nobody waits for it any more', 'AbortError'))
    asked.abortSignal?.addEventListener('abort', abort)
    if (asked.abortSignal?.aborted) abort()
    request.on('timeout', end('nothing came for too long'))
    request.on('error', (error: NodeJS.ErrnoException) => reject(error.name === 'AbortError' ? error : sendFailure(error)))
    request.on('response', () => clearTimeout(answering))
    request.on('close', () => {
      clearTimeout(answering)
      clearTimeout(connecting)
      asked.abortSignal?.removeEventListener('abort', abort)
    })
    request.end(body)
    return promise
  }

  #learnClock({ headers: { date } }: http.IncomingMessage): void {
    const time = Date.parse(date ?? '')
    if (Math.abs(time - Date.now() - this.clockOffset) > tolerated) this.clockOffset = time - Date.now()
  }
}

/** As the SDK knows one that may be tried again; a certificate that is not trusted will not be so a moment later. */
const sendFailure = ({ message, code = '' }: NodeJS.ErrnoException) =>
  Object.assign(new Error(message), { name: 'RestError', code: retried.has(code) || isUntrusted(code) ? code : 'REQUEST_SEND_ERROR' })

const retried = new Set(['ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE'])

function bytesOf(given: unknown): Buffer | undefined {
  const body: unknown = typeof given === 'function' ? given() : given
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw new Error('a body of another kind is never sent')
}

function headersOf(asked: WebResource, answer: http.IncomingMessage): WebResource['headers'] {
  const headers = asked.headers.clone()
  for (const name of headers.headerNames()) headers.remove(name)
  for (const [name, value] of Object.entries(answer.headers)) if (value !== undefined) headers.set(name, String(value))
  return headers
}

async function textOf(answer: http.IncomingMessage, patience: number): Promise<string> {
  try {
    return Buffer.concat(await Array.fromAsync(boundedAnswer(answer, patience))).toString('utf8')
  } catch (error) {
    throw error instanceof RegistryError ? error : sendFailure(error as NodeJS.ErrnoException)
  }
}
