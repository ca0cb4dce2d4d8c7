import { controlError } from '#core/control-error.ts'
import { type Caller, decide } from '#core/access.ts'
import type { ResourceKey } from '#core/resource-id.ts'

/** Fails with `denied`, naming the action and the scope. */
export function mustBeAllowed(by: Caller, action: string, scope: ResourceKey): void {
  if (decide(by, { kind: 'action', action, scope }).allowed) return
  throw controlError('AuthorizationFailed', { caller: by, action, scope: scope || '/' })
}
