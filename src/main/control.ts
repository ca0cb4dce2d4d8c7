import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { socketPath } from '#adapters/system/socket-path.ts'
import { Exchange } from '#http/exchange.ts'
import { serve } from '#http/surface.ts'
import { control } from '#surfaces/control/surface.ts'
import { asRefusal } from './failures.ts'
import { maintenanceOf, type MaintenanceOptions } from './maintenance.ts'
import { originsOf } from './origins.ts'
import { throughOperatorSurface } from './operator-surfaces.ts'

/**
 * Opens the command line's door to this process: a unix socket that only the owner of the data directory may open, with
 * ARM, Graph, and the commands of the machine. Closing stops what runs there and waits for it no longer than the grace.
 */
export async function openControl(path: string, options: MaintenanceOptions & { log: Logger }): Promise<{ close: () => Promise<void> }> {
  const { log, config, origins = originsOf(config) } = options
  const deps = { ...options.deps, origins }
  const machine = maintenanceOf(options)
  const stopping = new AbortController()
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const left = new AbortController()
    response.once('close', () => left.abort())
    const correlationId = deps.ids.next()
    const exchange = new Exchange(request, response, { correlationId, host: 'operator', scheme: 'http', address: 'operator' })
    const signal = AbortSignal.any([left.signal, stopping.signal])
    if (exchange.url.startsWith('/machine/')) await serve(control, { machine, signal, named: asRefusal }, exchange)
    else await throughOperatorSurface(exchange.url, deps, (surface, world) => serve(surface, world, exchange))
    note(log, exchange)
  }
  const running = new Set<Promise<void>>()
  // A scrub may take a day: nothing here has a time limit.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    const answered = handle(request, response).finally(() => running.delete(answered))
    running.add(answered)
  })
  const release = await listenAt(server, path)
  return {
    close: async () => {
      stopping.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.race([Promise.all(running), pause(config.shutdownGrace, undefined, { ref: false })])
      if (running.size > 0) log.warn({ commands: running.size }, 'a command of the operator did not stop in time')
      server.closeAllConnections()
      await closed
      release()
    },
  }
}

/** The path alone: a query of ours has no secret, a filter may name somebody. */
function note(log: Logger, { method, url, log: noted, correlationId, unexpected }: Exchange): void {
  const path = url.replace(/\?[^]*$/, '')
  if (path === '/machine/') return
  log.info({ principal: 'operator', method, path, failure: noted.failure, correlationId }, 'asked by the command line')
  if (unexpected === undefined) return
  log.error({ correlationId, error: unexpected instanceof Error ? unexpected.stack : String(unexpected) }, 'failed unexpectedly')
}

async function listenAt(server: ReturnType<typeof createServer>, path: string): Promise<() => void> {
  // What is there was left by a process that did not come to its end: the data directory is ours.
  rmSync(path, { force: true })
  const socket = socketPath(path)
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path: socket.path }, () => {
        server.off('error', reject)
        resolve()
      })
      process.umask(mask)
    })
    chmodSync(socket.path, 0o600)
    return socket.release
  } catch (error) {
    process.umask(mask)
    server.close()
    socket.release()
    throw error
  }
}
