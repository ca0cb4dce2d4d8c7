/** What is done after the command that caused it, each by its handler (app/jobs/). */
export const jobKinds = [
  /** Deleted repositories are emptied. */
  'repositories.drain',
  /** What a long-running operation began is carried to its end. */
  'operation.finish',
  /** Events, the history of tags and operations that are older than they are kept go. */
  'history.reap',
] as const

export type JobKind = (typeof jobKinds)[number]

/** Failed so often, a job is told to people: by then its next try is more than half a minute away. */
export const stuckAfter = 5

const second = 1000
export const longestBackOff = 60 * 60 * second

/**
 * How long after its nth attempt a job waits for the next: 1, 2, 4 … seconds, at most an hour, and of that between a half and all, so
 * that what failed together does not come back together.
 * @param chance from 0 up to 1
 */
export const backOff = (attempts: number, chance: number): number =>
  Math.round(Math.min(longestBackOff, second * 2 ** Math.min(attempts - 1, 20)) * (0.5 + chance / 2))
