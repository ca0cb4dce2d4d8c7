import { controlError } from '#core/control-error.ts'
import { readResult } from '#app/resources/operations.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, may, ok } from '../context.ts'
import { typeNamed } from '../types.ts'
import { parseResourceId, resourceGroupType } from '#core/resource-id.ts'

/** How a long-running call ended: its state, or that it is done. */
export async function showOperation(
  { deps, caller, url }: Context,
  { operationId, form }: { operationId: string; form: 'status' | 'result' },
): Promise<Answer> {
  const operation = await readResult(deps, {
    id: operationId,
    by: caller,
    mayRead: (key) => may({ caller }, `${typeNamed(parseResourceId(key).type ?? resourceGroupType)?.name ?? ''}/read`, key),
  })
  if (!operation) throw controlError('OperationNotFound', operationId)
  if (form === 'result') return { status: 200 }
  const iso = (time: number) => new Date(time).toISOString()
  return ok({
    id: url.path,
    name: operation.id,
    status: operation.status,
    startTime: iso(operation.startedAt),
    ...(operation.endedAt === null ? {} : { endTime: iso(operation.endedAt) }),
  })
}
