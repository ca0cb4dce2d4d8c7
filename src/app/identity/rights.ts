import { readOnce } from '#core/read-once.ts'
import { builtInRole } from '#core/built-in-roles.ts'
import { type Grant, heldByGrants, type Permission } from '#core/permission.ts'
import type { ResourceKey } from '#core/resource-id.ts'
import type { Scope } from '#core/scope.ts'
import type { RoleReads, StoredRight } from '#ports/roles.ts'

/** The roles of a principal, its own and its groups', as they are now. */
export async function grantsOf({ store }: { store: RoleReads }, principalId: string): Promise<readonly Grant[]> {
  return read(await store.rights(principalId)).grants
}

/** What those roles mean on a registry's data plane. */
export async function heldInRegistry(
  { store }: { store: RoleReads },
  principalId: string,
  registry: ResourceKey,
): Promise<readonly Scope[]> {
  const rights = read(await store.rights(principalId))
  let held = rights.held.get(registry)
  if (!held) rights.held.set(registry, (held = heldByGrants(rights.grants, registry)))
  return held
}

interface ReadRights {
  grants: readonly Grant[]
  held: Map<ResourceKey, readonly Scope[]>
}

// The store gives the same rows until they change: what they mean is worked out once.
const read = readOnce((rows: readonly StoredRight[]): ReadRights => {
  const grants = rows.flatMap(({ scope, roleId, permissions }): Grant[] => {
    const found = permissions === null ? builtInRole(roleId)?.permissions : (JSON.parse(permissions) as Permission[])
    return found ? [{ scope, permissions: found }] : []
  })
  return { grants, held: new Map() }
})
