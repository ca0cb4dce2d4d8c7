// Run in a process of its own by closed-loop.ts: each connection sends as soon as it was answered.
import { percentile } from '../statistics.ts'
import type { LoadResult } from './closed-loop.ts'
import { type RepeatedRequest, RepeatingConnection } from './repeated-request.ts'

const job = JSON.parse(process.argv[2] ?? '') as { request: RepeatedRequest; connections: number; seconds: number }

const latencies = new Float64Array(4_000_000)
let requests = 0
let failures = 0
const begin = performance.now()
const end = begin + job.seconds * 1000
let open = job.connections
let last = begin

for (let index = 0; index < job.connections; index++) {
  let sent = 0
  const connection = new RepeatingConnection(
    job.request,
    (ok) => {
      last = performance.now()
      if (ok) latencies[requests++ % latencies.length] = last - sent
      else failures++
      if (last >= end) leave()
      else again()
    },
    () => {
      failures++
      leave()
    },
  )
  const again = (): void => {
    sent = performance.now()
    connection.send()
  }
  const leave = (): void => {
    connection.close()
    if (--open === 0) report()
  }
  again()
}

function report(): void {
  const measured = latencies.subarray(0, Math.min(requests, latencies.length))
  const result: LoadResult = {
    generator: 'node',
    rate: requests / ((last - begin) / 1000),
    p50: percentile(measured, 0.5),
    p99: percentile(measured, 0.99),
    requests,
    failures,
  }
  console.log(JSON.stringify(result))
}
