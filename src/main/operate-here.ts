import type { Deps } from '#app/deps.ts'
import { systemUptime } from '#adapters/system/uptime.ts'
import { Collector } from '#app/maintenance/collect.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import type { Transport } from '#client/transport.ts'
import type { Operator } from '#cli/host.ts'
import { plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import { maintenanceOf } from './maintenance.ts'
import { operatorOf } from './operator.ts'
import { throughOperatorSurface } from './operator-surfaces.ts'
import { openDirectory } from './registry.ts'
import type { Config } from './settings.ts'

/** The operator's ways in while no server runs, until `close`. Fails as `openDirectory` does. */
export async function operateHere(config: Config): Promise<Operator & { close: () => Promise<void> }> {
  const { deps, close } = await openDirectory(config)
  const wallClock = new WallClock({ ...deps, uptime: systemUptime }, () => {})
  const collector = new Collector(deps, { interval: config.gcInterval, wallClock, report: () => {}, failed: () => {} })
  const send = transportInProcess(deps)
  return { ...operatorOf(send, maintenanceOf({ deps, collector, config })), close }
}

/** Calls the surfaces that a server would serve: a client does not know the difference. */
export const transportInProcess =
  (deps: Deps): Transport =>
  async ({ method, path, headers = {}, body }) => {
    const http = plainRequest({ method, url: path, headers, correlationId: deps.ids.next(), ...(body === undefined ? {} : { body }) })
    const answer = await throughOperatorSurface(path, deps, (surface, world) => answerTo(surface, { world, http }))
    // Where somebody else's request would be told a correlation id and the log the error, there is no log here.
    if (!answer || http.unexpected !== undefined) throw http.unexpected ?? new Error(`${method} ${path} was not answered`)
    const answered = Object.fromEntries((answer.headers ?? []).map(([name, value]) => [name.toLowerCase(), String(value)]))
    return { status: answer.status, headers: answered, body: String(answer.body ?? '') }
  }
