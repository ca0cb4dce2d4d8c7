import { object, text } from '#core/shape.ts'
import { resourceGroupRules } from '#app/resources/resource-groups.ts'
import { locationShape, shownTags, tagsShape } from '../../envelope.ts'
import { stable, usualStatuses, versionsFrom } from '../../lifetime.ts'
import type { ResourceType } from '../../resource-type.ts'

const shownAs = 'Microsoft.Resources/resourceGroups'

export const resourceGroups: ResourceType = {
  name: resourceGroupRules.type,
  shownAs,
  nameForm: {
    pattern: /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u,
    like: 'up to 90 letters, digits, underscores, dashes, dots and parentheses, without a dot at the end',
  },
  // A group that is not there is told, as az's `group delete` expects.
  versions: versionsFrom(stable('2014-04-01'), { statuses: { ...usualStatuses, deleted: 202, absent: 404 } }),
  shape: object({ location: locationShape, tags: tagsShape, managedBy: text(4096) }),
  rules: resourceGroupRules,
  show: async (_context, group) => ({
    id: group.id,
    name: group.name,
    type: shownAs,
    location: group.location,
    ...(group.body.managedBy === undefined ? {} : { managedBy: group.body.managedBy }),
    ...shownTags(group),
    properties: { provisioningState: 'Succeeded' },
  }),
  listedEverywhere: false,
  actions: {},
}
