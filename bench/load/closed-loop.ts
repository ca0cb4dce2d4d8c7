import { fileURLToPath } from 'node:url'
import { pinned, run, runScript } from '../processes.ts'
import type { RepeatedRequest } from './repeated-request.ts'

export interface LoadResult {
  generator: 'wrk' | 'node'
  /** Requests answered with 200 in a second. */
  rate: number
  p50: number
  p99: number
  requests: number
  failures: number
}

export interface LoadOptions {
  connections: number
  seconds: number
  core: number | undefined
  wrk: string | undefined
}

/** As many requests as `connections` keep-alive connections can carry, each waiting for its answer. */
export function closedLoop(request: RepeatedRequest, options: LoadOptions): Promise<LoadResult> {
  // wrk waits for the body that a HEAD announces and never gets, so HEAD is driven by our own generator.
  if (options.wrk === undefined || request.method === 'HEAD') {
    const { connections, seconds, core } = options
    const script = new URL('./closed-loop-process.ts', import.meta.url)
    return runScript<LoadResult>(script, { request, connections, seconds }, { core })
  }
  return runWrk(options.wrk, request, options)
}

async function runWrk(wrk: string, request: RepeatedRequest, options: LoadOptions): Promise<LoadResult> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const [file, ...args] = pinned(
    [
      wrk,
      '--threads=1',
      `--connections=${options.connections}`,
      `--duration=${options.seconds}s`,
      '--timeout=10s',
      `--script=${fileURLToPath(new URL('./wrk.lua', import.meta.url))}`,
      ...headers,
      `http://127.0.0.1:${request.port}${request.path}`,
    ],
    options.core,
  )
  const { stdout } = await run(file ?? '', args)
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1]
  if (line === undefined) throw new Error(`wrk said: ${stdout.slice(-500)}`)
  const { requests, microseconds, p50, p99, failures } = JSON.parse(line) as Record<string, number>
  return {
    generator: 'wrk',
    rate: (requests ?? 0) / ((microseconds ?? 0) / 1e6),
    p50: (p50 ?? 0) / 1000,
    p99: (p99 ?? 0) / 1000,
    requests: requests ?? 0,
    failures: failures ?? 0,
  }
}
