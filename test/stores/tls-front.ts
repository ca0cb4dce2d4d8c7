import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { certificateIn } from './certificate.ts'

/** HTTPS before a store that has none. */
export interface TlsFront {
  endpoint: string
  /** PEM file of whom to trust. */
  authority: string
  stop(): void
}

export async function startTlsFront(target: string): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-tls-'))
  const { cert, key } = certificateIn(folder, 'store')
  const { hostname, port } = new URL(target)
  const server = https.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    const { method, url, headers } = request
    // Host stays what the client signed.
    const asked = http.request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      pipeline(answer, response, () => {})
    })
    pipeline(request, asked, (error) => error && response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: cert,
    stop: () => {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
