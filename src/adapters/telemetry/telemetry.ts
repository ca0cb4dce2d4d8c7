import { type Logger, pino } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Registry as Metrics } from 'prom-client'
import type { Collected } from '#core/maintenance.ts'
import type { AnsweredRequest } from '#ports/telemetry.ts'
import type { LineBuffer } from './line-buffer.ts'
import { RequestFigures } from './request-figures.ts'

/** What the process tells of itself: one log line a request, and figures with labels of our own choosing only. */
export interface Telemetry {
  log: Logger
  metrics: Metrics
  answered(request: AnsweredRequest, milliseconds: number): void
  collected(collected: Collected): void
}

export interface TelemetryOptions {
  level: 'silent' | 'error' | 'info' | 'debug'
  destination: LineBuffer
  gauges: Readonly<Record<string, { help: string; read: () => number | Promise<number> }>>
}

export function openTelemetry({ level, destination, gauges }: TelemetryOptions): Telemetry {
  const time = isoTime()
  const log = pino({ level, base: null, timestamp: time }, destination)
  const tellsRequests = log.isLevelEnabled('info')
  const metrics = new Metrics()
  collectDefaultMetrics({ register: metrics })
  const registers = [metrics]
  const figures = new RequestFigures()
  figures.register(metrics)
  const received = new Counter({ name: 'longshore_received_bytes_total', help: 'Bytes of request bodies.', registers })
  const sent = new Counter({ name: 'longshore_sent_bytes_total', help: 'Bytes of answer bodies.', registers })
  const offloaded = new Counter({ name: 'longshore_offloaded_bytes_total', help: 'Bytes that a front sends in our place.', registers })
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
        this.set(await read())
      },
    })
  return {
    log,
    metrics,
    answered(request, milliseconds) {
      figures.observe(request.method, request.status, milliseconds / 1000)
      if (request.received > 0) received.inc(request.received)
      if (request.sent > 0) sent.inc(request.sent)
      if (request.offloaded > 0) offloaded.inc(request.offloaded)
      if (request.unexpected !== undefined)
        log.error(
          { ...JSON.parse(`{${textOf(request, milliseconds)}}`), error: describe(request.unexpected) },
          'request failed unexpectedly',
        )
      else if (tellsRequests) destination.write(`{"level":30${time()},"msg":"request",${textOf(request, milliseconds)}}\n`)
    },
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
