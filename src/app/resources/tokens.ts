import type { RegistryReads } from '#ports/registries.ts'
import { controlError } from '#core/control-error.ts'
import { isWithin, keyOf } from '#core/resource-id.ts'
import { systemScopeMap } from '#core/system-scope-maps.ts'
import { limitsOf } from '#core/tiers.ts'
import type { CredentialReads, StoredCredential } from '#ports/credentials.ts'
import type { StoredResource } from '#ports/resources.ts'
import { tierOf } from './registries.ts'
import type { ResourceDeps, ResourceRules } from './rules.ts'
import { tokenType } from './type-names.ts'

export const tokenRules: ResourceRules = {
  type: tokenType,
  location: 'none',
  prepare: async (deps, { parent, given }) => {
    const {
      status = 'enabled',
      scopeMapId,
      credentials,
    } = given.properties as {
      status?: string
      scopeMapId?: string
      credentials?: { passwords?: readonly { name: string }[] }
    }
    const sku = tierOf(parent)
    // A list makes none.
    const kept = credentials?.passwords?.map((each) => each.name)
    return {
      body: { properties: { status, scopeMapId: await scopeMapOf(deps, parent, scopeMapId) } },
      most: { count: limitsOf[sku].tokens, sku },
      ...(kept ? { keepPasswords: kept } : {}),
    }
  },
}

/** The map's id, as it is stored. It is one of the same registry. */
async function scopeMapOf({ store }: ResourceDeps, registry: StoredResource, id: string | undefined): Promise<string> {
  if (id === undefined)
    throw controlError('InvalidRequestContent', { sentence: `The request content was invalid: property '${target}' is required.`, target })
  const key = keyOf(id)
  const name = key.slice(`${registry.key}/scopemaps/`.length)
  if (!isWithin(key, `${registry.key}/scopemaps`) || name === '' || name.includes('/'))
    throw notAMap(`The scope map '${id.slice(0, 300)}' is not one of the registry '${registry.name}'.`)
  const system = systemScopeMap(name)
  if (system) return `${registry.id}/scopeMaps/${system.name}`
  const map = await store.resource(key)
  if (map) return map.id
  throw notAMap(`The scope map '${name.slice(0, 60)}' of the registry '${registry.name}' does not exist.`)
}

/** A token's passwords; their values are nowhere. */
export async function passwordsOf(
  { store }: { store: CredentialReads & RegistryReads },
  token: StoredResource,
): Promise<StoredCredential[]> {
  const registry = await store.registryByKey(token.parentKey)
  return registry ? store.credentialsOf(registry.id, token.key) : []
}

const target = 'properties.scopeMapId'
const notAMap = (sentence: string) => controlError('InvalidResourceProperties', { sentence, target })
