import { controlErrorWith } from '#core/control-error.ts'
import type { Caller } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { parseResourceId } from '#core/resource-id.ts'
import type { RoleAssignment, RoleCommands } from '#ports/roles.ts'
import { mustBeAllowed } from './authority.ts'

/**
 * Takes a role away; it is gone at the next request. Undefined when it was not there. What was given at a scope that is
 * gone can still be taken away. Fails with `denied`, and with `precondition-failed` for the last Owner of everything:
 * nobody would be left to give the role again.
 */
export async function removeRole(
  { store }: { store: RoleCommands },
  { scopeId, name, by }: { scopeId: string; name: string; by: Caller },
): Promise<RoleAssignment | undefined> {
  const { key } = parseResourceId(scopeId)
  mustBeAllowed(by, 'Microsoft.Authorization/roleAssignments/delete', key)
  try {
    return await store.deleteRoleAssignment({ scope: key, name: name.toLowerCase(), askedBy: by.id })
  } catch (error) {
    if (!(error instanceof RegistryError) || error.failure !== 'in-use') throw error
    throw controlErrorWith({ lastOwner: true }, 'CannotDeleteLastRbacAdminAssignment')
  }
}
