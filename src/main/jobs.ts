import type { Logger } from 'pino'
import { jobHandlers } from '#app/jobs/handlers.ts'
import { askToReap } from '#app/jobs/reap-history.ts'
import { JobWorker, releaseClaims } from '#app/jobs/worker.ts'
import type { Deps } from '#app/deps.ts'
import type { WallClock } from '#app/maintenance/wall-clock.ts'
import type { Config } from './settings.ts'
import { loggedFailure } from './logged-failure.ts'

const atOnce = 4
const claim = 60_000
/** Soon enough that what a client waits for is done while it asks again. */
const every = 200

/** The worker of a server that owns its data directory: no other one is there, so what an earlier one had claimed is nobody's. */
export async function startJobs(
  deps: Deps & { wallClock: WallClock },
  { historyLife, historyMost }: Config,
  log: Logger,
): Promise<JobWorker> {
  const chance = () => Math.random()
  await releaseClaims(deps, chance)
  await askToReap(deps, 0)
  const worker = new JobWorker(deps, {
    handlers: jobHandlers({ ...deps, historyLife, historyMost }),
    atOnce,
    claim,
    every,
    chance,
    failed: ({ id, kind, key, attempts }, error) =>
      log.error({ job: id, kind, key, attempts, ...loggedFailure(error) }, 'a job failed; it is tried again'),
    queueFailed: (error) => log.error(loggedFailure(error), 'no job can be taken up; it is tried again'),
  })
  worker.start()
  return worker
}
