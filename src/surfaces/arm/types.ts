import { resourceGroupRules } from '#app/resources/resource-groups.ts'
import { locationShape, tagsShape } from './envelope.ts'
import { registries } from './registries.ts'
import { absentTypes, privateLinkResources, replications, scopeMaps, tokens } from './registry-children.ts'
import type { ResourceType } from './resource-type.ts'

export const resourceGroups: ResourceType = {
  name: resourceGroupRules.type,
  shownAs: 'Microsoft.Resources/resourceGroups',
  nameForm: {
    pattern: /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    like: 'up to 90 letters, digits, underscores, dashes, dots and parentheses, without a dot at the end',
  },
  shape: { is: 'object', fields: { location: locationShape, tags: tagsShape } },
  rules: resourceGroupRules,
  show: async (_context, group) => ({
    id: group.id,
    name: group.name,
    type: 'Microsoft.Resources/resourceGroups',
    location: group.location,
    tags: group.body.tags ?? {},
    properties: { provisioningState: 'Succeeded' },
  }),
  deletion: 'operation',
  listedEverywhere: false,
  actions: {},
}

/** Every type of resource there is: a new one is a row here. */
export const types: readonly ResourceType[] = [
  resourceGroups,
  registries,
  scopeMaps,
  tokens,
  replications,
  privateLinkResources,
  ...absentTypes,
]

const byName = new Map(types.map((each) => [each.name.toLowerCase(), each]))

/** In whatever case it was written. */
export const typeNamed = (name: string): ResourceType | undefined => byName.get(name.toLowerCase())
