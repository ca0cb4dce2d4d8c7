import type { StoredResource } from '#ports/resources.ts'
import { registryType } from '#app/resources/type-names.ts'
import { versionsFrom } from '../../lifetime.ts'
import type { ResourceType } from '../../resource-type.ts'
import { withNetworks } from '../registries/versions.ts'

const type = `${registryType}/privateLinkResources`

/** A part of a registry that is there because the registry is; its `properties` are what is shown. */
const partOf = (registry: StoredResource, name: string, properties: Readonly<Record<string, unknown>>): StoredResource => ({
  ...registry,
  key: `${registry.key}/privatelinkresources/${name}`,
  id: `${registry.id}/privateLinkResources/${name}`,
  type,
  name,
  parentKey: registry.key,
  body: { properties },
})

export const privateLinkResources: ResourceType = {
  name: type,
  nameForm: { pattern: /^[a-zA-Z0-9-]{5,50}$/, like: 'alpha numeric characters and dashes, between 5 and 50 of them' },
  versions: versionsFrom(withNetworks),
  builtIn: ({ deps }, registry) => [
    partOf(registry, 'registry', {
      groupId: 'registry',
      requiredMembers: ['registry', `registry_data_${registry.location ?? ''}`],
      requiredZoneNames: [`privatelink.${deps.origins.domain}`],
    }),
  ],
  show: async (_context, { id, name, type: shown, body }) => ({ id, name, type: shown, properties: body.properties }),
  listedEverywhere: false,
  actions: {},
}
