import { controlError } from '#core/control-error.ts'
import { builtInRole, builtInRoles } from '#core/built-in-roles.ts'
import type { Permission } from '#core/permission.ts'
import { isGuid, isWithin, keyOf, type ResourceKey } from '#core/resource-id.ts'
import type { CustomRole, RoleReads } from '#ports/roles.ts'

export interface RoleDefinition {
  /** A GUID. */
  id: string
  name: string
  kind: 'BuiltInRole' | 'CustomRole'
  description: string
  permissions: readonly Permission[]
  /** Where it may be given, and below. */
  assignableScopes: readonly string[]
  /** By nobody where it was always there. */
  created: { at: number; by: string | null; changedAt: number }
}

/** When Azure's own first roles were made: what clients sort and show by is never empty. */
const firstRoles = Date.parse('2015-02-02T21:55:09.880Z')

/** All there are, the built-in ones first. */
export async function roleDefinitions({ store }: { store: RoleReads }): Promise<RoleDefinition[]> {
  return [...builtInRoles.map(builtIn), ...(await store.customRoles()).map(custom)]
}

export const isAssignableAt = ({ assignableScopes }: Pick<RoleDefinition, 'assignableScopes'>, scope: ResourceKey): boolean =>
  assignableScopes.some((each) => isWithin(scope, keyOf(each)))

/** By its GUID; undefined when there is none. */
export async function roleById({ store }: { store: RoleReads }, id: string): Promise<RoleDefinition | undefined> {
  const known = builtInRole(id)
  if (known) return builtIn(known)
  const found = await store.customRole(id.toLowerCase())
  return found && custom(found)
}

const fullId = /\/providers\/microsoft\.authorization\/roledefinitions\/([^/]+)$/i

/**
 * A role by its GUID, its full id or, as people write it, its name.
 * Fails with `not-found`, `request-invalid`; both with ARM's code and sentence.
 */
export async function roleOf(deps: { store: RoleReads }, reference: string): Promise<RoleDefinition> {
  const id = fullId.exec(reference)?.[1] ?? reference
  if (isGuid(id)) {
    const found = await roleById(deps, id)
    if (found) return found
    throw controlError(
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${id.toLowerCase().replaceAll('-', '')}' does not exist.`,
    )
  }
  if (reference.includes('/'))
    throw controlError('InvalidRoleDefinitionId', `The role definition ID '${reference.slice(0, 300)}' is not valid.`)
  const named = (await roleDefinitions(deps)).find((each) => each.name.toLowerCase() === reference.toLowerCase())
  if (named) return named
  throw controlError('RoleDefinitionDoesNotExist', `Role '${reference.slice(0, 200)}' doesn't exist.`)
}

const builtIn = ({ id, name, description, permissions }: (typeof builtInRoles)[number]): RoleDefinition => ({
  id,
  name,
  kind: 'BuiltInRole',
  description,
  permissions,
  assignableScopes: ['/'],
  created: { at: firstRoles, by: null, changedAt: firstRoles },
})

const custom = ({ id, name, description, permissions, assignableScopes, createdAt, createdBy, changedAt }: CustomRole): RoleDefinition => ({
  id,
  name,
  kind: 'CustomRole',
  description,
  permissions: JSON.parse(permissions) as Permission[],
  assignableScopes,
  created: { at: createdAt, by: createdBy, changedAt },
})
