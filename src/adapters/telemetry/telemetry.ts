import { type DestinationStream, type Logger, pino } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Registry as Metrics } from 'prom-client'
import type { Collected } from '#core/maintenance.ts'
import type { AnsweredRequest } from '#ports/telemetry.ts'
import { RequestFigures } from './request-figures.ts'

/** What a serving thread tells: one log line a request, and its figures. */
export interface ThreadTelemetry {
  log: Logger
  answered(request: AnsweredRequest, milliseconds: number): void
}

/** What the process tells of itself besides: the figures of all threads, with labels of our own choosing only. */
export interface Telemetry extends ThreadTelemetry {
  metrics: Metrics
  collected(collected: Collected): void
}

export interface ThreadTelemetryOptions {
  level: 'silent' | 'error' | 'info' | 'debug'
  destination: DestinationStream
  figures?: RequestFigures
}

export interface TelemetryOptions extends ThreadTelemetryOptions {
  gauges: Readonly<Record<string, { help: string; read: () => number | Promise<number> }>>
  /** What somebody else counts and never takes back; their names end in `_total`. */
  counters?: Readonly<Record<`${string}_total`, { help: string; read: () => number }>>
}

export function openThreadTelemetry({ level, destination, figures = new RequestFigures() }: ThreadTelemetryOptions): ThreadTelemetry {
  const time = isoTime()
  const log = pino({ level, base: null, timestamp: time }, destination)
  const tellsRequests = log.isLevelEnabled('info')
  return {
    log,
    answered(request, milliseconds) {
      figures.observe(request.method, request.status, milliseconds / 1000)
      figures.moved(request)
      if (request.unexpected !== undefined)
        log.error(
          { ...JSON.parse(`{${textOf(request, milliseconds)}}`), error: describe(request.unexpected) },
          'request failed unexpectedly',
        )
      else if (tellsRequests) destination.write(`{"level":30${time()},"msg":"request",${textOf(request, milliseconds)}}\n`)
    },
  }
}

export function openTelemetry({ gauges, counters = {}, figures = new RequestFigures(), ...options }: TelemetryOptions): Telemetry {
  const { log, answered } = openThreadTelemetry({ ...options, figures })
  const metrics = new Metrics()
  collectDefaultMetrics({ register: metrics })
  const registers = [metrics]
  figures.register(metrics)
  const condemned = new Counter({
    name: 'longshore_collected_condemned_bytes_total',
    help: 'Bytes that nothing holds any more.',
    registers,
  })
  const deleted = new Counter({ name: 'longshore_collected_deleted_bytes_total', help: 'Bytes deleted from the disk.', registers })
  for (const [name, { help, read }] of Object.entries(gauges))
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // What nobody can tell now, a database that is away perhaps, keeps nobody from the others.
        this.set(await (async () => read())().catch(() => Number.NaN))
      },
    })
  for (const [name, { help, read }] of Object.entries(counters))
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  return {
    log,
    metrics,
    answered,
    collected(collected) {
      condemned.inc(collected.condemnedBytes)
      deleted.inc(collected.deletedBytes)
      if (collected.condemned + collected.deleted + collected.uploads > 0) log.info(collected, 'collected')
    },
  }
}

/** pino's form without its walk over the fields: this line is written for each request. What a client chose is escaped. */
function textOf(request: AnsweredRequest, milliseconds: number): string {
  const { log } = request
  let text = `"correlationId":"${request.correlationId}","method":"${request.method}","path":${JSON.stringify(pathOf(request.target))}`
  text += `,"status":${request.status},"address":${JSON.stringify(request.address)}`
  for (const name in log) text += `,"${name}":${JSON.stringify(log[name])}`
  if (request.offloaded > 0) text += `,"offloaded":${request.offloaded}`
  text += `,"received":${request.received},"sent":${request.sent},"ms":${Math.round(milliseconds * 100) / 100}`
  return request.isWhole ? text : `${text},"brokenOff":true`
}

// Never the query: a signature or a token may stand there.
function pathOf(url: string): string {
  const mark = url.indexOf('?')
  return (mark === -1 ? url : url.slice(0, mark)).slice(0, 1024)
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))

/** pino's time stamp, with the second's text made once a second. */
function isoTime(): () => string {
  let second = 0
  let text = ''
  return () => {
    const now = Date.now()
    const current = Math.floor(now / 1000)
    if (current !== second) {
      second = current
      text = `,"time":"${new Date(now).toISOString().slice(0, 20)}`
    }
    return `${text}${String(now % 1000).padStart(3, '0')}Z"`
  }
}
