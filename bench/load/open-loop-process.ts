// Run in a process of its own by open-loop.ts: requests leave at fixed times, whether or not earlier ones were answered.
import { Worker } from 'node:worker_threads'
import { percentile } from '../statistics.ts'
import type { OpenLoopResult } from './open-loop.ts'
import { type RepeatedRequest, RepeatingConnection } from './repeated-request.ts'

const job = JSON.parse(process.argv[2] ?? '') as {
  request: RepeatedRequest
  connections: number
  rate: number
  warmUpSeconds: number
  seconds: number
}

const total = Math.floor(job.rate * (job.warmUpSeconds + job.seconds))
const warmUp = Math.floor(job.rate * job.warmUpSeconds)
const latencies: number[] = []
const idle: Slot[] = []
let issued = 0
let answered = 0
let failures = 0
let waited = 0
let begin = 0
/** Whether the request that is due next had to wait for a connection. */
let starved = false

interface Slot {
  connection: RepeatingConnection
  due: number
  index: number
}

const finished = Promise.withResolvers<void>()

for (let count = 0; count < job.connections; count++) {
  const slot = { due: 0, index: 0 } as Slot
  const answer = (ok: boolean): void => {
    answered++
    if (!ok) failures++
    else if (slot.index >= warmUp) latencies.push(performance.now() - slot.due)
    idle.push(slot)
    if (answered >= total) finished.resolve()
    else sendDue()
  }
  const open = (): void => {
    slot.connection = new RepeatingConnection(job.request, answer, () => {
      const { busy } = slot.connection
      slot.connection.close()
      // A server may close what it finds idle; while it owes an answer it may not.
      if (failures > 1000) finished.reject(new Error('the server closes connections instead of answering'))
      open()
      if (busy) answer(false)
    })
  }
  open()
  idle.push(slot)
}

/**
 * A request that had a free connection is timed from its sending: the metronome's lateness is not the server's.
 * One that had to wait for a connection is timed from when it was due, so that a stalled server cannot hide.
 */
function sendDue(): void {
  const now = performance.now()
  while (issued < total) {
    const due = begin + (issued * 1000) / job.rate
    if (due > now) {
      starved = false
      return
    }
    // The one that rested longest: every connection is in use, none grows old.
    const slot = idle.shift()
    if (slot === undefined) {
      starved = true
      return
    }
    slot.index = issued++
    if (starved) waited++
    slot.due = starved ? due : performance.now()
    slot.connection.send()
  }
}

const metronome = new Worker(new URL('./metronome.ts', import.meta.url), { workerData: { milliseconds: 0.2 } })
metronome.once('message', () => {
  begin = performance.now()
  metronome.on('message', sendDue)
})

const late = setTimeout(
  () => finished.reject(new Error('the server did not keep up: requests are still unanswered')),
  (job.warmUpSeconds + job.seconds) * 1000 + 20_000,
)
await finished.promise
clearTimeout(late)
const seconds = (performance.now() - begin) / 1000
await metronome.terminate()
for (const slot of idle) slot.connection.close()

const result: OpenLoopResult = {
  asked: job.rate,
  rate: total / seconds,
  p50: percentile(latencies, 0.5),
  p99: percentile(latencies, 0.99),
  p999: percentile(latencies, 0.999),
  longest: percentile(latencies, 1),
  waited,
  failures,
}
console.log(JSON.stringify(result))
