import { RegistryError } from '#core/registry-error.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { assignmentQuery, listAssignments } from '#app/authorization/list-assignments.ts'
import { removeRole } from '#app/authorization/remove-role.ts'
import { absolute, type Answer, type Context, ok } from './context.ts'
import { pageOf } from './page.ts'
import { parseAssignmentBody } from './role-body.ts'
import { formatAssignment } from './role-form.ts'
import type { RoleRequest } from './role-request.ts'

type Of<K extends RoleRequest['kind']> = Extract<RoleRequest, { kind: K }>

export async function showAssignments(context: Context, { scope, filter }: Of<'roleAssignments.list'>): Promise<Answer> {
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

export async function showAssignment({ deps }: Context, { scope, name }: Of<'roleAssignment.get'>): Promise<Answer> {
  const found = await deps.store.roleAssignment(scope.key, name)
  if (found) return ok(formatAssignment(found, scope))
  throw new RegistryError('not-found', `The role assignment '${name}' is not found.`, { code: 'RoleAssignmentNotFound' })
}

export async function storeAssignment(context: Context, { scope, name }: Of<'roleAssignment.put'>): Promise<Answer> {
  const { roleDefinitionId, ...given } = parseAssignmentBody(await context.body())
  const { assignment, created } = await assignRole(context.deps, {
    ...given,
    role: roleDefinitionId,
    scopeId: scope.text,
    name,
    by: context.caller,
  })
  return { status: created ? 201 : 200, body: formatAssignment(assignment, scope) }
}

export async function removeAssignment({ deps, caller }: Context, { scope, name }: Of<'roleAssignment.delete'>): Promise<Answer> {
  const gone = await removeRole(deps, { scopeId: scope.text, name, by: caller })
  return gone ? ok(formatAssignment(gone, scope)) : { status: 204 }
}
