import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Registry as Metrics } from 'prom-client'
import type { AnsweredRequest } from '#ports/telemetry.ts'
import { registerJobFigures } from './job-figures.ts'
import { LineBuffer } from './line-buffer.ts'
import { figuresMemory, RequestFigures } from './request-figures.ts'
import { openTelemetry, type TelemetryOptions } from './telemetry.ts'
import { WriteTurn, writeTurnMemory } from './write-turn.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-telemetry-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0
function aFile() {
  const path = join(folder, `log-${files++}`)
  const descriptor = openSync(path, 'w')
  return { descriptor, buffer: new LineBuffer(descriptor), text: () => readFileSync(path, 'utf8') }
}

const request = (change: Partial<AnsweredRequest> = {}): AnsweredRequest => ({
  correlationId: 'c1',
  method: 'GET',
  target: '/v2/a?sig=secret',
  status: 200,
  address: '10.0.0.1',
  log: { principal: 'p"1', rows: '3' },
  received: 5,
  sent: 7,
  offloaded: 0,
  isWhole: true,
  unexpected: undefined,
  ...change,
})

/** The lines that a level writes. */
async function told(
  level: TelemetryOptions['level'],
  work: (telemetry: ReturnType<typeof openTelemetry>) => void,
): Promise<Record<string, unknown>[]> {
  const { buffer, text } = aFile()
  work(openTelemetry({ level, destination: buffer, gauges: {} }))
  await buffer.close()
  return text()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const withoutTime = ({ time, ...rest }: Record<string, unknown>) => {
  assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000, `${String(time)} is now`)
  return rest
}

test('one line a request: what a client chose is escaped, and nothing of the query is there', async () => {
  const [line, broken] = await told('info', ({ answered }) => {
    answered(request(), 1.23456)
    answered(request({ isWhole: false, target: `/${'x'.repeat(2000)}`, log: {} }), 2)
  })
  const common = { level: 30, msg: 'request', correlationId: 'c1', method: 'GET', status: 200, address: '10.0.0.1', received: 5, sent: 7 }
  assert.deepEqual(withoutTime(line ?? {}), { ...common, path: '/v2/a', principal: 'p"1', rows: '3', ms: 1.23 })
  const [byFront] = await told('info', ({ answered }) => answered(request({ offloaded: 4096, sent: 0 }), 1))
  assert.deepEqual([byFront?.offloaded, byFront?.sent], [4096, 0])
  assert.deepEqual(withoutTime(broken ?? {}), { ...common, path: `/${'x'.repeat(1023)}`, ms: 2, brokenOff: true })
})

test('what was unexpected is told with its stack, and what each level tells', async () => {
  const error = new Error('boom')
  for (const level of ['info', 'error'] as const) {
    const [line] = await told(level, ({ answered }) => answered(request({ unexpected: error }), 1))
    assert.deepEqual([line?.level, line?.msg, line?.path, line?.error], [50, 'request failed unexpectedly', '/v2/a', error.stack])
  }
  const [text] = await told('error', ({ answered }) => answered(request({ unexpected: 'text' }), 1))
  assert.equal(text?.error, 'text')
  for (const level of ['error', 'silent'] as const) assert.deepEqual(await told(level, ({ answered }) => answered(request(), 1)), [])
  assert.deepEqual(await told('silent', ({ answered }) => answered(request({ unexpected: error }), 1)), [])
})

test('a collection that did nothing is no line', async () => {
  const nothing = { condemned: 0, condemnedBytes: 0, deleted: 0, deletedBytes: 0, uploads: 0 }
  const collected = async (change: Partial<typeof nothing>) =>
    (await told('info', (each) => each.collected({ ...nothing, ...change } as never))).length
  assert.deepEqual(await Promise.all([{}, { condemned: 1 }, { deleted: 1 }, { uploads: 1 }].map(collected)), [0, 1, 1, 1])
})

const valueOf = (text: string, series: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1)

