import { request } from 'node:http'
import { Refusal } from '#core/refusal.ts'
import type { Transport, TransportAnswer } from './transport.ts'

/** Nobody listens yet, or no longer. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** To the process that listens on a unix socket; an answer may take a day. Fails with `owner-gone`, `interrupted`. */
export const socketTransport =
  (socketPath: string): Transport =>
  ({ method, path, headers = {}, body, signal }) =>
    new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) reject(new Refusal('interrupted'))
        else reject(absent.has(error.code ?? '') ? new Refusal('owner-gone') : error)
      }
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const outgoing = request({ socketPath, path, method, agent: false, headers: { ...headers, ...length } }, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', fail)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: textsOf(response.headers), body: textIn(pieces) }))
      })
      outgoing.on('error', fail)
      const leave = () => outgoing.destroy(new Error('aborted'))
      if (signal?.aborted) leave()
      signal?.addEventListener('abort', leave, { once: true })
      outgoing.end(body)
    })

const textIn = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString('utf8')

const textsOf = (headers: Readonly<Record<string, string | string[] | undefined>>): TransportAnswer['headers'] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
