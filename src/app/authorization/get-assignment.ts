import { controlError } from '#core/control-error.ts'
import type { ResourceKey } from '#core/resource-id.ts'
import type { RoleAssignment } from '#ports/roles.ts'
import type { Deps } from '../deps.ts'

/** Fails with `not-found`. */
export async function getAssignment({ store }: Pick<Deps, 'store'>, scope: ResourceKey, name: string): Promise<RoleAssignment> {
  const found = await store.roleAssignment(scope, name)
  if (found) return found
  throw controlError('RoleAssignmentNotFound', name)
}
