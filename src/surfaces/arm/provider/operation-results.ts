import { controlError } from '#core/control-error.ts'
import { readOperation } from '#app/resources/operations.ts'
import type { Answer } from '#http/answer.ts'
import { absolute, type Context, may, ok } from '../context.ts'
import { typeNamed } from '../types.ts'
import { parseResourceId, resourceGroupType } from '#core/resource-id.ts'

/** How far a long-running call is: its state, or whether it is done; what is not yet is asked for again. */
export async function showOperation(
  { deps, caller, url }: Context,
  { operationId, form }: { operationId: string; form: 'status' | 'result' },
): Promise<Answer> {
  const operation = await readOperation(deps, {
    id: operationId,
    by: caller,
    mayRead: (key) => may({ caller }, `${typeNamed(parseResourceId(key).type ?? resourceGroupType)?.name ?? ''}/read`, key),
  })
  if (!operation) throw controlError('OperationNotFound', operationId)
  const running = operation.status === 'InProgress'
  const again = [['Retry-After', 1]] as const
  if (form === 'result')
    return running ? { status: 202, headers: [['Location', absolute({ deps, url }, url.path)], ...again] } : { status: 200 }
  const iso = (time: number) => new Date(time).toISOString()
  const state = {
    id: url.path,
    name: operation.id,
    status: operation.status,
    startTime: iso(operation.startedAt),
    ...(operation.endedAt === null ? {} : { endTime: iso(operation.endedAt) }),
  }
  return ok(state, running ? again : [])
}
