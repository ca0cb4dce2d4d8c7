import type { Seat } from '#core/seat.ts'
import { listenerCertificates, type PairSource } from '#adapters/x509/listener-certificates.ts'
import type { Deps, Origins } from '#app/deps.ts'
import type { Room } from '#app/distribution/room.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { Connections } from '#http/connections.ts'
import { hostNames } from '#http/hosts.ts'
import { type Listener, tlsTerms } from '#http/listener.ts'
import { trustedProxies } from '#http/proxies.ts'
import type { AnsweredRequest } from '#ports/telemetry.ts'
import type { Logger } from 'pino'
import { badRequest } from './bad-request.ts'
import { type Budget, gatesOf } from './budget.ts'
import { isOwnDatabase } from './facts.ts'
import { frontDoor } from './front-door.ts'
import { listenFor } from './listening.ts'
import { offloadPrefix } from './offload.ts'
import { dataWildcard, hostsOf } from './origins.ts'
import { registryPlane } from './registry-plane.ts'
import type { ServerMemory } from './server-memory.ts'
import { serverNames } from './server-names.ts'
import type { PublicAddresses } from './serving-messages.ts'
import type { Config } from './settings.ts'

export interface ServingOptions {
  config: Config
  program: string
  deps: Deps
  budget: Budget
  memory: ServerMemory
  /** Which of the columns of `memory` this thread counts in. */
  seat: Seat
  room: Room
  telemetry: { log: Logger; answered(request: AnsweredRequest, milliseconds: number): void }
  listen: PublicAddresses
  /** Where all know their ports already: what connects from the first moment on is served. */
  origins?: Origins | undefined
  tls: { pairs: PairSource; ticketKeys?: Buffer } | undefined
}

/** The public listeners, in one thread or in several. */
export interface PublicListeners {
  readonly addresses: PublicAddresses
  /** Until it has ended requests are told to come again. */
  open(origins: Origins): Promise<void> | void
  /** How many serve now. */
  readonly threads: number
  /** Of them, since the start. */
  readonly died: number
  close(grace: number): Promise<void>
}

const idleUploadsEvery = 60_000
const failpointEvery = 20

/** What one serving thread makes: the listeners, and all that answers behind them. Fails as `listenFor`. */
export async function openServing(options: ServingOptions): Promise<PublicListeners> {
  const { config, deps, budget, memory, seat, telemetry, tls } = options
  const hosts = hostsOf(hostNames(serverNames(config)), config.domain)
  const proxies = trustedProxies(config.trustedProxies)
  const gates = gatesOf(budget, config, { seat, memory: memory.gates })
  const uploads = new Uploads(
    { ...deps, room: options.room },
    { most: budget.uploadFiles, longestWait: config.maxWait, sessionsOfOne: config.maxUploads },
    { seat, memory: memory.files, manyServers: !isOwnDatabase(config) },
  )
  const connections = new Connections(
    {
      most: budget.connections,
      mostOfOne: config.maxConnectionsPerAddress,
      isProxy: (address) => proxies.has(address),
      slowAfter: config.slowClient,
    },
    seat,
    memory.connections,
  )
  const certificates =
    tls &&
    listenerCertificates(tls.pairs, {
      terms: tlsTerms,
      // The operator's own certificate is for all names.
      further: async (name) => (config.tlsCert === '' ? dataWildcard(deps, hosts, config.domain, name) : undefined),
      failed: (error) => telemetry.log.error({ error: error.message }, 'there is no certificate for a name that a client asks for'),
    })
  // The login server may need a port that the system chooses: the door opens after the listeners know theirs.
  let handle: ReturnType<typeof frontDoor> = (_request, response) => void response.writeHead(503, { 'Retry-After': 1 }).end()
  const open = (origins: Origins) => {
    const plane = { ...deps, origins, uploads }
    handle = frontDoor({
      // Only with a certificate that browsers trust without being told to.
      strictTransport: config.tlsCert === '' || config.hsts === 'off' ? undefined : config.hsts,
      deps: { ...plane, ...registryPlane(plane) },
      hosts,
      proxies,
      offloadPrefix: offloadPrefix(config),
      gates,
      telemetry,
      corsOrigins: new Set(config.corsOrigins),
      program: options.program,
    })
  }
  if (options.origins) open(options.origins)
  const listeners: { http?: Listener; https?: Listener } = {}
  const close = async (grace: number) => {
    clearInterval(tidy)
    clearInterval(turns)
    await Promise.all([listeners.http?.close(grace), listeners.https?.close(grace)])
  }
  const tidy = setInterval(() => void uploads.closeIdle(), idleUploadsEvery).unref()
  const turns = config.failpoint?.name === 'serving.turn' ? setInterval(() => deps.failpoint('serving.turn'), failpointEvery) : undefined
  try {
    for (const name of ['http', 'https'] as const) {
      const address = options.listen[name]
      if (!address) continue
      listeners[name] = await listenFor(name, {
        address,
        shared: memory.columns > 1,
        ...(name === 'https' && certificates ? { certificates, ticketKeys: tls?.ticketKeys } : {}),
        handle: (request, response) => handle(request, response),
        connections,
        badRequest,
      })
    }
  } catch (error) {
    await close(0)
    throw error
  }
  return {
    addresses: { http: listeners.http?.address, https: listeners.https?.address },
    open,
    threads: 1,
    died: 0,
    close,
  }
}
