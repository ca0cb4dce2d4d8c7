import { runScript } from '../processes.ts'
import type { RepeatedRequest } from './repeated-request.ts'

export interface OpenLoopResult {
  asked: number
  rate: number
  p50: number
  p99: number
  p999: number
  longest: number
  /** Requests that found every connection busy when they were due. */
  waited: number
  failures: number
}

/** A fixed number of requests in each second over `connections` keep-alive connections. */
export function openLoop(
  request: RepeatedRequest,
  options: { connections: number; rate: number; warmUpSeconds: number; seconds: number; core: number | undefined },
): Promise<OpenLoopResult> {
  const { core, ...rest } = options
  return runScript(new URL('./open-loop-process.ts', import.meta.url), { request, ...rest }, { core })
}
