import { resourceGroupType } from '#core/resource-id.ts'
import type { ResourceRules } from './rules.ts'

/** A group holds resources; it has nothing of its own but tags, a place and who manages it, which stays unless it is changed. */
export const resourceGroupRules: ResourceRules = {
  type: resourceGroupType,
  location: 'required',
  prepare: async (_deps, { given, before }) => {
    const managedBy = given.managedBy ?? before?.body.managedBy
    return { body: { ...(managedBy === undefined ? {} : { managedBy }), ...(given.tags ? { tags: given.tags } : {}), properties: {} } }
  },
}
