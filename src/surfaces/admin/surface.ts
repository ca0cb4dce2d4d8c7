import type { IncomingMessage, ServerResponse } from 'node:http'
import { faultOf } from '#http/request-faults.ts'
import { readTarget } from '#http/request-target.ts'

export interface AdminDeps {
  /** Throws when the server cannot do its work. */
  ready: () => Promise<void>
  metrics: () => Promise<{ type: string; text: string }>
}

interface Page {
  status: number
  type?: string
  text: string
}

/** Health and figures for the operator's own network: no names, no secrets, nothing of this on a public listener. */
export function serveAdmin(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/healthz': () => Promise.resolve({ status: 200, text: 'ok\n' }),
    '/readyz': () =>
      deps.ready().then(
        () => ({ status: 200, text: 'ready\n' }),
        () => ({ status: 503, text: 'not ready\n' }),
      ),
    '/metrics': () =>
      deps.metrics().then(
        (metrics) => ({ status: 200, ...metrics }),
        () => ({ status: 503, text: 'no metrics now\n' }),
      ),
  }
  return (request, response) => {
    request.resume()
    const { method = '', url = '' } = request
    const target = readTarget(method, url)
    if (faultOf(request) || !target)
      return answer(response, { status: 400, text: 'a request that is not understood\n' }, { Connection: 'close' })
    if (method === 'OPTIONS') return void response.writeHead(204, { Allow: 'GET, HEAD, OPTIONS' }).end()
    if (method !== 'GET' && method !== 'HEAD') return answer(response, { status: 405, text: 'only GET\n' }, { Allow: 'GET, HEAD' })
    const page = Object.hasOwn(pages, target.url) ? pages[target.url] : undefined
    if (!page) return answer(response, { status: 404, text: 'known are /healthz, /readyz and /metrics\n' })
    void page().then((found) => answer(response, found, found.status === 503 ? { 'Retry-After': '5' } : {}))
  }
}

function answer(response: ServerResponse, { status, type = 'text/plain', text }: Page, more: Readonly<Record<string, string>> = {}): void {
  const headers = {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  }
  response.writeHead(status, { ...headers, ...more }).end(text)
}
