import { isWithin } from '#core/resource-id.ts'
import { RegistryError } from '#core/registry-error.ts'
import { ok } from './context.ts'
import { removeAssignment, showAssignment, showAssignments, storeAssignment } from './role-assignments.ts'
import { removeDefinition, showDefinition, showDefinitions, storeDefinition } from './role-definitions.ts'
import type { RoleRequest } from './role-request.ts'
import { action, type Routes, signedIn } from './route.ts'

const assignments = 'Microsoft.Authorization/roleAssignments'
const definitions = 'Microsoft.Authorization/roleDefinitions'
const on = (name: string) => (request: RoleRequest) => action(name, request.scope)

export const roleRoutes: Routes<RoleRequest> = {
  'roleAssignments.list': { access: signedIn, handle: showAssignments },
  'roleAssignment.get': { access: on(`${assignments}/read`), handle: showAssignment },
  'roleAssignment.put': { access: on(`${assignments}/write`), handle: storeAssignment },
  'roleAssignment.delete': { access: on(`${assignments}/delete`), handle: removeAssignment },
  'roleDefinitions.list': { access: signedIn, handle: showDefinitions },
  'roleDefinition.get': { access: on(`${definitions}/read`), handle: showDefinition },
  // At each scope where the role can be given as well: app/authorization/custom-roles.ts.
  'roleDefinition.put': { access: on(`${definitions}/write`), handle: storeDefinition },
  'roleDefinition.delete': { access: on(`${definitions}/delete`), handle: removeDefinition },
  'permissions.list': {
    access: signedIn,
    handle: async ({ caller }, { scope }) =>
      ok({ value: (caller.grants ?? []).filter((each) => isWithin(scope.key, each.scope)).flatMap((each) => each.permissions) }),
  },
  'authorization.none': { access: signedIn, handle: async () => ok({ value: [] }) },
  'authorization.absent': {
    access: signedIn,
    handle: async ({ url }, { type, name }) => {
      if (url.method === 'DELETE') return { status: 204 }
      throw new RegistryError('not-found', `The ${type} '${name.slice(0, 100)}' could not be found.`, { code: 'ResourceNotFound' })
    },
  },
}
