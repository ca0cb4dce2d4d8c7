import { controlError } from '#core/control-error.ts'
import { type Caller, decide } from '#core/access.ts'
import type { ResourceKey } from '#core/resource-id.ts'

/** Who changes who may do what: a caller with roles, or who has the data directory itself and needs none. */
export type By = Caller | 'operator'

export const idOf = (by: By): string => (by === 'operator' ? 'operator' : by.id)

/** Fails with `denied`, naming the action and the scope. */
export function mustBeAllowed(by: By, action: string, scope: ResourceKey): void {
  if (by === 'operator' || decide(by, { kind: 'action', action, scope }).allowed) return
  throw controlError('AuthorizationFailed', { caller: by, action, scope: scope || '/' })
}
