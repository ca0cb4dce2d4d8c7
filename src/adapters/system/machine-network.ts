import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Got, Greeting, Target } from '#ports/machine.ts'

const patience = 5_000
const longestBody = 256 * 1024

/** The word of the system where it has one: ECONNREFUSED. */
const wordOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message

export function greet({ host, port, name = host }: Target, ca: string | undefined): Promise<Greeting> {
  return new Promise((resolve) => {
    const socket = connect(
      { host, port, rejectUnauthorized: false, ...(isIP(name) === 0 && { servername: name }), ...(ca !== undefined && { ca }) },
      () => {
        const { valid_from: from, valid_to: to } = socket.getPeerCertificate()
        const { authorized, authorizationError: why } = socket
        const mistrust = authorized ? undefined : String((why as NodeJS.ErrnoException | undefined)?.code ?? why)
        socket.destroy()
        resolve({ met: true, mistrust, notBefore: Date.parse(from), notAfter: Date.parse(to) })
      },
    )
    socket.setTimeout(patience, () => socket.destroy(new Error('ETIMEDOUT')))
    socket.once('error', (error) => resolve({ met: false, reason: wordOf(error) }))
  })
}

/** Whether the certificate is good is `greet`'s question: this one takes no secret along. */
export function get(url: string): Promise<Got> {
  return new Promise((resolve) => {
    const request = url.startsWith('https:')
      ? https.get(url, { agent: false, rejectUnauthorized: false }, take)
      : http.get(url, { agent: false }, take)
    function take(response: http.IncomingMessage): void {
      let body = ''
      const done = () => {
        const date = Date.parse(response.headers.date ?? '')
        resolve({ met: true, status: response.statusCode ?? 0, date: Number.isNaN(date) ? undefined : date, body })
      }
      response.setEncoding('utf8').on('data', (piece: string) => {
        if (body.length + piece.length > longestBody) response.destroy()
        else body += piece
      })
      response.once('end', done)
      response.once('close', done)
      response.on('error', done)
    }
    request.setTimeout(patience, () => request.destroy(new Error('ETIMEDOUT')))
    request.once('error', (error) => resolve({ met: false, reason: wordOf(error) }))
  })
}
