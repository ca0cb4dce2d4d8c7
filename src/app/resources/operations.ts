import type { Caller } from '#core/access.ts'
import type { BegunOperation, OperationReads, StoredOperation } from '#ports/operations.ts'
import type { ResourceDeps } from './rules.ts'

/** A long-running operation that a command begins (ports/operations.ts). */
export const newOperation = ({ ids }: Pick<ResourceDeps, 'ids'>, input: { subscriptionId: string; by: Caller }): BegunOperation => ({
  id: ids.next(),
  subscriptionId: input.subscriptionId.toLowerCase(),
  principalId: input.by.id,
})

/**
 * How far it is. Undefined when there is no such operation for this caller: it is seen by who began it, and by who may
 * read what it is about.
 */
export async function readOperation(
  { store }: { store: OperationReads },
  input: { id: string; by: Caller; mayRead: (resourceKey: string) => boolean },
): Promise<StoredOperation | undefined> {
  const operation = await store.operation(input.id.toLowerCase())
  if (!operation) return undefined
  return operation.principalId === input.by.id || input.mayRead(operation.resourceKey) ? operation : undefined
}
