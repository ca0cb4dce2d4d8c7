import { pino } from 'pino'
import { systemUptime } from '#adapters/system/uptime.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import { startJobs } from '#main/jobs.ts'
import { Agent } from 'node:http'
import type { Distribution } from '#app/distribution/distribution.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { makeRoom } from '#app/maintenance/room.ts'
import { showCredentials } from '#app/tokens/credentials.ts'
import type { RateLimits } from '#app/tokens/rate-limits.ts'
import { errorBody } from '#http/failure.ts'
import { Connections } from '#http/connections.ts'
import { hostNames } from '#http/hosts.ts'
import { type ListenerOptions, listen } from '#http/listener.ts'
import type { Gates } from '#http/place.ts'
import { trustedProxies } from '#http/proxies.ts'
import { budgetOf, gatesOf } from '#main/budget.ts'
import { frontDoor } from '#main/front-door.ts'
import { offloadPrefix } from '#main/offload.ts'
import { hostsOf, originsOf } from '#main/origins.ts'
import { registryPlane } from '#main/registry-plane.ts'
import { openRegistry } from './open-registry.ts'
import type { Target } from './send.ts'
import { configOf, type Flags, makeDataDirectory, removeDataDirectory } from './server.ts'

/** The front door over a registry whose inside the test holds too: for what an operator changes while it runs. */
export interface Door extends Target {
  open: Awaited<ReturnType<typeof openRegistry>>
  gates: Gates
  rateLimits: RateLimits
  loginServer: string
  dataDir: string
  stop(): Promise<void>
}

export interface DoorOptions {
  flags?: Flags
  proxies?: readonly string[]
  names?: readonly string[]
  corsOrigins?: readonly string[]
  limits?: ListenerOptions['limits']
  /** What stands in front of the images that lie here. */
  wrap?: readonly ((inner: Distribution) => Distribution)[]
}

export async function openDoor(options: DoorOptions = {}): Promise<Door> {
  const dataDir = makeDataDirectory()
  const config = configOf(dataDir, options.flags ?? {})
  const open = await openRegistry(config)
  const { deps, registry } = open
  const budget = budgetOf(config, 20_000)
  const gates = gatesOf(budget, config)
  const proxies = trustedProxies(options.proxies ?? [])
  const connections = new Connections({
    most: budget.connections,
    mostOfOne: config.maxConnectionsPerAddress,
    isProxy: (address) => proxies.has(address),
    slowAfter: config.slowClient,
  })
  let handle: ReturnType<typeof frontDoor> = () => {}
  const listener = await listen({
    address: { host: '127.0.0.1', port: 0 },
    handle: (request, response) => handle(request, response),
    connections,
    badRequest: (status) => errorBody('UNSUPPORTED', `not HTTP (${status})`, {}),
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const loginServer = `localhost:${listener.address.port}`
  const plane = {
    ...deps,
    origins: originsOf(config, { http: listener.address }),
    uploads: new Uploads(
      { ...deps, room: (registryId, bytes) => makeRoom(deps, registryId, bytes, deps.clock.now()) },
      { most: budget.uploadFiles, longestWait: config.maxWait, sessionsOfOne: config.maxUploads },
    ),
  }
  handle = frontDoor({
    deps: { ...plane, ...registryPlane(plane, options.wrap) },
    hosts: hostsOf(hostNames(options.names ?? ['localhost', '127.0.0.1']), config.domain),
    proxies,
    offloadPrefix: offloadPrefix(config),
    gates,
    // The door only tells what was answered; nobody listens here.
    telemetry: { answered: () => {} },
    corsOrigins: new Set(options.corsOrigins ?? []),
  })
  const wallClock = new WallClock({ ...deps, uptime: systemUptime }, () => {})
  const worker = await startJobs({ ...deps, wallClock }, config, pino({ enabled: false }))
  const { username, passwords } = await showCredentials(deps, registry)
  const agent = new Agent({ keepAlive: true })
  return {
    address: listener.address,
    agent,
    user: username,
    password: passwords[0]?.value ?? '',
    open,
    gates,
    rateLimits: deps.rateLimits,
    loginServer,
    dataDir,
    stop: async () => {
      agent.destroy()
      await listener.close(0)
      await worker.stop()
      await open.close()
      removeDataDirectory(dataDir)
    },
  }
}
