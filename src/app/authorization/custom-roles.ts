import { builtInRole, builtInRoles } from '#core/built-in-roles.ts'
import type { Permission } from '#core/permission.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid, isWithin, keyOf, parseResourceId, type ResourceKey } from '#core/resource-id.ts'
import type { Deps } from '../deps.ts'
import { type By, idOf, mustBeAllowed } from './authority.ts'
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
  deps: Pick<Deps, 'store' | 'clock'>,
  { role, by }: { role: NewRole; by: By },
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
  else if ((await deps.store.customRoles()).length >= mostRoles)
    throw invalid('RoleDefinitionLimitExceeded', 'Role definition limit exceeded. No more role definitions can be created.')
  const now = deps.clock.now()
  const created = { at: before?.created.at ?? now, by: before?.created.by ?? idOf(by), changedAt: now }
  const assignableScopes = scopes.map((each) => each.text)
  const answer = await deps.store
    .putCustomRole({
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
export async function deleteRole(deps: Pick<Deps, 'store'>, { id, by }: { id: string; by: By }): Promise<RoleDefinition | undefined> {
  const key = id.toLowerCase()
  mustBeOnesOwn(key)
  const before = await roleById(deps, key)
  if (!before) return undefined
  for (const scope of before.assignableScopes) mustBeAllowed(by, 'Microsoft.Authorization/roleDefinitions/delete', keyOf(scope))
  try {
    await deps.store.deleteCustomRole({ id: key })
  } catch (error) {
    if (!(error instanceof RegistryError) || error.failure !== 'in-use') throw error
    throw new RegistryError('in-use', 'There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).', {
      code: 'RoleDefinitionHasAssignments',
    })
  }
  return before
}

function mustBeOnesOwn(id: string): void {
  if (!isGuid(id)) throw invalid('InvalidRoleDefinitionId', `The role definition ID '${id.slice(0, 60)}' is not valid: it must be a GUID.`)
  const builtIn = builtInRole(id)
  if (builtIn) throw invalid('RoleDefinitionReadOnly', `The role '${builtIn.name}' is built in: it can be neither changed nor deleted.`)
}

function check({ name, description, permissions, assignableScopes }: NewRole): void {
  if (name.trim() === '' || name.length > longestName)
    throw invalid('InvalidRoleName', `A role's name ('roleName') has 1 to ${longestName} characters.`)
  if (builtInRoles.some((each) => each.name.toLowerCase() === name.toLowerCase())) throw nameInUse(name)
  if (description.length > longestDescription)
    throw invalid('InvalidRoleDescription', `A role's description has up to ${longestDescription} characters.`)
  const patterns = permissions.flatMap((each) => [...each.actions, ...each.notActions, ...each.dataActions, ...each.notDataActions])
  if (permissions.length === 0) throw invalid('MissingPermissions', 'A role has at least one entry in "permissions".')
  if (patterns.length > mostPatterns) throw invalid('TooManyActions', `A role names up to ${mostPatterns} actions.`)
  for (const each of patterns)
    if (!pattern.test(each) || each.split('*').length - 1 > mostWildcards)
      throw invalid(
        'InvalidActionOrNotAction',
        `'${each.slice(0, 200)}' does not match any of the actions supported by the providers: expected words between slashes, such as Microsoft.ContainerRegistry/registries/read, with up to ${mostWildcards} "*".`,
      )
  if (assignableScopes.length === 0) throw invalid('MissingAssignableScopes', 'A role has at least one entry in "assignableScopes".')
  if (assignableScopes.length > mostScopes) throw invalid('TooManyAssignableScopes', `A role has up to ${mostScopes} assignable scopes.`)
}

async function mustStillTakeIn({ store }: Pick<Deps, 'store'>, roleId: string, scopes: ReadonlySet<ResourceKey>): Promise<void> {
  let after = ''
  for (;;) {
    const page = await store.roleAssignments({}, { after, limit: pageLength })
    const outside = page.find((each) => each.roleId === roleId && ![...scopes].some((scope) => isWithin(each.scope, scope)))
    if (outside)
      throw invalid(
        'RoleDefinitionHasAssignmentsOutsideScopes',
        `The role is assigned at '${outside.scopeId}', which the new assignable scopes do not take in: remove that assignment first.`,
      )
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

const nameInUse = (name: string) =>
  new RegistryError('conflict', `A role definition cannot be created or updated with the name '${name}': another role has it.`, {
    code: 'RoleDefinitionWithSameNameExists',
  })

const nameTaken = (name: string) => (error: unknown) => {
  throw error instanceof RegistryError && error.failure === 'conflict' ? nameInUse(name) : error
}

const invalid = (code: string, message: string) => new RegistryError('request-invalid', message, { code })
