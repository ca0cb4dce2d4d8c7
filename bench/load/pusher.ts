import { runScript } from '../processes.ts'
import type { BasicCredential } from '../wire/authorization.ts'

export interface PusherJob {
  port: number
  credential: BasicCredential | undefined
  repository: string
  writers: number
  /** Images a second. */
  rate: number
  seconds: number
  layerSize: number
}

export interface PusherResult {
  pushed: number
  failures: number
  rate: number
}

/** Pushes beside another load. Its process is nice, since it shares a core with the generator that takes the time. */
export function push(job: PusherJob, core: number | undefined): Promise<PusherResult> {
  return runScript(new URL('./pusher-process.ts', import.meta.url), job, { core, niceness: 15 })
}
