import { controlError } from '#core/control-error.ts'
import { compileFilter } from '#core/filter-match.ts'
import { conjuncts, type Filter } from '#core/filter.ts'
import { isWithin, keyOf, type ResourceId } from '#core/resource-id.ts'
import { deleteRole, putRole } from '#app/authorization/custom-roles.ts'
import { isAssignableAt, roleById, type RoleDefinition, roleDefinitions as allRoles } from '#app/authorization/role-definitions.ts'
import { readAuthorizationBody } from '../../authorization/body.ts'
import { parseGuid } from '../../authorization/role-ids.ts'
import { type Answer, json } from '#http/answer.ts'
import { type Context, may, ok } from '../../context.ts'
import type { ExtensionType, ScopedName } from '../../resource-type.ts'
import { type DefinitionBody, definitionShape, roleOfBody } from './shape.ts'
import { formatDefinition } from './shown.ts'

const type = 'Microsoft.Authorization/roleDefinitions'

export const roleDefinitions: ExtensionType = {
  name: type,
  // Written at each scope where the role can be given as well: app/authorization/custom-roles.ts.
  access: 'by-role',
  listedByProvider: true,
  list: showDefinitions,
  one: { parseName: parseGuid, get: showDefinition, put: storeDefinition, delete: removeDefinition },
}

async function showDefinitions(context: Context, { scope, filter }: { scope: ResourceId; filter: Filter | undefined }): Promise<Answer> {
  const asked = isAskedFor(scope, filter)
  const seen = may(context, `${type}/read`, scope.key) ? await allRoles(context.deps) : []
  return ok({ value: seen.filter(asked).map((each) => formatDefinition(each, scope)) })
}

const yes = () => true

/** Roles that can be given at the scope; with `atScopeAndBelow()` also those that can only be given below it. */
function isAskedFor(scope: ResourceId, filter: Filter | undefined): (role: RoleDefinition) => boolean {
  const below = conjuncts(filter ?? { kind: 'and', of: [] }).some((each) => each.kind === 'call' && each.name === 'atscopeandbelow')
  const isHere = (role: RoleDefinition) =>
    isAssignableAt(role, scope.key) || (below && role.assignableScopes.some((each) => isWithin(keyOf(each), scope.key)))
  const fields = { roleName: ({ name }: RoleDefinition) => name, type: ({ kind }: RoleDefinition) => kind }
  const holds = filter ? compileFilter(filter, { fields, functions: { atscope: yes, atscopeandbelow: yes } }) : yes
  return (role) => holds(role) && isHere(role)
}

async function showDefinition({ deps }: Context, { scope, name: id }: ScopedName): Promise<Answer> {
  const found = await roleById(deps, id)
  if (found) return ok(formatDefinition(found, scope))
  throw controlError('RoleDefinitionDoesNotExist', `The specified role definition with ID '${id.replaceAll('-', '')}' does not exist.`)
}

/** 201 also for a change: clients of Azure take nothing else here. */
async function storeDefinition(context: Context, { scope, name: id }: ScopedName): Promise<Answer> {
  const given = roleOfBody((await readAuthorizationBody(context, definitionShape)) as unknown as DefinitionBody)
  const { role } = await putRole(context.deps, { role: { id, ...given }, by: context.caller })
  return json(201, formatDefinition(role, scope))
}

async function removeDefinition({ deps, caller }: Context, { scope, name: id }: ScopedName): Promise<Answer> {
  const gone = await deleteRole(deps, { id, by: caller })
  return gone ? ok(formatDefinition(gone, scope)) : { status: 204 }
}