test('a gauge that nobody can read keeps nobody from the others', async () => {
  const away = { help: 'Away.', read: () => Promise.reject(new Error('away')) }
  const gauges = { longshore_away: away, longshore_free: { help: 'Free.', read: () => 4 } }
  const text = await openTelemetry({ level: 'silent', destination: aFile().buffer, gauges }).metrics.metrics()
  assert.match(text, /^longshore_away Nan$/im)
  assert.match(text, /^longshore_free 4$/m)
})

test('bytes, requests and collections are counted, gauges are read when somebody asks', async () => {
  let free = 4
  const telemetry = openTelemetry({
    level: 'silent',
    destination: aFile().buffer,
    gauges: { longshore_free: { help: 'Free.', read: async () => free } },
    counters: { longshore_died_total: { help: 'Died.', read: () => free } },
  })
  telemetry.answered(request(), 4)
  telemetry.answered(request({ received: 0, sent: 0 }), 4)
  telemetry.collected({ condemned: 1, condemnedBytes: 11, deleted: 1, deletedBytes: 13, uploads: 0 } as never)
  const expected = {
    longshore_received_bytes_total: '5',
    longshore_sent_bytes_total: '7',
    longshore_collected_condemned_bytes_total: '11',
    longshore_collected_deleted_bytes_total: '13',
    'longshore_requests_total{method="GET",status="200"}': '2',
    'longshore_request_seconds_bucket{method="GET",le="0.001"}': '0',
    'longshore_request_seconds_bucket{method="GET",le="0.005"}': '2',
    longshore_free: '4',
    longshore_died_total: '4',
  }
  const text = await telemetry.metrics.metrics()
  for (const [series, value] of Object.entries(expected)) assert.equal(valueOf(text, series), value, series)
  assert.match(text, /^process_cpu_seconds_total /m)
  assert.match(text, /^# TYPE longshore_died_total counter$/m)
  free = 3
  const later = await telemetry.metrics.metrics()
  for (const name of ['longshore_free', 'longshore_died_total']) assert.equal(valueOf(later, name), '3', name)
})

test('requests by method, status and time: the end of a bucket is in it, methods of a client’s own are one', async () => {
  const metrics = new Metrics()
  const figures = new RequestFigures()
  figures.register(metrics)
  for (const seconds of [0.001, 0.0011, 600, 601]) figures.observe('PUT', 201, seconds)
  figures.observe('PUT', 404, 0.02)
  for (const method of ['BREW', 'PROPFIND']) figures.observe(method, 405, 0)
  for (let again = 0; again < 2; again++) {
    const text = await metrics.metrics()
    const upTo = (le: string) => valueOf(text, `longshore_request_seconds_bucket{method="PUT",le="${le}"}`)
    assert.deepEqual(['0.001', '0.005', '0.02', '60', '600', '+Inf'].map(upTo), ['1', '2', '3', '3', '4', '5'])
    assert.equal(valueOf(text, 'longshore_request_seconds_count{method="PUT"}'), '5')
    assert.equal(valueOf(text, 'longshore_request_seconds_sum{method="PUT"}'), String(0.001 + 0.0011 + 600 + 601 + 0.02))
    assert.equal(valueOf(text, 'longshore_requests_total{method="PUT",status="201"}'), '4')
    assert.equal(valueOf(text, 'longshore_requests_total{method="PUT",status="404"}'), '1')
    assert.equal(valueOf(text, 'longshore_requests_total{method="other",status="405"}'), '2')
  }
})

test('the lines of several threads to one pipe stay whole, however little its reader takes', async () => {
  const reader = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] })
  const { fd } = (reader.stdin as unknown as { _handle: { fd: number } })._handle
  const memory = writeTurnMemory()
  const buffers = [0, 1, 2].map((number) => new LineBuffer(fd, new WriteTurn(memory, number)))
  const [first] = buffers
  for (let each = 0; each < 3000; each++) buffers.forEach((buffer, index) => buffer.write(`${String(index).repeat(200)}\n`))
  let text = ''
  reader.stdout.on('data', (piece) => (text += String(piece)))
  await Promise.all(buffers.map((buffer) => buffer.close()))
  first?.write('last\n')
  await first?.close()
  reader.stdin.end()
  await once(reader, 'close')
  const lines = text.split('\n')
  assert.equal(lines.length, 9002)
  assert.deepEqual([...new Set(lines)].toSorted(), ['', '0'.repeat(200), '1'.repeat(200), '2'.repeat(200), 'last'])
})

