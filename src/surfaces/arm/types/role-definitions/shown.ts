import type { ResourceId } from '#core/resource-id.ts'
import type { RoleDefinition } from '#app/authorization/role-definitions.ts'
import { principalOf, roleIdSeenFrom } from '../../authorization/role-ids.ts'

const at = (time: number): string => new Date(time).toISOString()

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
    createdBy: principalOf(created.by),
    updatedBy: principalOf(created.by),
  },
  id: roleIdSeenFrom(from, id),
  type: 'Microsoft.Authorization/roleDefinitions',
  name: id,
})
