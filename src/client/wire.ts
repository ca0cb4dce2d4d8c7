import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getCACertificates } from 'node:tls'
import { Refusal } from '#core/refusal.ts'

/** The connections to one server, and whom they trust. */
export interface Wire {
  send(method: string, url: string, options?: SendOptions): Promise<IncomingMessage>
  close(): void
}

export interface SendOptions {
  headers?: Readonly<Record<string, string>>
  body?: string | Readable
  signal?: AbortSignal | undefined
}

const patience = 30_000

/**
 * Fails with `registry-unreachable` where nobody can be spoken to.
 * @param ca instead of the roots of the system and of Node
 */
export function openWire({ ca, connections }: { ca: string | undefined; connections: number }): Wire {
  const shared = { keepAlive: true, maxSockets: connections, timeout: patience }
  const plain = new http.Agent(shared)
  const secure = new https.Agent({ ...shared, ca: ca ?? [...getCACertificates('default'), ...getCACertificates('system')] })
  return {
    send: (method, url, options = {}) =>
      new Promise((resolve, reject) => {
        const isSecure = url.startsWith('https:')
        const { body, headers, signal } = options
        const length = typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {}
        const empty = body === undefined && method !== 'GET' && method !== 'HEAD' ? { 'content-length': '0' } : {}
        const request = (isSecure ? https : http).request(url, {
          method,
          headers: { ...length, ...empty, ...headers },
          agent: isSecure ? secure : plain,
          ...(signal && { signal }),
        })
        let answer: IncomingMessage | undefined
        const failed = (error: NodeJS.ErrnoException) => {
          if (answer) return
          reject(
            signal?.aborted
              ? error
              : new Refusal('registry-unreachable', { address: new URL(url).origin, reason: error.code ?? error.message }),
          )
        }
        request.once('response', (response) => resolve((answer = response)))
        request.on('error', failed)
        request.setTimeout(patience, () => request.destroy(new Error('ETIMEDOUT')))
        // An answer that comes before the body's end is the answer; what is left of the body is of no interest then.
        if (body === undefined || typeof body === 'string') request.end(body)
        else pipeline(body, request).catch(failed)
      }),
    close: () => {
      plain.destroy()
      secure.destroy()
    },
  }
}

export async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

/** Reads to the end what nobody looks at, so that the connection is free again. */
export const drained = async (response: IncomingMessage): Promise<IncomingMessage> => {
  for await (const _ of response);
  return response
}
