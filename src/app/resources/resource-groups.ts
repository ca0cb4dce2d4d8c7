import { resourceGroupType } from '#core/resource-id.ts'
import type { ResourceRules } from './rules.ts'

/** A group holds resources; it has nothing of its own but tags and a place. */
export const resourceGroupRules: ResourceRules = {
  type: resourceGroupType,
  location: 'required',
  settle: async (_deps, { given }) => ({ body: { ...(given.tags ? { tags: given.tags } : {}), properties: {} } }),
}
