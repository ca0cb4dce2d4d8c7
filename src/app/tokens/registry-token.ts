import { systemScopeMap } from '#core/system-scope-maps.ts'
import type { Registry } from '#ports/registries.ts'
import type { ResourceReads } from '#ports/resources.ts'

/** A token as its resource and its scope map say now. */
export interface RegistryToken {
  /** The resource's key: immutable while it lives, and its `createdAt` tells it from a later one of the same name. */
  key: string
  name: string
  createdAt: number
  enabled: boolean
  /** The scope map's actions (`repositories/<name>/content/read`); none when the map is gone. */
  actions: readonly string[]
}

/** @param name in whatever case it was written */
export async function registryToken(
  { store }: { store: ResourceReads },
  { resourceKey }: Pick<Registry, 'resourceKey'>,
  name: string,
): Promise<RegistryToken | undefined> {
  if (name.includes('/')) return undefined
  const token = await store.resource(`${resourceKey}/tokens/${name.toLowerCase()}`)
  if (!token) return undefined
  const { status, scopeMapId } = token.body.properties as { status?: string; scopeMapId?: string }
  const { key, createdAt } = token
  return { key, name: token.name, createdAt, enabled: status !== 'disabled', actions: await actionsOf({ store }, scopeMapId) }
}

async function actionsOf({ store }: { store: ResourceReads }, scopeMapId: string | undefined): Promise<readonly string[]> {
  if (typeof scopeMapId !== 'string') return []
  const system = systemScopeMap(scopeMapId.split('/').at(-1) ?? '')
  if (system) return system.actions
  const map = await store.resource(scopeMapId.toLowerCase())
  return (map?.body.properties.actions as readonly string[] | undefined) ?? []
}
