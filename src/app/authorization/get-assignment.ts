import { controlError } from '#core/control-error.ts'
import type { ResourceKey } from '#core/resource-id.ts'
import type { RoleAssignment, RoleReads } from '#ports/roles.ts'

/** Fails with `not-found`. */
export async function getAssignment({ store }: { store: RoleReads }, scope: ResourceKey, name: string): Promise<RoleAssignment> {
  const found = await store.roleAssignment(scope, name)
  if (found) return found
  throw controlError('RoleAssignmentNotFound', name)
}
