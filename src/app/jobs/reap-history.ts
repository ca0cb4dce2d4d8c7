import type { EventLogCommands } from '#ports/event-log.ts'
import type { JobQueueCommands } from '#ports/job-queue.ts'
import type { OperationCommands } from '#ports/operations.ts'
import type { Deps } from '../deps.ts'
import type { WallClock } from '../maintenance/wall-clock.ts'

const atOnce = 500
const hour = 60 * 60_000
/** For so long a client may ask how what it began has ended. */
const operationLife = hour

export type ReapDeps = Pick<Deps, 'clock'> & {
  store: EventLogCommands & JobQueueCommands & OperationCommands
  /** The time by which what is over may be told, or undefined while that is not known (app/maintenance/wall-clock.ts). */
  wallClock: Pick<WallClock, 'look'>
  /** How long events and what a tag stood for are kept, in milliseconds. */
  historyLife: number
}

/** Takes away what is older than it is kept, unless the clock was set; asks for itself again in an hour. */
export async function reapHistory(deps: ReapDeps, signal: AbortSignal): Promise<void> {
  const now = await deps.wallClock.look()
  if (now !== undefined) await takeOlder(deps, now, signal)
  await askToReap(deps, hour)
}

async function takeOlder({ store, historyLife }: ReapDeps, now: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await store.reapHistory({ before: now - historyLife, limit: atOnce })) >= atOnce);
  while (!signal.aborted && (await store.reapOperations({ before: now - operationLife, limit: atOnce })) >= atOnce);
}

/** @param wait in milliseconds */
export async function askToReap({ store, clock }: Pick<ReapDeps, 'clock'> & { store: JobQueueCommands }, wait: number): Promise<void> {
  const now = clock.now()
  await store.putJob({ job: { kind: 'history.reap', key: '', payload: null, runAfter: now + wait }, now })
}
