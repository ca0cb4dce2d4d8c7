import { resourceGroupRules } from '#app/resources/resource-groups.ts'
import { locationShape, shownTags, tagsShape } from './envelope.ts'
import { registries } from './registries.ts'
import { absentTypes, privateLinkResources, scopeMaps, tokens } from './registry-children.ts'
import type { ResourceType } from './resource-type.ts'

export const resourceGroups: ResourceType = {
  name: resourceGroupRules.type,
  shownAs: 'Microsoft.Resources/resourceGroups',
  nameForm: {
    pattern: /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    like: 'up to 90 letters, digits, underscores, dashes, dots and parentheses, without a dot at the end',
  },
  shape: { is: 'object', fields: { location: locationShape, tags: tagsShape, managedBy: { is: 'text', longest: 4096 } } },
  rules: resourceGroupRules,
  show: async (_context, group) => ({
    id: group.id,
    name: group.name,
    type: 'Microsoft.Resources/resourceGroups',
    location: group.location,
    ...(group.body.managedBy === undefined ? {} : { managedBy: group.body.managedBy }),
    ...shownTags(group),
    properties: { provisioningState: 'Succeeded' },
  }),
  listedEverywhere: false,
  actions: {},
}

/** Every type of resource there is: a new one is a row here. */
export const types: readonly ResourceType[] = [resourceGroups, registries, scopeMaps, tokens, privateLinkResources, ...absentTypes]

const byName = new Map(types.map((each) => [each.name.toLowerCase(), each]))

/** In whatever case it was written. */
export const typeNamed = (name: string): ResourceType | undefined => byName.get(name.toLowerCase())
