import type { Origins } from '#app/deps.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { sendFailure } from '#http/failure.ts'
import { wireOf } from './errors.ts'
import { parseDiscovery } from './request.ts'
import { routes } from './routes.ts'

const headers: Headers = [
  ['Content-Type', 'application/json; charset=utf-8'],
  // Where the registry is reached changes with its configuration.
  ['Cache-Control', 'no-cache'],
]

/** Answers one request of `/metadata/`. Never rejects. */
export async function serveDiscovery({ origins }: { origins: Origins }, exchange: Exchange): Promise<void> {
  try {
    const request = parseDiscovery(exchange.method, exchange.url)
    await exchange.send(200, headers, JSON.stringify(routes[request.kind].answer(origins, request)))
  } catch (error) {
    if (exchange.beyondAnswer) return exchange.destroy()
    const known = error instanceof RegistryError ? error : undefined
    if (!known) exchange.unexpected = error
    const failure = known?.failure ?? 'storage-failed'
    const [status, code] = wireOf(failure)
    exchange.log.failure = failure
    const message = known?.message ?? `internal error; the log has it under correlation id ${exchange.correlationId}`
    const body = JSON.stringify({ error: { code, message } })
    await sendFailure(exchange, { status, headers, body, allowed: ['GET', 'HEAD'] })
  }
}
