import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Logger } from 'pino'
import { socketPath } from '#adapters/system/socket-path.ts'
import { serveControl } from '#surfaces/control/surface.ts'
import { asRefusal } from './failures.ts'
import { maintenanceOf, type MaintenanceOptions } from './maintenance.ts'

/** Opens the command line's door to this process: a unix socket that only the owner of the data directory may open. */
export async function openControl(path: string, options: MaintenanceOptions & { log: Logger }): Promise<{ close: () => Promise<void> }> {
  const { log } = options
  const stopping = new AbortController()
  const handle = serveControl({
    deeds: maintenanceOf(options),
    done: (deed, failure) => {
      if (failure === undefined) log.info({ deed }, 'asked by the command line')
      else log.error({ deed, error: failure instanceof Error ? failure.stack : String(failure) }, 'a deed failed unexpectedly')
    },
    named: asRefusal,
    stopping: stopping.signal,
  })
  const running = new Set<Promise<void>>()
  // A scrub may take a day: nothing here has a time limit.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    const answered = handle(request, response).finally(() => running.delete(answered))
    running.add(answered)
  })
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
  } catch (error) {
    process.umask(mask)
    server.close()
    socket.release()
    throw error
  }
  return {
    close: async () => {
      stopping.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.all(running)
      server.closeAllConnections()
      await closed
      socket.release()
    },
  }
}
