import { compileFilter } from '#core/filter-match.ts'
import { conjuncts, type Filter } from '#core/odata-filter.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isWithin, keyOf, type ResourceId } from '#core/resource-id.ts'
import { deleteRole, putRole } from '#app/authorization/custom-roles.ts'
import { isAssignableAt, roleById, type RoleDefinition, roleDefinitions } from '#app/authorization/role-definitions.ts'
import { type Answer, type Context, may, ok } from './context.ts'
import { parseDefinitionBody } from './role-body.ts'
import { formatDefinition } from './role-form.ts'
import type { RoleRequest } from './role-request.ts'

type Of<K extends RoleRequest['kind']> = Extract<RoleRequest, { kind: K }>
const yes = () => true

export async function showDefinitions(context: Context, { scope, filter }: Of<'roleDefinitions.list'>): Promise<Answer> {
  const asked = isAskedFor(scope, filter)
  const seen = may(context, 'Microsoft.Authorization/roleDefinitions/read', scope.key) ? await roleDefinitions(context.deps) : []
  return ok({ value: seen.filter(asked).map((each) => formatDefinition(each, scope)) })
}

/** Roles that can be given at the scope; with `atScopeAndBelow()` also those that can only be given below it. */
function isAskedFor(scope: ResourceId, filter: Filter | undefined): (role: RoleDefinition) => boolean {
  const below = conjuncts(filter ?? { kind: 'and', of: [] }).some((each) => each.kind === 'call' && each.name === 'atscopeandbelow')
  const isHere = (role: RoleDefinition) =>
    isAssignableAt(role, scope.key) || (below && role.assignableScopes.some((each) => isWithin(keyOf(each), scope.key)))
  const fields = { roleName: ({ name }: RoleDefinition) => name, type: ({ kind }: RoleDefinition) => kind }
  const holds = filter ? compileFilter(filter, { fields, functions: { atscope: yes, atscopeandbelow: yes } }) : yes
  return (role) => holds(role) && isHere(role)
}

export async function showDefinition({ deps }: Context, { scope, id }: Of<'roleDefinition.get'>): Promise<Answer> {
  const found = await roleById(deps, id)
  if (found) return ok(formatDefinition(found, scope))
  throw new RegistryError('not-found', `The specified role definition with ID '${id.replaceAll('-', '')}' does not exist.`, {
    code: 'RoleDefinitionDoesNotExist',
  })
}

/** 201 also for a change: clients of Azure take nothing else here. */
export async function storeDefinition(context: Context, { scope, id }: Of<'roleDefinition.put'>): Promise<Answer> {
  const { role } = await putRole(context.deps, { role: { id, ...parseDefinitionBody(await context.body()) }, by: context.caller })
  return { status: 201, body: formatDefinition(role, scope) }
}

export async function removeDefinition({ deps, caller }: Context, { scope, id }: Of<'roleDefinition.delete'>): Promise<Answer> {
  const gone = await deleteRole(deps, { id, by: caller })
  return gone ? ok(formatDefinition(gone, scope)) : { status: 204 }
}
