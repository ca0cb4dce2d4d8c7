import type { IncomingMessage, ServerResponse } from 'node:http'

export interface AdminDeps {
  /** Throws when the server cannot do its work. */
  ready: () => Promise<void>
  metrics: () => Promise<{ type: string; text: string }>
}

/** Health and figures for the operator's own network: no names, no secrets, nothing of this on a public listener. */
export function serveAdmin(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const answer = (status: number, type: string, text: string) =>
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }).end(text)
    request.resume()
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'text/plain', 'only GET\n')
    else if (request.url === '/healthz') answer(200, 'text/plain', 'ok\n')
    else if (request.url === '/readyz')
      deps.ready().then(
        () => answer(200, 'text/plain', 'ready\n'),
        () => answer(503, 'text/plain', 'not ready\n'),
      )
    else if (request.url === '/metrics')
      deps.metrics().then(
        ({ type, text }) => answer(200, type, text),
        () => answer(503, 'text/plain', 'no metrics now\n'),
      )
    else answer(404, 'text/plain', 'known are /healthz, /readyz and /metrics\n')
  }
}
