import { renewCaBundle } from '#adapters/system/ca-bundle.ts'
import { LineBuffer } from '#adapters/telemetry/line-buffer.ts'
import { RequestFigures } from '#adapters/telemetry/request-figures.ts'
import { openTelemetry } from '#adapters/telemetry/telemetry.ts'
import { openCertificates } from '#adapters/x509/server-certificates.ts'
import { readOwnPair } from './own-certificate.ts'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { ensureBallast } from '#adapters/fs/ballast.ts'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { systemUptime } from '#adapters/system/uptime.ts'
import { Uploads } from '#app/distribution/uploads.ts'
import { Collector } from '#app/maintenance/collect.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import { type FirstPasswords, markPasswordsShown, unshownPasswords } from '#app/resources/first-passwords.ts'
import { loginServerOf } from '#app/resources/registries.ts'
import { errorBody } from '#http/failure.ts'
import { Connections } from '#http/connections.ts'
import { hostNames } from '#http/hosts.ts'
import { type NoRequestStatus, noRequestMessages } from '#http/no-request.ts'
import { type ListenAddress, type Listener, tlsTerms } from '#http/listener.ts'
import { trustedProxies } from '#http/proxies.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { adminDoor } from './admin-door.ts'
import { openFilesLimit } from '#adapters/system/open-files.ts'
import { transfersAt, waitingAt } from '#http/place.ts'
import { budgetOf, enoughOpenFiles, gatesOf } from './budget.ts'
import { certificateNews } from './certificate-news.ts'
import { openControl } from './control.ts'
import { firstRegistry } from './first-start.ts'
import { frontDoor } from './front-door.ts'
import { registerJobFigures } from '#adapters/telemetry/job-figures.ts'
import { startJobs } from './jobs.ts'
import { listenFor } from './listening.ts'
import { frontPrefix, shareWithFront } from './offload.ts'
import { dataWildcard, hostsOf, originsOf } from './origins.ts'
import { openDirectory } from './registry.ts'
import { registryPlane } from './registry-plane.ts'
import { seatAt, serverMemory } from './server-memory.ts'
import { impliedNames, serverNames } from './server-names.ts'
import type { Config } from './settings.ts'

/** What a person needs to know of a server that has just started. */
export interface Started {
  registry: string
  http: ListenAddress | undefined
  https: ListenAddress | undefined
  admin: ListenAddress | undefined
  loginServer: string
  caPath: string | undefined
  /** What the first start made and nobody was told of yet. */
  unshownPasswords: FirstPasswords | undefined
  /** Somebody was: the next start says nothing of it. */
  markPasswordsShown: () => Promise<void>
  /** Takes nothing new, lets what runs end for the grace of the configuration, closes the stores. */
  stop: () => Promise<void>
}

/** Of all registries. */
async function usedBytes(store: MetadataStore): Promise<number> {
  const usages = await Promise.all((await store.registries()).map(({ id }) => store.usage(id)))
  return usages.reduce((sum, { used }) => sum + used, 0)
}

const idleUploadsEvery = 60_000
/** A wait that tells a health check to send requests elsewhere. */
const saturatedAfter = 1000

/**
 * Starts the server. Fails with ConfigError, DirectoryOwned, NewerDatabase, NameOutsideAuthority, and as `listen` does.
 */
