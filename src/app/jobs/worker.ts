import { backOff, type JobKind, jobKinds } from '#core/job.ts'
import type { Job, JobQueue } from '#ports/job-queue.ts'
import type { Clock } from '#ports/clock.ts'
import type { Failpoint } from '#ports/failpoint.ts'

/**
 * Does a job, at least once: what it did before a crash is done again, so each step is safe to repeat. When the signal comes, the claim is
 * lost or the server stops: it ends at its next safe moment. What it throws is told to people and tried again.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>
export type JobHandlers = { readonly [Kind in JobKind]: JobHandler }

export interface WorkerOptions {
  handlers: JobHandlers
  /** How many it does at once. */
  atOnce: number
  /** How long a claim is; renewed after a third of it. In milliseconds. */
  claim: number
  /** How often it looks. In milliseconds. */
  every: number
  /** From 0 up to 1. */
  chance: () => number
  failed: (job: Job, error: unknown) => void
  /** The queue itself could not be read or claimed from: told once, until it can be again. */
  queueFailed: (error: unknown) => void
}

type WorkerDeps = { store: JobQueue; clock: Pick<Clock, 'now'>; failpoint: Failpoint }

interface Running {
  job: Job
  stop: AbortController
  done: Promise<void>
}

/** One of any number of workers on a queue: claims what is due, does it, keeps its claims while it lasts. */
export class JobWorker {
  readonly #deps: WorkerDeps
  readonly #options: WorkerOptions
  readonly #running = new Set<Running>()
  #next: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #renewing: NodeJS.Timeout | undefined
  #stopped = false
  #queueFails = false

  constructor(deps: WorkerDeps, options: WorkerOptions) {
    this.#deps = deps
    this.#options = options
  }

  start(): void {
    const { every, claim } = this.#options
    const again = async () => {
      // The disk may be full, the database away: looked at again in a moment.
      this.#looking = this.look().then(
        () => {
          this.#queueFails = false
        },
        (error: unknown) => {
          if (!this.#queueFails) this.#options.queueFailed(error)
          this.#queueFails = true
        },
      )
      await this.#looking
      if (!this.#stopped) this.#next = setTimeout(again, every).unref()
    }
    void again()
    this.#renewing = setInterval(() => void this.renew(), claim / 3).unref()
  }

  /** Claims nothing more; waits for what it does until that has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#next)
    clearInterval(this.#renewing)
    this.#abort()
    // What it claims at this moment is let go of as the rest; the store is not closed under it.
    await this.#looking
    this.#abort()
    await this.settle()
  }

  #abort(): void {
    for (const { stop } of this.#running) stop.abort()
  }

  /** Until all that it does now has ended. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running].map(({ done }) => done))
  }

  /** Begins what is due and fits; returns how many jobs that are. */
  async look(): Promise<number> {
    const { store, clock, failpoint } = this.#deps
    const { atOnce, claim } = this.#options
    const limit = atOnce - this.#running.size
    const now = clock.now()
    if (this.#stopped || limit <= 0 || !(await store.jobsDue(now)) || this.#stopped) return 0
    const jobs = await store.claimJobs({ kinds: jobKinds, now, lockedUntil: now + claim, limit })
    if (jobs.length > 0) failpoint('job.claim.after-commit')
    for (const job of jobs) this.#begin(job)
    return jobs.length
  }

  /** Keeps its claims. Work whose claim is lost is another worker's now. */
  async renew(): Promise<void> {
    const { store, clock } = this.#deps
    for (const { job, stop } of this.#running) {
      const lockedUntil = clock.now() + this.#options.claim
      const kept = await store.renewJob({ id: job.id, epoch: job.epoch, lockedUntil }).catch(() => true)
      if (!kept) stop.abort()
    }
  }

  #begin(job: Job): void {
    const running: Running = { job, stop: new AbortController(), done: Promise.resolve() }
    this.#running.add(running)
    running.done = this.#run(job, running.stop.signal)
      .catch(() => {})
      .finally(() => this.#running.delete(running))
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#deps
    const { id, epoch, attempts } = job
    try {
      // A kind that a newer program asked for is claimed by none that does not know it.
      await this.#options.handlers[job.kind](job, signal)
      signal.throwIfAborted()
      await store.finishJob({ id, epoch })
    } catch (error) {
      if (!signal.aborted) this.#options.failed(job, error)
      // Of what stopped with its server nothing failed: it goes on at once.
      const wait = signal.aborted ? 0 : backOff(attempts, this.#options.chance())
      await store.failJob({ id, epoch, runAfter: clock.now() + wait, error: signal.aborted ? 'its server stopped' : messageOf(error) })
    }
  }
}

const longestError = 1000
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, longestError)

/**
 * Gives back the claims of workers that are no more, so that nobody waits for their end. For whoever knows that no other worker is there:
 * the one process that owns a data directory, before it starts its own.
 */
export async function releaseClaims({ store, clock }: { store: JobQueue; clock: Pick<Clock, 'now'> }, chance: () => number): Promise<void> {
  const page = 100
  for (let after = 0; ; ) {
    const jobs = await store.jobs({ after, limit: page })
    for (const { id, epoch, attempts, lockedUntil } of jobs) {
      if (lockedUntil === null) continue
      // A job that ends its server each time must not keep it from starting.
      const wait = attempts > 1 ? backOff(attempts, chance()) : 0
      await store.failJob({ id, epoch, runAfter: clock.now() + wait, error: 'its server ended before it did' })
    }
    if (jobs.length < page) return
    after = jobs.at(-1)?.id ?? after
  }
}
