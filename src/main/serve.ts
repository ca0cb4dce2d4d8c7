import { renewCaBundle } from '#adapters/system/ca-bundle.ts'
import { LineBuffer } from '#adapters/telemetry/line-buffer.ts'
import { RequestFigures } from '#adapters/telemetry/request-figures.ts'
import { openTelemetry } from '#adapters/telemetry/telemetry.ts'
import { lostLines, WriteTurn } from '#adapters/telemetry/write-turn.ts'
import { openCertificates } from '#adapters/x509/server-certificates.ts'
import { readOwnPair } from './own-certificate.ts'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { ensureBallast } from '#adapters/fs/ballast.ts'
import { directoryOf } from './directory.ts'
import { systemUptime } from '#adapters/system/uptime.ts'
import { Collector } from '#app/maintenance/collect.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import { type FirstPasswords, markPasswordsShown, unshownPasswords } from '#app/resources/first-passwords.ts'
import { loginServerOf } from '#app/resources/registries.ts'
import { openFilesAt } from '#app/distribution/file-counts.ts'
import { openConnections } from '#http/open-connections.ts'
import { type ListenAddress, type Listener, tlsTerms } from '#http/listener.ts'
import { onlySeat } from '#core/seat.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { adminDoor } from './admin-door.ts'
import { badRequest } from './bad-request.ts'
import { openFilesLimit } from '#adapters/system/open-files.ts'
import { transfersAt, waitingAt } from '#http/place.ts'
import { budgetOf, enoughOpenFiles, gatesOf } from './budget.ts'
import { certificateNews } from './certificate-news.ts'
import { openControl } from './control.ts'
import { firstRegistry } from './first-start.ts'
import { registerJobFigures } from '#adapters/telemetry/job-figures.ts'
import { startJobs } from './jobs.ts'
import { isOwnDatabase } from './facts.ts'
import { listenFor } from './listening.ts'
import { loggedFailure } from './logged-failure.ts'
import { shareWithFront } from './offload.ts'
import { originsOf } from './origins.ts'
import { openDirectory } from './registry.ts'
import { logDescriptor, seatAt, serverMemory } from './server-memory.ts'
import { serversOf } from './servers.ts'
import type { PublicListeners } from './serving.ts'
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

const ballastEvery = 60_000
/** A wait that tells a health check to send requests elsewhere. */
const saturatedAfter = 1000

/**
 * Starts the server. Fails with ConfigError, DirectoryOwned, NewerDatabase, NameOutsideAuthority, and as `listen` does.
 */
