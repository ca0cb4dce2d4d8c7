import { once } from 'node:events'
import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'

/** Who asks: the admin user, nobody, the holder of a token, or any user name and password. */
export type Principal = 'admin' | 'nobody' | { token: string } | { user: string; password: string }

export interface Target {
  address: { host: string; port: number }
  user: string
  password: string
  agent: http.Agent
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface SendOptions {
  as?: Principal
  headers?: Record<string, string | string[]>
  /** An iterable is sent in chunks, without a length. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Speaks TLS, trusting this CA. */
  ca?: string
  port?: number
}

export const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

export function authorizationOf(target: Target, principal: Principal): Record<string, string> {
  if (principal === 'nobody') return {}
  if (principal === 'admin') return { authorization: basic(target.user, target.password) }
  return { authorization: 'token' in principal ? `Bearer ${principal.token}` : basic(principal.user, principal.password) }
}

/** One request, as it is written: nothing of the path is normalised. An answer that comes early is taken. */
export function send(target: Target, method: string, path: string, options: SendOptions = {}): Promise<Answer> {
  const { as = 'admin', body, ca } = options
  const whole = typeof body === 'string' || body instanceof Uint8Array ? body : undefined
  const headers = {
    ...authorizationOf(target, as),
    ...(whole === undefined ? {} : { 'content-length': String(Buffer.byteLength(whole)) }),
    ...(body === undefined && method !== 'GET' && method !== 'HEAD' ? { 'content-length': '0' } : {}),
    ...options.headers,
  }
  const { host, port } = target.address
  return new Promise((resolve, reject) => {
    const common = { host, port: options.port ?? port, method, path, headers }
    const request =
      ca === undefined
        ? http.request({ ...common, agent: target.agent }, take)
        : https.request({ ...common, agent: false, ca, servername: 'localhost' }, take)
    function take(response: http.IncomingMessage): void {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }))
    }
    request.on('error', reject)
    if (body === undefined || whole !== undefined) request.end(whole)
    else void writeAll(request, body as AsyncIterable<Uint8Array>)
  })
}

async function writeAll(request: http.ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  const ended = new Promise((resolve) => request.once('close', resolve))
  for await (const piece of body) {
    if (request.destroyed) return
    if (!request.write(piece)) await Promise.race([once(request, 'drain'), ended])
  }
  request.end()
}

export const json = <Shape>(answer: Answer): Shape => JSON.parse(answer.body.toString('utf8')) as Shape

export const header = (answer: Answer, name: string): string => {
  const value = answer.headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? '')
}

/** The code of an OCI error body; empty when the body is none. */
export function errorCode(answer: Answer): string {
  try {
    return json<{ errors: { code: string }[] }>(answer).errors[0]?.code ?? ''
  } catch {
    return ''
  }
}
