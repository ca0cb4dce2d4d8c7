import { stuckAfter } from '#core/job.ts'
import type { JobInfo } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import type { Job, JobQueue } from '#ports/job-queue.ts'
import type { Clock } from '#ports/clock.ts'

type QueueDeps = { store: JobQueue; clock: Pick<Clock, 'now'> }

/** As many as a person reads. */
const most = 1000

export async function listJobs({ store, clock }: QueueDeps, { stuck }: { stuck: boolean }): Promise<JobInfo[]> {
  const jobs = await store.jobs({ ...(stuck ? { failed: stuckAfter } : {}), after: 0, limit: most })
  const now = clock.now()
  return jobs.map((job) => infoOf(job, now))
}

/** Tries a job now that waits for its next try. Fails with `job-not-waiting`. */
export async function retryJob({ store, clock }: QueueDeps, { id }: { id: number }): Promise<JobInfo> {
  const now = clock.now()
  const retried = await store.retryJob({ id, now })
  const [job] = await store.jobs({ after: id - 1, limit: 1 })
  if (!retried || job?.id !== id) throw new Refusal('job-not-waiting', { id })
  return infoOf(job, now)
}

function infoOf({ id, kind, key, lockedUntil, attempts, runAfter, lastError, createdAt }: Job, now: number): JobInfo {
  const running = lockedUntil !== null && lockedUntil > now
  const iso = (time: number) => new Date(time).toISOString()
  return {
    id,
    kind,
    about: key,
    state: running ? 'running' : attempts >= stuckAfter ? 'stuck' : 'waiting',
    attempts,
    askedAt: iso(createdAt),
    nextTry: running ? null : iso(runAfter),
    lastError,
  }
}