export async function serve(config: Config, { program = 'longshore' } = {}): Promise<Started> {
  const openFiles = openFilesLimit()
  const budget = budgetOf(config, openFiles)
  const columns = serversOf(config.servers)
  const memory = serverMemory(budget, { columns, random: () => randomBytes(4).readInt32LE() })
  const { deps, registry, openPaths, share, proveBlobs, close } = await openDirectory(config, memory)
  const closers: (() => Promise<void> | void)[] = [close]
  const stop = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const directory = directoryOf(config)
    const names = serverNames(config)
    // Of all serving threads; this one only looks.
    const gates = gatesOf(budget, config, { seat: { ...onlySeat, columns }, memory: memory.gates })
    // Node opens a pipe as one that keeps nobody: while a write waits for a reader that stalls, no thread that made it can end.
    void process.stderr
    // Behind the serving threads' own numbers.
    const lines = new LineBuffer(logDescriptor, new WriteTurn(memory.log, columns))
    const telemetry = openTelemetry({
      level: config.logLevel,
      destination: lines,
      figures: new RequestFigures(memory.figures),
      gauges: {
        longshore_requests_inside: { help: 'Requests being worked on.', read: () => gates.work.inside },
        longshore_requests_waiting: { help: 'Requests in line.', read: () => waitingAt(gates) },
        longshore_transfers: { help: 'Bodies that come and answers that go.', read: () => transfersAt(gates) },
        longshore_connections: { help: 'Open connections of the public listeners.', read: () => openConnections(memory.connections) },
        longshore_uploads_open: { help: 'Upload sessions with an open file.', read: () => openFilesAt(memory.files) },
        longshore_serving_threads: { help: 'Threads that serve.', read: () => doors?.threads ?? 0 },
        longshore_used_bytes: { help: 'Bytes that manifests name.', read: () => usedBytes(deps.store) },
        ...(deps.blobs.space
          ? {
              longshore_disk_free_bytes: {
                help: 'Free bytes where objects lie.',
                read: async () => (await deps.blobs.space?.())?.free ?? 0,
              },
            }
          : {}),
      },
      counters: {
        longshore_serving_threads_died_total: { help: 'Serving threads that another one had to replace.', read: () => doors?.died ?? 0 },
        longshore_log_lines_lost_total: {
          help: 'Lines of the log that had no room while its reader stalled.',
          read: () => lostLines(memory.log),
        },
      },
    })
    closers.push(() => lines.close())
    const { log } = telemetry
    if (openFiles < enoughOpenFiles)
      log.warn({ openFiles, connections: budget.connections, uploads: budget.uploadFiles }, 'the system allows few open files')
    const proof = await proveBlobs()
    if (proof) log[proof.lacks.includes('conditional-put') ? 'warn' : 'info'](proof, 'where the bytes of blobs lie')
    shareWithFront(config, (detail, message) => log.warn(detail, message))
    for (const path of openPaths) log.warn({ path }, 'others may read this path, and it is not ours to close')
    const wallClock = new WallClock({ ...deps, uptime: systemUptime }, ({ from, to }) =>
      log.warn({ from: new Date(from), to: new Date(to) }, 'the wall clock was set: collection rests for one lease'),
    )
    const collector = new Collector(deps, {
      interval: config.gcInterval,
      wallClock,
      report: telemetry.collected,
      failed: (error) => log.error(loggedFailure(error), 'collection failed'),
    })
    collector.start()
    closers.push(() => collector.stop())
    registerJobFigures(telemetry.metrics, deps)
    const worker = await startJobs({ ...deps, wallClock }, config, log)
    closers.push(() => worker.stop())
    if (isOwnDatabase(config)) {
      const tidy = setInterval(() => ensureBallast(directory.ballast), ballastEvery).unref()
      closers.push(() => clearInterval(tidy))
    }

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
            now: () => deps.clock.now(),
            failed: (error) => log.error({ error: error.message }, 'the certificate could not be read again; the one before stays'),
            untimely: news.untimely,
            replaced: (validity) => {
              renewCaBundle(directory.tls)
              news.replaced(validity)
            },
          })
    closers.push(() => certificates?.close())
    let admin: Listener | undefined
    let draining = false
    // Before they are opened: when the second one cannot be, the first one must be closed.
    closers.push(() => admin?.close(0))
    const tls = certificates && { pairs: certificates, ticketKeys: randomBytes(48) }
    const listen = { http: config.http === 'off' ? undefined : config.http, https: config.https === 'off' ? undefined : config.https }
    const room = (registryId: number, bytes: number) => collector.makeRoom(registryId, bytes)
    // What the threads load this one does without.
    const doors: PublicListeners =
      columns === 1
        ? await (await import('./serving.ts')).openServing({
            config,
            program,
            deps,
            budget,
            memory,
            seat: seatAt(memory, 0),
            room,
            telemetry,
            listen,
            tls,
          })
        : await (await import('./serving-threads.ts')).ServingThreads.open({
            config,
            program,
            budget,
            memory,
            share,
            listen,
            tls,
            log,
            services: {
              hash: (password) => deps.hasher.hash(password),
              verify: (...asked) => deps.hasher.verify(...asked),
              room,
              leaf: (name) => certificates?.leaf(name) ?? Promise.reject(new Error('there are no certificates')),
            },
          })
    closers.push(() => {
      draining = true
      return doors.close(config.shutdownGrace)
    })
    const { http, https } = doors.addresses
    const origins = originsOf(config, doors.addresses)
    const loginServer = loginServerOf(origins, firstRegistry)
    await doors.open(origins)
    if (config.admin !== 'off')
      admin = await listenFor('admin', {
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
    const listening = { http, https, admin: admin?.address }
    const control = await openControl(directory.control, { deps, collector, config, certificates, origins, listening, log })
    closers.push(async () => {
      await control.close()
      rmSync(directory.control, { force: true })
    })
    log.info({ ...listening, loginServer, servers: columns }, 'started')
    return {
      registry: firstRegistry,
      ...listening,
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
