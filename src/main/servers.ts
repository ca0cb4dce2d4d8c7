import { availableParallelism } from 'node:os'
import type { Config } from './settings.ts'

const most = 8

/**
 * How many threads serve. Where several cannot listen at one address there is one (https://nodejs.org/api/net.html#serverlisten);
 * on two cores the threads that write uploads and the database have the other one.
 */
export function serversOf(setting: Config['servers'], { cores = availableParallelism(), platform = process.platform } = {}): number {
  if (platform !== 'linux') return 1
  if (setting !== 'auto') return setting
  return cores <= 2 ? 1 : Math.min(cores, most)
}
