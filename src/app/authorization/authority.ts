import { type Caller, decide } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ResourceKey } from '#core/resource-id.ts'

/** Who changes who may do what: a caller with roles, or who has the data directory itself and needs none. */
export type By = Caller | 'operator'

export const idOf = (by: By): string => (by === 'operator' ? 'operator' : by.id)

/** Fails with `denied`, naming the action and the scope. */
export function mustBeAllowed(by: By, action: string, scope: ResourceKey): void {
  if (by === 'operator' || decide(by, { kind: 'action', action, scope }).allowed) return
  throw new RegistryError(
    'denied',
    `The client '${by.name}' with object id '${by.id}' does not have authorization to perform action '${action}' over scope '${scope || '/'}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    { code: 'AuthorizationFailed', action, scope: scope || '/' },
  )
}
