import type { Filter } from '#core/filter.ts'
import type { ResourceId } from '#core/resource-id.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { getAssignment } from '#app/authorization/get-assignment.ts'
import { assignmentQuery, listAssignments } from '#app/authorization/list-assignments.ts'
import { removeRole } from '#app/authorization/remove-role.ts'
import { readAuthorizationBody } from '../../authorization/body.ts'
import { parseGuid } from '../../authorization/role-ids.ts'
import { type Answer, json } from '#http/answer.ts'
import { absolute, type Context, ok } from '../../context.ts'
import { pageOf } from '../../page.ts'
import type { ExtensionType, ScopedName } from '../../resource-type.ts'
import { type AssignmentBody, assignmentShape } from './shape.ts'
import { formatAssignment } from './shown.ts'

export const roleAssignments: ExtensionType = {
  name: 'Microsoft.Authorization/roleAssignments',
  access: 'by-role',
  listedByProvider: true,
  list: showAssignments,
  one: { parseName: parseGuid, get: showAssignment, put: storeAssignment, delete: removeAssignment },
}

async function showAssignments(context: Context, { scope, filter }: { scope: ResourceId; filter: Filter | undefined }): Promise<Answer> {
  const { deps, caller, url } = context
  const query = assignmentQuery(filter)
  const { after, limit } = pageOf(context)
  const found = await listAssignments(deps, { caller, scope: scope.key, query, page: { after, limit: limit + 1 } })
  const shown = found.slice(0, limit)
  const value = shown.map((each) => formatAssignment(each, scope))
  const last = shown.at(-1)
  if (!last || found.length <= limit) return ok({ value })
  const asked = ['$filter', '$top'].flatMap((name) => {
    const given = url.query(name)
    return given === undefined ? [] : [[name, given] as const]
  })
  const $skipToken = Buffer.from(`${last.scope} ${last.name}`).toString('base64url')
  return ok({ value, nextLink: absolute(context, url.path, { ...Object.fromEntries(asked), $skipToken }) })
}

async function showAssignment({ deps }: Context, { scope, name }: ScopedName): Promise<Answer> {
  return ok(formatAssignment(await getAssignment(deps, scope.key, name), scope))
}

async function storeAssignment(context: Context, { scope, name }: ScopedName): Promise<Answer> {
  const { properties } = (await readAuthorizationBody(context, assignmentShape)) as unknown as AssignmentBody
  const { assignment, created } = await assignRole(context.deps, {
    role: properties.roleDefinitionId,
    principalId: properties.principalId,
    principalType: properties.principalType || undefined,
    description: properties.description ?? undefined,
    condition: properties.condition || undefined,
    scopeId: scope.text,
    name,
    by: context.caller,
  })
  return json(created ? 201 : 200, formatAssignment(assignment, scope))
}

async function removeAssignment({ deps, caller }: Context, { scope, name }: ScopedName): Promise<Answer> {
  const gone = await removeRole(deps, { scopeId: scope.text, name, by: caller })
  return gone ? ok(formatAssignment(gone, scope)) : { status: 204 }
}
