import type { ResourceReads } from '#ports/resources.ts'
import { controlError } from '#core/control-error.ts'
import type { Caller } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid, type ResourceId } from '#core/resource-id.ts'
import type { DirectoryKind, DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import type { RoleAssignment, RoleCommands, RoleReads } from '#ports/roles.ts'
import type { Deps } from '../deps.ts'
import { mustBeAllowed } from './authority.ts'
import { isAssignableAt, type RoleDefinition, roleOf } from './role-definitions.ts'
import { existingScope } from './scopes.ts'

export interface NewAssignment {
  /** `/`, or the id of a subscription, a group, a resource. */
  scopeId: string
  principalId: string
  /** `User`, `Group`, `ServicePrincipal`; must be what the principal is. */
  principalType?: string | undefined
  /** GUID, full id or name. */
  role: string
  /** A GUID; made when absent. */
  name?: string | undefined
  description?: string | undefined
  condition?: string | undefined
}

const longestDescription = 2048

/** What Azure calls each kind that can hold a role. */
export const principalTypes: Readonly<Partial<Record<DirectoryKind, string>>> = {
  user: 'User',
  group: 'Group',
  servicePrincipal: 'ServicePrincipal',
}

/**
 * Gives a role at a scope; it holds from the next request on. The same once more, under the same name, changes the
 * description and nothing else.
 * Fails with `denied`, `not-found` (scope, role), `request-invalid` (principal, name, description, condition), `conflict` (given already).
 */
export async function assignRole(
  deps: Pick<Deps, 'clock' | 'ids'> & { store: DirectoryReads & ResourceReads & RoleCommands & RoleReads },
  given: NewAssignment & { by: Caller },
): Promise<{ assignment: RoleAssignment; created: boolean }> {
  const placed = await placedRole(deps, given)
  const principalType = await typeOf(deps, given)
  return store(deps, { ...placed, principalId: given.principalId.toLowerCase(), principalType })
}

/** The assignment of a role to a principal that is written in the same command. Fails as `assignRole` does. */
export async function newAssignment(
  deps: Pick<Deps, 'clock' | 'ids'> & { store: ResourceReads & RoleReads },
  { principal, ...given }: { principal: DirectoryObject; scopeId: string; role: string; by: Caller },
): Promise<RoleAssignment> {
  const placed = await placedRole(deps, given)
  return { ...placed, principalId: principal.id, principalType: principalTypes[principal.kind] ?? '' }
}

/** A role at a scope, before it is said whose it is. */
async function placedRole(
  deps: Pick<Deps, 'clock' | 'ids'> & { store: ResourceReads & RoleReads },
  given: Omit<NewAssignment, 'principalId' | 'principalType'> & { by: Caller },
): Promise<Omit<RoleAssignment, 'principalId' | 'principalType'>> {
  const scope = await existingScope(deps, given.scopeId)
  mustBeAllowed(given.by, 'Microsoft.Authorization/roleAssignments/write', scope.key)
  const name = (given.name ?? deps.ids.next()).toLowerCase()
  check(name, given)
  const role = await roleOf(deps, given.role)
  mustFit(role, scope)
  return {
    name,
    scope: scope.key,
    scopeId: scope.text,
    roleId: role.id,
    details: given.description === undefined ? {} : { description: given.description },
    createdAt: deps.clock.now(),
    createdBy: given.by.id,
  }
}

function check(name: string, { description = '', condition }: Pick<NewAssignment, 'description' | 'condition'>): void {
  if (!isGuid(name))
    throw controlError(
      'InvalidRoleAssignmentId',
      `The role assignment ID '${name.slice(0, 60)}' is not valid. The role assignment ID must be a GUID.`,
    )
  if (description.length > longestDescription) throw controlError('InvalidRoleAssignmentDescription', longestDescription)
  // A condition narrows what is given; one that is not judged at each request would give more than was meant.
  if (condition) throw controlError('ConditionNotSupported')
}

function mustFit(role: RoleDefinition, scope: ResourceId): void {
  if (isAssignableAt(role, scope.key)) return
  throw controlError('RoleDefinitionNotAssignableAtScope', { role: role.name, scope: scope.text, scopes: role.assignableScopes })
}

async function typeOf({ store }: { store: DirectoryReads }, { principalId, principalType }: NewAssignment): Promise<string> {
  const found = isGuid(principalId) ? await store.directoryObject(principalId.toLowerCase()) : undefined
  const type = found && principalTypes[found.kind]
  if (!type) {
    const tenant = await store.tenant()
    throw controlError('PrincipalNotFound', { id: principalId, tenant: tenant?.id ?? '' })
  }
  if (principalType !== undefined && principalType.toLowerCase() !== type.toLowerCase())
    throw controlError('UnmatchedPrincipalType', { id: principalId, type, given: principalType })
  return type
}

async function store(
  { store }: { store: RoleCommands & RoleReads },
  assignment: RoleAssignment,
): Promise<{ assignment: RoleAssignment; created: boolean }> {
  const { scope, name, principalId, roleId } = assignment
  const before = await store.roleAssignment(scope, name)
  if (before && (before.principalId !== principalId || before.roleId !== roleId)) throw controlError('RoleAssignmentUpdateNotPermitted')
  try {
    const { created } = await store.putRoleAssignment({ assignment })
    return { assignment: before ? { ...before, details: assignment.details } : assignment, created }
  } catch (error) {
    if (!(error instanceof RegistryError) || error.failure !== 'conflict') throw error
    throw controlError('RoleAssignmentExists', String(error.detail.name ?? name))
  }
}
