import type { Caller } from '#core/access.ts'
import type { StoredOperation } from '#ports/operations.ts'
import type { ResourceDeps } from './rules.ts'

type OperationDeps = Pick<ResourceDeps, 'store' | 'clock' | 'ids'>

const life = 60 * 60_000

/** Keeps that a long-running call has ended, for a client that asks: the work is done already, and its caller wants to hear of it there. */
export async function keepResult(
  { store, clock, ids }: OperationDeps,
  input: { resourceKey: string; subscriptionId: string; by: Caller },
): Promise<StoredOperation> {
  const now = clock.now()
  const operation: StoredOperation = {
    id: ids.next(),
    resourceKey: input.resourceKey,
    subscriptionId: input.subscriptionId.toLowerCase(),
    principalId: input.by.id,
    status: 'Succeeded',
    result: null,
    startedAt: now,
    endedAt: now,
  }
  await store.putOperation({ operation })
  // Nobody asks for these any more; there are never many.
  await store.reapOperations({ before: now - life, limit: 100 })
  return operation
}

/**
 * How a call ended. Undefined when there is no such operation for this caller: it is seen by who began it, and by who may
 * read what it is about.
 */
export async function readResult(
  { store }: Pick<OperationDeps, 'store'>,
  input: { id: string; by: Caller; mayRead: (resourceKey: string) => boolean },
): Promise<StoredOperation | undefined> {
  const operation = await store.operation(input.id.toLowerCase())
  if (!operation) return undefined
  return operation.principalId === input.by.id || input.mayRead(operation.resourceKey) ? operation : undefined
}
