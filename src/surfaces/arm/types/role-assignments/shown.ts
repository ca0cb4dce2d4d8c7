import type { ResourceId } from '#core/resource-id.ts'
import type { RoleAssignment } from '#ports/roles.ts'
import { principalOf, provider, roleIdSeenFrom } from '../../authorization/role-ids.ts'

const at = (time: number): string => new Date(time).toISOString()

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
    createdBy: principalOf(assignment.createdBy),
    updatedBy: principalOf(assignment.createdBy),
    delegatedManagedIdentityResourceId: null,
    description: assignment.details.description ?? null,
  },
  id: `${assignment.scopeId === '/' ? '' : assignment.scopeId}/${provider}/roleAssignments/${assignment.name}`,
  type: 'Microsoft.Authorization/roleAssignments',
  name: assignment.name,
})
