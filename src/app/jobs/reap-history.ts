import type { EventLogCommands } from '#ports/event-log.ts'
import type { JobQueueCommands } from '#ports/job-queue.ts'
import type { OperationCommands } from '#ports/operations.ts'
import type { Deps } from '../deps.ts'

const atOnce = 500
const hour = 60 * 60_000
/** For so long a client may ask how what it began has ended. */
const operationLife = hour

type ReapDeps = Pick<Deps, 'clock'> & {
  store: EventLogCommands & JobQueueCommands & OperationCommands
  /** How long events and what a tag stood for are kept, in milliseconds. */
  historyLife: number
}

/** Takes away what is older than it is kept, and asks for itself again in an hour. */
export async function reapHistory({ store, clock, historyLife }: ReapDeps, signal: AbortSignal): Promise<void> {
  const now = clock.now()
  while (!signal.aborted && (await store.reapHistory({ before: now - historyLife, limit: atOnce })) >= atOnce);
  while (!signal.aborted && (await store.reapOperations({ before: now - operationLife, limit: atOnce })) >= atOnce);
  await askToReap({ store, clock }, hour)
}

/** @param wait in milliseconds */
export async function askToReap({ store, clock }: Pick<ReapDeps, 'clock'> & { store: JobQueueCommands }, wait: number): Promise<void> {
  const now = clock.now()
  await store.putJob({ job: { kind: 'history.reap', key: '', payload: null, runAfter: now + wait }, now })
}
