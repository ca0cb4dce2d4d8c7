import type { JobKind } from '#core/job.ts'
import type { Command } from './command.ts'

/** Work that somebody is to do: written by the command that causes it, in its transaction. */
export interface NewJob {
  kind: JobKind
  /** What it is about. */
  key: string
  /** JSON data: what its handler needs; undefined of one that the disk has made something else of. */
  payload: unknown
  runAfter: number
}

/**
 * A job waits → is claimed → is done and gone, or waits again.
 * Waiting: `lockedUntil` is null, it may be claimed from `runAfter` on.
 * Claimed: until `lockedUntil` it is its worker's, which names the `epoch` of its claim in all that it says of the job. A claim that is over is
 * taken by the next worker under the next epoch; the first one changes nothing any more.
 */
export interface Job extends NewJob {
  id: number
  lockedUntil: number | null
  /** Grows with each claim. */
  epoch: number
  /** How often it was claimed since it was asked for. */
  attempts: number
  lastError: string | null
  createdAt: number
}

export interface JobFigures {
  kind: string
  waiting: number
  running: number
  /** Waiting, and failed `stuckAfter` times or more. */
  stuck: number
  /** When the oldest was asked for. */
  oldest: number
}

export interface JobQueueReads {
  /** In the order of ids, behind `after`. `failed`: only what was tried that often. */
  jobs(query: { failed?: number | undefined; after: number; limit: number }): Promise<Job[]>
  /** Whether there is something to claim: cheap, for who looks often. */
  jobsDue(now: number): Promise<boolean>
  /** By kind. */
  jobFigures(query: { now: number; stuckAfter: number }): Promise<JobFigures[]>
}

export interface JobQueueCommands {
  /** A kind and key is one job: asked for again while it waits, it waits on with what is given now; while it runs, it runs again afterwards. */
  putJob: Command<{ job: NewJob; now: number }, void>
  /**
   * Claims up to `limit` that are due, those that are due longest first: no job is claimed by two at once. The clocks of several
   * workers may differ by less than a claim is long, `lockedUntil - now`.
   */
  claimJobs: Command<{ kinds: readonly JobKind[]; now: number; lockedUntil: number; limit: number }, Job[]>
  /** False, here and below: the claim was lost, and nothing happened. */
  renewJob: Command<{ id: number; epoch: number; lockedUntil: number }, boolean>
  /** Done: it goes, or waits again when it was asked for meanwhile. */
  finishJob: Command<{ id: number; epoch: number }, boolean>
  failJob: Command<{ id: number; epoch: number; runAfter: number; error: string }, boolean>
  /** Somebody mended what it failed of: it is tried now. False when it does not wait. */
  retryJob: Command<{ id: number; now: number }, boolean>
}

/**
 * What is to be done after a command, at least once.
 * Its promises are those of `metadata-store.ts`.
 */
export interface JobQueue extends JobQueueReads, JobQueueCommands {}
