import type { Caller } from '#core/access.ts'
import type { StoredOperation } from '#ports/resource-store.ts'
import type { ResourceDeps } from './rules.ts'

type OperationDeps = Pick<ResourceDeps, 'store' | 'clock' | 'ids' | 'secrets'>

/** How long a result that holds a secret can be read, by who began it. */
export const secretLife = 5 * 60_000
const life = 60 * 60_000

interface Result {
  /** The action that gave a secret. Only who began it and still may do that sees it, for `secretLife`; it lies sealed in the database. */
  secretOf: string | null
  text: string | null
}

/** Keeps what a long-running call answers when it is asked again: the work is done already, and its caller wants to hear of it there. */
export async function keepResult(
  { store, clock, ids, secrets }: OperationDeps,
  input: { resourceKey: string; subscriptionId: string; by: Caller; body?: unknown; secretOf: string | null },
): Promise<StoredOperation> {
  const id = ids.next()
  const now = clock.now()
  const text = input.body === undefined ? null : JSON.stringify(input.body)
  const result: Result = { secretOf: input.secretOf, text: text !== null && input.secretOf ? secrets.seal(text, id) : text }
  const operation: StoredOperation = {
    id,
    resourceKey: input.resourceKey,
    subscriptionId: input.subscriptionId.toLowerCase(),
    principalId: input.by.id,
    status: 'Succeeded',
    result: JSON.stringify(result),
    startedAt: now,
    endedAt: now,
  }
  await store.putOperation({ operation })
  // Nobody asks for these any more; there are never many.
  await store.reapOperations({ before: now - life, limit: 100 })
  return operation
}

/**
 * What a call ended with. Undefined when there is no such operation for this caller: it is seen by who began it, and,
 * unless it holds a secret, by who may read what it is about.
 * @param may whether the caller may do this now: the action of a secret, or reading when none is given
 */
export async function readResult(
  { store, clock, secrets }: OperationDeps,
  input: { id: string; by: Caller; may: (resourceKey: string, action: string | undefined) => boolean },
): Promise<{ operation: StoredOperation; body: unknown } | undefined> {
  const operation = await store.operation(input.id.toLowerCase())
  if (!operation) return undefined
  const { secretOf, text } = JSON.parse(operation.result ?? '{"secretOf":null,"text":null}') as Result
  const own = operation.principalId === input.by.id
  const allowed = secretOf
    ? own && input.may(operation.resourceKey, secretOf) && clock.now() <= (operation.endedAt ?? operation.startedAt) + secretLife
    : own || input.may(operation.resourceKey, undefined)
  if (!allowed) return undefined
  if (text === null) return { operation, body: undefined }
  return { operation, body: JSON.parse(secretOf ? secrets.open(text, operation.id) : text) as unknown }
}
