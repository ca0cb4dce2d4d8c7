import type { CollectionCommands } from '#ports/collection.ts'
import type { UploadCommands } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'
import { drainDeleted } from './drain.ts'
import { type ReapDeps, reapHistory } from './reap-history.ts'
import type { JobHandlers } from './worker.ts'

export type HandlerDeps = Pick<Deps, 'emptying' | 'failpoint'> & ReapDeps & { store: CollectionCommands & UploadCommands }

/** What each kind of job is. One without its handler does not compile. */
export const jobHandlers = (deps: HandlerDeps): JobHandlers => ({
  'repositories.drain': (_job, signal) => drainDeleted(deps, signal),
  'operation.finish': async ({ key: id }, signal) => {
    await drainDeleted(deps, signal)
    if (!signal.aborted) await deps.store.endOperation({ id, status: 'Succeeded', result: null, now: deps.clock.now() })
  },
  'history.reap': (_job, signal) => reapHistory(deps, signal),
})
