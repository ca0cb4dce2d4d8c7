import type { CollectionCommands } from '#ports/collection.ts'
import type { UploadCommands } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'

const atOnce = 200
/** When the uploads of a deleted repository expire (drainRepositories). */
const endedByDraining = 0

type DrainDeps = Pick<Deps, 'clock' | 'emptying' | 'failpoint'> & { store: CollectionCommands & UploadCommands }

/** Empties what was deleted, step by step. What it leaves, because it is told to stop or the disk failed, the next one takes up. */
export async function drainDeleted(deps: DrainDeps, signal: AbortSignal): Promise<void> {
  const { store } = deps
  await empty(deps, signal)
  // Their uploads have ended, whatever the clock says; then nothing is left of them.
  while (!signal.aborted && (await store.reapUploads({ now: endedByDraining + 1, limit: atOnce })).length === atOnce);
  await empty(deps, signal)
}

async function empty(deps: DrainDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await deps.emptying.step(() => deps.clock.now(), signal)) > 0) deps.failpoint('drain.after-step')
}
