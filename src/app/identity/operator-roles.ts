import type { IdentityDeeds, RoleSummary } from '#core/identity-deeds.ts'
import { RegistryError } from '#core/registry-error.ts'
import { keyOf, parseResourceId, subscriptionType } from '#core/resource-id.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import type { RoleAssignment } from '#ports/roles.ts'
import { assignRole } from '../authorization/assign-role.ts'
import { removeRole } from '../authorization/remove-role.ts'
import { roleById, roleOf } from '../authorization/role-definitions.ts'
import type { DirectoryDeps } from './directory.ts'
import { namedPrincipal } from './operator-names.ts'

type Reads = Pick<DirectoryDeps, 'store'>
type Deeds = Pick<IdentityDeeds, 'giveRole' | 'listRoles' | 'takeRole'>

/** What an operator does with roles. */
export const roleDeeds = (deps: DirectoryDeps): Deeds => ({
  giveRole: async ({ assignee, role, scope }) => giveRole(deps, { principal: await namedPrincipal(deps, assignee), role, scope }),
  listRoles: async ({ assignee, scope }) => {
    const principalIds = assignee === undefined ? undefined : [(await namedPrincipal(deps, assignee)).id]
    const at = scope === undefined ? undefined : [parseResourceId(scope).key]
    const found = await assignments(deps, { ...(at && { at }), ...(principalIds && { principalIds }) })
    return Promise.all(found.map((each) => summaryOf(deps, each)))
  },
  takeRole: async ({ assignee, role, scope }) => {
    const principal = await namedPrincipal(deps, assignee)
    const { id: roleId, name } = await roleOf(deps, role)
    const scopeId = scope ?? (await firstSubscription(deps))
    const found = await assignments(deps, { at: [keyOf(scopeId)], principalIds: [principal.id] })
    const assignment = found.find((each) => each.roleId === roleId)
    if (!assignment) throw new RegistryError('not-found', `${nameOf(principal)} has no role ${name} at ${scopeId}`)
    await removeRole(deps, { scopeId: assignment.scopeId, name: assignment.name, by: 'operator' })
    return summaryOf(deps, assignment)
  },
})

/** Without a scope: at the subscription that the first start made. Fails as `assignRole` does. */
export async function giveRole(
  deps: Pick<DirectoryDeps, 'store' | 'clock' | 'ids'>,
  { principal, role, scope }: { principal: DirectoryObject; role: string; scope: string | undefined },
): Promise<RoleSummary> {
  const scopeId = scope ?? (await firstSubscription(deps))
  const { assignment } = await assignRole(deps, { scopeId, principalId: principal.id, role, by: 'operator' })
  return summaryOf(deps, assignment)
}

export async function firstSubscription({ store }: Reads): Promise<string> {
  const all = await store.resources({ within: '', types: [subscriptionType.toLowerCase()] }, { after: '', limit: 1000 })
  const [first] = all.toSorted((a, b) => a.createdAt - b.createdAt)
  if (first) return first.id
  throw new RegistryError('not-found', 'there is no subscription: name the scope')
}

async function assignments({ store }: Reads, query: Parameters<DirectoryDeps['store']['roleAssignments']>[0]): Promise<RoleAssignment[]> {
  const most = 500
  const all: RoleAssignment[] = []
  for (let after = ''; ; ) {
    const page = await store.roleAssignments(query, { after, limit: most })
    all.push(...page)
    const last = page.at(-1)
    if (!last || page.length < most) return all
    after = `${last.scope} ${last.name}`
  }
}

const nameOf = ({ login, name }: DirectoryObject): string => login ?? name

async function summaryOf({ store }: Reads, { principalId, principalType, roleId, scopeId }: RoleAssignment): Promise<RoleSummary> {
  const principal = await store.directoryObject(principalId)
  const role = await roleById({ store }, roleId)
  return { principalName: principal ? nameOf(principal) : '', principalType, principalId, role: role?.name ?? roleId, scope: scopeId }
}