test('the figures of several threads are one, and stay when a thread is followed by another', async () => {
  const memory = figuresMemory(3)
  const metrics = new Metrics()
  new RequestFigures(memory).register(metrics)
  for (const column of [1, 2, 1]) {
    const figures = new RequestFigures(memory, column)
    figures.observe('GET', 200, 0.003)
    figures.moved({ received: 1, sent: 10, offloaded: 100 })
  }
  const text = await metrics.metrics()
  const expected = {
    'longshore_requests_total{method="GET",status="200"}': '3',
    'longshore_request_seconds_bucket{method="GET",le="0.005"}': '3',
    'longshore_request_seconds_count{method="GET"}': '3',
    longshore_received_bytes_total: '3',
    longshore_sent_bytes_total: '30',
    longshore_offloaded_bytes_total: '300',
  }
  for (const [series, value] of Object.entries(expected)) assert.equal(valueOf(text, series), value, series)
})

test('jobs by kind and state: a kind without any is told, the age of the oldest in seconds', async () => {
  const metrics = new Metrics()
  const now = 100_000
  const rows = [
    { kind: 'blobs.collect', waiting: 1, running: 2, stuck: 3, oldest: now - 5000 },
    { kind: 'of.later', waiting: 4, running: 0, stuck: 0, oldest: now + 9 },
  ]
  registerJobFigures(metrics, { store: { jobFigures: async () => rows as never }, clock: { now: () => now } as never })
  const text = await metrics.metrics()
  const jobs = (kind: string, state: string) => valueOf(text, `longshore_jobs{kind="${kind}",state="${state}"}`)
  assert.deepEqual(
    ['waiting', 'running', 'stuck'].map((state) => jobs('blobs.collect', state)),
    ['1', '2', '3'],
  )
  assert.deepEqual(
    ['waiting', 'running', 'stuck'].map((state) => jobs('history.reap', state)),
    ['0', '0', '0'],
  )
  const oldest = (kind: string) => valueOf(text, `longshore_jobs_oldest_seconds{kind="${kind}"}`)
  assert.deepEqual(['blobs.collect', 'of.later', 'history.reap'].map(oldest), ['5', '0', '0'])
})

const soon = async (what: () => boolean) => {
  for (let turn = 0; turn < 300 && !what(); turn++) await pause(5)
  assert.ok(what())
}

test('lines are gathered and written in order: after a moment, at once when they are many, all of them at the end', async () => {
  const { buffer, text } = aFile()
  buffer.write('one\n')
  assert.equal(text(), '')
  await soon(() => text() === 'one\n')
  const long = `${'x'.repeat(1023)}\n`
  for (let each = 0; each < 256; each++) buffer.write(long)
  buffer.write('behind\n')
  await soon(() => text().length === 'one\n'.length + 256 * 1024 + 'behind\n'.length)
  for (let each = 0; each < 100; each++) buffer.write(long)
  buffer.write('last\n')
  await buffer.close()
  assert.ok(text().endsWith(`${long}last\n`))
  assert.equal(text().split('\n').length, 1 + 256 + 1 + 100 + 1 + 1)
})

test('a reader that is gone ends the log, and nothing else', async () => {
  const { buffer, descriptor, text } = aFile()
  closeSync(descriptor)
  buffer.write('lost\n')
  await pause(150)
  buffer.write('never\n')
  await buffer.close()
  assert.equal(text(), '')
})
