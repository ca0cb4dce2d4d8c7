import type { ResourceId } from '#core/resource-id.ts'
import type { RoleAssignment } from '#ports/roles.ts'
import type { RoleDefinition } from '#app/authorization/role-definitions.ts'

const at = (time: number): string => new Date(time).toISOString()
const provider = 'providers/Microsoft.Authorization'

/** A role's id as it is seen from a scope: clients compare the id in an assignment with the one in a list of the same scope. */
export const roleIdSeenFrom = ({ subscriptionId }: ResourceId, id: string): string =>
  `${subscriptionId === null ? '' : `/subscriptions/${subscriptionId}`}/${provider}/roleDefinitions/${id}`

export const formatAssignment = (assignment: RoleAssignment, from: ResourceId) => ({
  properties: {
    roleDefinitionId: roleIdSeenFrom(from, assignment.roleId),
    principalId: assignment.principalId,
    principalType: assignment.principalType,
    scope: assignment.scopeId,
    condition: null,
    conditionVersion: null,
    createdOn: at(assignment.createdAt),
    updatedOn: at(assignment.createdAt),
    createdBy: principal(assignment.createdBy),
    updatedBy: principal(assignment.createdBy),
    delegatedManagedIdentityResourceId: null,
    description: assignment.details.description ?? null,
  },
  id: `${assignment.scopeId === '/' ? '' : assignment.scopeId}/${provider}/roleAssignments/${assignment.name}`,
  type: 'Microsoft.Authorization/roleAssignments',
  name: assignment.name,
})

export const formatDefinition = (
  { id, name, kind, description, permissions, assignableScopes, created }: RoleDefinition,
  from: ResourceId,
) => ({
  properties: {
    roleName: name,
    type: kind,
    description,
    assignableScopes,
    permissions,
    createdOn: at(created.at),
    updatedOn: at(created.changedAt),
    createdBy: principal(created.by),
    updatedBy: principal(created.by),
  },
  id: roleIdSeenFrom(from, id),
  type: 'Microsoft.Authorization/roleDefinitions',
  name: id,
})

// Who changed it with the data directory itself has no id in the directory.
const principal = (id: string | null): string | null => (id === 'operator' ? null : id)
