import type { Grant } from './permission.ts'
import { isWithin, type ResourceKey } from './resource-id.ts'

/** Whether roles are held at a scope, above or below it, whatever they allow: then a subscription is listed. */
export const touches = (grants: readonly Grant[], scope: ResourceKey): boolean =>
  grants.some((grant) => isWithin(scope, grant.scope) || isWithin(grant.scope, scope))
