import type { ResourceReads } from '#ports/resources.ts'
import type { RoleCommands, RoleReads } from '#ports/roles.ts'
import { controlError } from '#core/control-error.ts'
import { builtInRole, builtInRoles } from '#core/built-in-roles.ts'
import type { Permission } from '#core/permission.ts'
import type { Caller } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid, isWithin, keyOf, parseResourceId, type ResourceKey } from '#core/resource-id.ts'
import type { Deps } from '../deps.ts'
import { mustBeAllowed } from './authority.ts'
import { type RoleDefinition, roleById } from './role-definitions.ts'
import { existingScope } from './scopes.ts'

export interface NewRole {
  /** A GUID. */
  id: string
  name: string
  description: string
  permissions: readonly Permission[]
  assignableScopes: readonly string[]
}

const write = 'Microsoft.Authorization/roleDefinitions/write'
const mostRoles = 5000
const mostPatterns = 2048
const mostScopes = 2000
const longestName = 512
const longestDescription = 2048
const pattern = /^(?:\*|[\w.*-]{1,120}(?:\/[\w.*-]{1,120}){0,12})$/
const mostWildcards = 3
const pageLength = 500

/**
 * Makes or changes a role of one's own; who has it has what it now says from the next request on.
 * Fails with `request-invalid` naming what is wrong, `denied` (also at one of the scopes alone), `not-found` for a scope
 * that is not there, `conflict` when another role has the name.
 */
export async function putRole(
  deps: Pick<Deps, 'clock'> & { store: ResourceReads & RoleCommands & RoleReads },
  { role, by }: { role: NewRole; by: Caller },
): Promise<{ role: RoleDefinition; created: boolean }> {
  const id = role.id.toLowerCase()
  mustBeOnesOwn(id)
  check(role)
  const before = await roleById(deps, id)
  // Who changes a role changes what its holders may do, wherever it was given. Who may not, is not told what is there.
  for (const key of new Set([...role.assignableScopes, ...(before?.assignableScopes ?? [])].map((each) => parseResourceId(each).key)))
    mustBeAllowed(by, write, key)
  const scopes = await Promise.all(role.assignableScopes.map((each) => existingScope(deps, each)))
  if (before) await mustStillTakeIn(deps, id, new Set(scopes.map((each) => each.key)))
  else if ((await deps.store.customRoles()).length >= mostRoles) throw controlError('RoleDefinitionLimitExceeded')
  const now = deps.clock.now()
  const created = { at: before?.created.at ?? now, by: before?.created.by ?? by.id, changedAt: now }
  const assignableScopes = scopes.map((each) => each.text)
  const answer = await deps.store
    .putCustomRole({
      askedBy: by.id,
      role: {
        id,
        name: role.name,
        description: role.description,
        permissions: JSON.stringify(role.permissions.map(plain)),
        assignableScopes,
        createdAt: created.at,
        createdBy: created.by,
        changedAt: now,
      },
    })
    .catch(nameTaken(role.name))
  const { name, description, permissions } = role
  return {
    role: { id, name, kind: 'CustomRole', description, permissions: permissions.map(plain), assignableScopes, created },
    created: answer.created,
  }
}

/** Undefined when it was not there. Fails with `denied`, `in-use` while it is given to somebody, `request-invalid` for a built-in one. */
export async function deleteRole(
  deps: { store: RoleCommands & RoleReads },
  { id, by }: { id: string; by: Caller },
): Promise<RoleDefinition | undefined> {
  const key = id.toLowerCase()
  mustBeOnesOwn(key)
  const before = await roleById(deps, key)
  if (!before) return undefined
  for (const scope of before.assignableScopes) mustBeAllowed(by, 'Microsoft.Authorization/roleDefinitions/delete', keyOf(scope))
  try {
    await deps.store.deleteCustomRole({ id: key, askedBy: by.id })
  } catch (error) {
    if (!(error instanceof RegistryError) || error.failure !== 'in-use') throw error
    throw controlError('RoleDefinitionHasAssignments')
  }
  return before
}

function mustBeOnesOwn(id: string): void {
  if (!isGuid(id))
    throw controlError('InvalidRoleDefinitionId', `The role definition ID '${id.slice(0, 60)}' is not valid: it must be a GUID.`)
  const builtIn = builtInRole(id)
  if (builtIn) throw controlError('RoleDefinitionReadOnly', builtIn.name)
}

function check({ name, description, permissions, assignableScopes }: NewRole): void {
  if (name.trim() === '' || name.length > longestName) throw controlError('InvalidRoleName', longestName)
  if (builtInRoles.some((each) => each.name.toLowerCase() === name.toLowerCase())) throw nameInUse(name)
  if (description.length > longestDescription) throw controlError('InvalidRoleDescription', longestDescription)
  const patterns = permissions.flatMap((each) => [...each.actions, ...each.notActions, ...each.dataActions, ...each.notDataActions])
  if (permissions.length === 0) throw controlError('MissingPermissions')
  if (patterns.length > mostPatterns) throw controlError('TooManyActions', mostPatterns)
  for (const each of patterns)
    if (!pattern.test(each) || each.split('*').length - 1 > mostWildcards)
      throw controlError('InvalidActionOrNotAction', { action: each, mostWildcards })
  if (assignableScopes.length === 0) throw controlError('MissingAssignableScopes')
  if (assignableScopes.length > mostScopes) throw controlError('TooManyAssignableScopes', mostScopes)
}

async function mustStillTakeIn({ store }: { store: RoleReads }, roleId: string, scopes: ReadonlySet<ResourceKey>): Promise<void> {
  let after = ''
  for (;;) {
    const page = await store.roleAssignments({}, { after, limit: pageLength })
    const outside = page.find((each) => each.roleId === roleId && ![...scopes].some((scope) => isWithin(each.scope, scope)))
    if (outside) throw controlError('RoleDefinitionHasAssignmentsOutsideScopes', outside.scopeId)
    const last = page.at(-1)
    if (!last || page.length < pageLength) return
    after = `${last.scope} ${last.name}`
  }
}

const plain = ({ actions, notActions, dataActions, notDataActions }: Permission): Permission => ({
  actions,
  notActions,
  dataActions,
  notDataActions,
})

const nameInUse = (name: string) => controlError('RoleDefinitionWithSameNameExists', name)

const nameTaken = (name: string) => (error: unknown) => {
  throw error instanceof RegistryError && error.failure === 'conflict' ? nameInUse(name) : error
}
