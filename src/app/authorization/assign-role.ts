import { RegistryError } from '#core/registry-error.ts'
import { isGuid, type ResourceId } from '#core/resource-id.ts'
import type { DirectoryKind, DirectoryObject } from '#ports/directory.ts'
import type { RoleAssignment } from '#ports/roles.ts'
import type { Deps } from '../deps.ts'
import { type By, idOf, mustBeAllowed } from './authority.ts'
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
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  given: NewAssignment & { by: By },
): Promise<{ assignment: RoleAssignment; created: boolean }> {
  const placed = await placedRole(deps, given)
  const principalType = await typeOf(deps, given)
  return store(deps, { ...placed, principalId: given.principalId.toLowerCase(), principalType })
}

/** The assignment of a role to a principal that is written in the same command. Fails as `assignRole` does. */
export async function newAssignment(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  { principal, ...given }: { principal: DirectoryObject; scopeId: string; role: string; by: By },
): Promise<RoleAssignment> {
  const placed = await placedRole(deps, given)
  return { ...placed, principalId: principal.id, principalType: principalTypes[principal.kind] ?? '' }
}

/** A role at a scope, before it is said whose it is. */
async function placedRole(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  given: Omit<NewAssignment, 'principalId' | 'principalType'> & { by: By },
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
    createdBy: idOf(given.by),
  }
}

function check(name: string, { description = '', condition }: Pick<NewAssignment, 'description' | 'condition'>): void {
  if (!isGuid(name))
    throw new RegistryError(
      'request-invalid',
      `The role assignment ID '${name.slice(0, 60)}' is not valid. The role assignment ID must be a GUID.`,
      { code: 'InvalidRoleAssignmentId' },
    )
  if (description.length > longestDescription)
    throw new RegistryError('request-invalid', `The description of a role assignment has up to ${longestDescription} characters.`, {
      code: 'InvalidRoleAssignmentDescription',
    })
  // A condition narrows what is given; one that is not judged at each request would give more than was meant.
  if (condition)
    throw new RegistryError(
      'request-invalid',
      'Conditions of role assignments are not supported: give the role at a narrower scope instead.',
      { code: 'ConditionNotSupported' },
    )
}

function mustFit(role: RoleDefinition, scope: ResourceId): void {
  if (isAssignableAt(role, scope.key)) return
  throw new RegistryError(
    'request-invalid',
    `The role definition '${role.name}' cannot be assigned at scope '${scope.text}': its assignable scopes are ${role.assignableScopes.join(', ')}.`,
    { code: 'RoleDefinitionNotAssignableAtScope' },
  )
}

async function typeOf({ store }: Pick<Deps, 'store'>, { principalId, principalType }: NewAssignment): Promise<string> {
  const found = isGuid(principalId) ? await store.directoryObject(principalId.toLowerCase()) : undefined
  const type = found && principalTypes[found.kind]
  if (!type) {
    const tenant = await store.tenant()
    throw new RegistryError(
      'request-invalid',
      `Principal ${principalId.slice(0, 60).replaceAll('-', '')} does not exist in the directory ${tenant?.id ?? ''}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype`,
      { code: 'PrincipalNotFound' },
    )
  }
  if (principalType !== undefined && principalType.toLowerCase() !== type.toLowerCase())
    throw new RegistryError(
      'request-invalid',
      `The PrincipalId '${principalId.replaceAll('-', '')}' has type '${type}' , which is different from specified PrincipalType '${principalType.slice(0, 40)}'.`,
      { code: 'UnmatchedPrincipalType' },
    )
  return type
}

async function store(
  { store }: Pick<Deps, 'store'>,
  assignment: RoleAssignment,
): Promise<{ assignment: RoleAssignment; created: boolean }> {
  const { scope, name, principalId, roleId } = assignment
  const before = await store.roleAssignment(scope, name)
  if (before && (before.principalId !== principalId || before.roleId !== roleId))
    throw new RegistryError('request-invalid', 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.', {
      code: 'RoleAssignmentUpdateNotPermitted',
    })
  try {
    const { created } = await store.putRoleAssignment({ assignment })
    return { assignment: before ? { ...before, details: assignment.details } : assignment, created }
  } catch (error) {
    if (!(error instanceof RegistryError) || error.failure !== 'conflict') throw error
    const other = String(error.detail.name ?? name).replaceAll('-', '')
    throw new RegistryError('conflict', `The role assignment already exists. The ID of the conflicting role assignment is ${other}.`, {
      code: 'RoleAssignmentExists',
    })
  }
}
