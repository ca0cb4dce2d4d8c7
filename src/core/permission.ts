import { readOnce } from './read-once.ts'
import type { ResourceKey } from './resource-id.ts'
import type { Scope } from './scope.ts'

/** What a role lets its holder do: Azure's vocabulary, `*` for any run of characters (role definition, `permissions`). */
export interface Permission {
  actions: readonly string[]
  notActions: readonly string[]
  dataActions: readonly string[]
  notDataActions: readonly string[]
}

/** A role held at a scope, and below it. */
export interface Grant {
  scope: ResourceKey
  permissions: readonly Permission[]
}

const compiled = new Map<string, RegExp>()
const mostCompiled = 10_000
const longestCompiled = 200

/** Whether a pattern of a role (`Microsoft.ContainerRegistry/*\/read`) takes in an action. Case does not matter. */
export function coversAction(pattern: string, action: string): boolean {
  if (pattern === '*') return true
  if (!pattern.includes('*')) return pattern.length === action.length && pattern.toLowerCase() === action.toLowerCase()
  let known = compiled.get(pattern)
  if (!known) {
    const text = pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')
    known = new RegExp(`^${text}$`, 'i')
    if (compiled.size >= mostCompiled) compiled.clear()
    if (pattern.length <= longestCompiled) compiled.set(pattern, known)
  }
  return known.test(action)
}

/** A grant's `notActions` take from that grant alone; another grant may give the same action. */
export function permits(grants: readonly Grant[], action: string, scope: ResourceKey, kind: 'action' | 'dataAction' = 'action'): boolean {
  const some = (patterns: readonly string[]) => patterns.some((each) => coversAction(each, action))
  const held = byScope(grants)
  const gives = ({ permissions }: Grant): boolean =>
    permissions.some((each) =>
      kind === 'action' ? some(each.actions) && !some(each.notActions) : some(each.dataActions) && !some(each.notDataActions),
    )
  // The scope itself and each above it, as `isWithin` has it, to the tenant.
  for (let above = scope; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/')))) {
    if (held.get(above)?.some(gives)) return true
    if (above === '') return false
  }
}

// A principal may hold thousands of roles, and a list asks for each of its entries; the same roles are the same array.
const byScope = readOnce((grants: readonly Grant[]) => Map.groupBy(grants, (grant) => grant.scope))

const registryAction = (name: string): string => `Microsoft.ContainerRegistry/registries/${name}`

/**
 * What roles at a registry mean on its data plane, in the mode `LegacyRegistryPermissions`: for the whole registry.
 * The Repository roles' data actions count too, for content that they name.
 */
export function heldByGrants(grants: readonly Grant[], registry: ResourceKey): readonly Scope[] {
  const may = (name: string) => permits(grants, registryAction(name), registry)
  const mayData = (name: string) => permits(grants, registryAction(name), registry, 'dataAction')
  const held: Scope['actions'][number][] = []
  const pull = may('pull/read')
  if (pull || mayData('repositories/content/read')) held.push('pull')
  if (may('push/write') || mayData('repositories/content/write')) held.push('push')
  if (may('artifacts/delete') || mayData('repositories/content/delete')) held.push('delete')
  if (pull || may('metadata/read') || mayData('repositories/metadata/read')) held.push('metadata_read')
  if (may('metadata/write') || mayData('repositories/metadata/write')) held.push('metadata_write')
  if (may('deleted/read')) held.push('deleted_read')
  if (may('deleted/restore/action')) held.push('deleted_restore')
  const scopes: Scope[] = held.length > 0 ? [{ type: 'repository', name: '*', actions: held }] : []
  if (pull || mayData('catalog/read')) scopes.push({ type: 'registry', name: 'catalog', actions: ['*'] })
  return scopes
}