export async function serve(config: Config, { program = 'longshore' } = {}): Promise<Started> {
  const openFiles = openFilesLimit()
  const budget = budgetOf(config, openFiles)
  const memory = serverMemory(budget, { columns: 1, random: () => randomBytes(4).readInt32LE() })
  const seat = seatAt(memory, 0)
  const { deps, registry, openPaths, close } = await openDirectory(config, memory)
  const closers: (() => Promise<void> | void)[] = [close]
  const stop = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const directory = dataDirectory(config.dataDir)
    const names = serverNames(config)
    const hosts = hostsOf(hostNames(names), config.domain)
    const proxies = trustedProxies(config.trustedProxies)
    const gates = gatesOf(budget, config, { seat, memory: memory.gates })
    const uploads = new Uploads(
      { ...deps, room: (registryId, bytes) => collector.makeRoom(registryId, bytes) },
      { most: budget.uploadFiles, longestWait: config.maxWait, sessionsOfOne: config.maxUploads },
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
    const lines = new LineBuffer(2)
    const telemetry = openTelemetry({
      level: config.logLevel,
      destination: lines,
      figures: new RequestFigures(memory.figures),
      gauges: {
        longshore_requests_inside: { help: 'Requests being worked on.', read: () => gates.work.inside },
        longshore_requests_waiting: { help: 'Requests in line.', read: () => waitingAt(gates) },
        longshore_transfers: { help: 'Bodies that come and answers that go.', read: () => transfersAt(gates) },
        longshore_connections: { help: 'Open connections of the public listeners.', read: () => connections.open },
        longshore_uploads_open: { help: 'Upload sessions with an open file.', read: () => uploads.open },
        longshore_used_bytes: { help: 'Bytes that manifests name.', read: () => usedBytes(deps.store) },
        longshore_disk_free_bytes: { help: 'Free bytes where objects lie.', read: async () => (await deps.blobs.space?.())?.free ?? 0 },
      },
    })
    closers.push(() => lines.flushSync())
    const { log } = telemetry
    if (openFiles < enoughOpenFiles)
      log.warn({ openFiles, connections: budget.connections, uploads: budget.uploadFiles }, 'the system allows few open files')
    shareWithFront(config, (detail, message) => log.warn(detail, message))
    for (const path of openPaths) log.warn({ path }, 'others may read this path, and it is not ours to close')
    const wallClock = new WallClock({ ...deps, uptime: systemUptime }, ({ from, to }) =>
      log.warn({ from: new Date(from), to: new Date(to) }, 'the wall clock was set: collection rests for one lease'),
    )
    const collector = new Collector(deps, {
      interval: config.gcInterval,
      wallClock,
      report: telemetry.collected,
      failed: (error) => log.error({ error: String(error) }, 'collection failed'),
    })
    collector.start()
    closers.push(() => collector.stop())
    registerJobFigures(telemetry.metrics, deps)
    const worker = await startJobs({ ...deps, wallClock }, config, log)
    closers.push(() => worker.stop())
    const tidy = setInterval(() => {
      void uploads.closeIdle()
      ensureBallast(directory.ballast)
    }, idleUploadsEvery).unref()
    closers.push(() => clearInterval(tidy))

    const news = certificateNews(log, directory.tls)
    const certificates =
      config.https === 'off'
        ? undefined
        : await openCertificates({
            folder: directory.tls,
            names,
            implied: impliedNames().filter((name) => !config.names.includes(name)),
            own:
              config.tlsCert || config.tlsKey
                ? { paths: [config.tlsCert, config.tlsKey], read: () => readOwnPair({ cert: config.tlsCert, key: config.tlsKey }) }
                : undefined,
            terms: tlsTerms,
            further: (name) => dataWildcard(deps, hosts, config.domain, name),
            now: () => deps.clock.now(),
            failed: (error) => log.error({ error: error.message }, 'the certificate could not be read again; the one before stays'),
            untimely: news.untimely,
            replaced: (validity) => {
              renewCaBundle(directory.tls)
              news.replaced(validity)
            },
          })
    closers.push(() => certificates?.close())
    const listeners: { [Name in 'http' | 'https' | 'admin']?: Listener } = {}
    let draining = false
    // Before they are opened: when the second one cannot be, the first one must be closed.
    closers.push(() => listeners.admin?.close(0))
    closers.push(async () => {
      draining = true
      await Promise.all([listeners.http?.close(config.shutdownGrace), listeners.https?.close(config.shutdownGrace)])
    })
    const badRequest = (status: NoRequestStatus, message: string = noRequestMessages[status]) => errorBody('UNSUPPORTED', message, {})
    // The login server may need a port that the system chooses: the door opens after the listeners know theirs.
    let handle: ReturnType<typeof frontDoor> = (_request, response) => void response.writeHead(503, { 'Retry-After': 1 }).end()
    for (const name of ['http', 'https'] as const) {
      const address = config[name]
      if (address === 'off') continue
      const listener = await listenFor(name, {
        address,
        ...(name === 'https' && certificates ? { certificates } : {}),
        handle: (request, response) => handle(request, response),
        connections,
        badRequest,
      })
      listeners[name] = listener
    }
    const origins = originsOf(config, { http: listeners.http?.address, https: listeners.https?.address })
    const loginServer = loginServerOf(origins, firstRegistry)
    const plane = { ...deps, origins, uploads }
    handle = frontDoor({
      // Only with a certificate that browsers trust without being told to.
      strictTransport: config.tlsCert === '' || config.hsts === 'off' ? undefined : config.hsts,
      deps: { ...plane, ...registryPlane(plane) },
      hosts,
      proxies,
      front: frontPrefix(config),
      gates,
      telemetry,
      corsOrigins: new Set(config.corsOrigins),
      program,
    })
    if (config.admin !== 'off')
      listeners.admin = await listenFor('admin', {
        address: config.admin,
        handle: adminDoor(
          {
            ready: async () => {
              if (draining) throw new Error('draining')
              if (gates.work.isSaturated(saturatedAfter) || gates.transfers.isSaturated(saturatedAfter)) throw new Error('saturated')
              await deps.store.registries()
            },
            metrics: async () => ({ type: telemetry.metrics.contentType, text: await telemetry.metrics.metrics() }),
          },
          deps.ids,
        ),
        badRequest,
      })
    const listening = { http: listeners.http?.address, https: listeners.https?.address, admin: listeners.admin?.address }
    const control = await openControl(directory.control, { deps, collector, config, certificates, origins, listening, log })
    closers.push(async () => {
      await control.close()
      rmSync(directory.control, { force: true })
    })
    log.info({ http: listeners.http?.address, https: listeners.https?.address, admin: listeners.admin?.address, loginServer }, 'started')
    return {
      registry: firstRegistry,
      http: listeners.http?.address,
      https: listeners.https?.address,
      admin: listeners.admin?.address,
      loginServer,
      caPath: certificates?.caPath,
      unshownPasswords: await unshownPasswords(deps, registry),
      markPasswordsShown: () => markPasswordsShown(deps.store),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
