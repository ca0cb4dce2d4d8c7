import { controlError } from '#core/control-error.ts'
import { RegistryError } from '#core/registry-error.ts'
import { checkMapAction } from '#core/scope-map.ts'
import { systemScopeMap, systemScopeMaps } from '#core/system-scope-maps.ts'
import { limitsOf } from '#core/tiers.ts'
import type { StoredResource } from '#ports/resources.ts'
import { everyResource } from './pages.ts'
import { tierOf } from './registries.ts'
import type { ResourceDeps, ResourceRules } from './rules.ts'
import { scopeMapType, tokenType } from './type-names.ts'

const mostActions = 500
const mostRepositories = 500

export const scopeMapRules: ResourceRules = {
  type: scopeMapType,
  location: 'none',
  prepare: async (_deps, { id, parent, given }) => {
    if (systemScopeMap(id.name)) throw systemDefined(id.name)
    const { actions, description } = given.properties as { actions?: readonly string[]; description?: string }
    if (!actions || actions.length === 0)
      throw controlError('InvalidRequestContent', {
        sentence: "The request content was invalid: property 'properties.actions' is required and must not be empty.",
        target: 'properties.actions',
      })
    checkActions(actions)
    const sku = tierOf(parent)
    return {
      body: { properties: { ...(description === undefined ? {} : { description }), actions: [...new Set(actions)] } },
      most: { count: limitsOf[sku].scopeMaps, sku },
    }
  },
  mayDelete: async (deps, map) => {
    const user = await tokenWith(deps, map)
    if (user) throw controlError('ScopeMapInUse', { map: map.name, token: user.name })
  },
}

function checkActions(actions: readonly string[]): void {
  if (actions.length > mostActions)
    throw quotaExceeded(`Quota exceeded: a scope map may have up to ${mostActions} actions, and ${actions.length} were given.`)
  for (const action of actions) {
    try {
      checkMapAction(action)
    } catch (error) {
      throw error instanceof RegistryError ? controlError('InvalidScopeMapAction', error.message) : error
    }
  }
  const repositories = new Set(actions.map((action) => action.split('/').slice(1, -2).join('/')))
  if (repositories.size > mostRepositories)
    throw quotaExceeded(`Quota exceeded: a scope map may name up to ${mostRepositories} repositories.`)
}

async function tokenWith(deps: ResourceDeps, map: StoredResource): Promise<StoredResource | undefined> {
  for await (const token of everyResource(deps, { within: map.parentKey, types: [tokenType.toLowerCase()] }))
    if (String(token.body.properties.scopeMapId).toLowerCase() === map.key) return token
  return undefined
}

/** The maps that a registry has without a row: as old as the registry, changed by nobody. */
export const systemScopeMapsOf = (registry: StoredResource): StoredResource[] =>
  systemScopeMaps.map(({ name, description, actions }) => ({
    key: `${registry.key}/scopemaps/${name}`,
    id: `${registry.id}/scopeMaps/${name}`,
    type: scopeMapType,
    name,
    parentKey: registry.key,
    location: null,
    body: { properties: { description, actions, type: 'SystemDefined' } },
    etag: name,
    createdAt: registry.createdAt,
    createdBy: registry.createdBy,
    createdByType: registry.createdByType,
    changedAt: registry.createdAt,
    changedBy: registry.createdBy,
    changedByType: registry.createdByType,
  }))

export const systemDefined = (name: string): RegistryError => controlError('SystemDefinedScopeMap', name)

const quotaExceeded = (sentence: string) => controlError('QuotaExceeded', { sentence, target: 'properties.actions' })
