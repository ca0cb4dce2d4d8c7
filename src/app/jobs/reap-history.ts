import type { EventLogCommands } from '#ports/event-log.ts'
import type { JobQueueCommands } from '#ports/job-queue.ts'
import type { OperationCommands } from '#ports/operations.ts'
import type { RegistryReads } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import type { WallClock } from '../maintenance/wall-clock.ts'

const atOnce = 500
const hour = 60 * 60_000
/** For so long a client may ask how what it began has ended. */
const operationLife = hour
/** Soon enough that who pushes without end brings no more than some minutes of it on the disk. */
const pause = 5 * 60_000
/** What concerns no registry, or several. */
const noRegistry = 0

export type ReapDeps = Pick<Deps, 'clock'> & {
  store: EventLogCommands & JobQueueCommands & OperationCommands & Pick<RegistryReads, 'registries'>
  /** The time by which what is over may be told, or undefined while that is not known (app/maintenance/wall-clock.ts). */
  wallClock: Pick<WallClock, 'look'>
  /** How long events and what a tag stood for are kept, in milliseconds. */
  historyLife: number
  /** How many events, and how many former periods of tags, each registry has at most. */
  historyMost: number
}

/** Takes away what is older than it is kept, unless the clock was set, and what is too much; asks for itself again in a while. */
export async function reapHistory(deps: ReapDeps, signal: AbortSignal): Promise<void> {
  const now = await deps.wallClock.look()
  if (now !== undefined) await takeOlder(deps, now, signal)
  await takeExcess(deps, signal)
  await askToReap(deps, pause)
}

/** Nobody's storage limit counts it: so one registry must not fill the disk of all with it. */
async function takeExcess({ store, historyMost: most }: ReapDeps, signal: AbortSignal): Promise<void> {
  const ids = (await store.registries()).map(({ id }) => id)
  for (const registryId of [noRegistry, ...ids])
    while (!signal.aborted && (await store.boundHistory({ registryId, most, limit: atOnce })) >= atOnce);
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
