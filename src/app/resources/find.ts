import type { ControlError } from '#core/control-error.ts'
import { parseResourceId, type ResourceId, type ResourceKey, scopesAbove } from '#core/resource-id.ts'
import type { ResourceReads, StoredResource } from '#ports/resources.ts'
import { resourceNotFound } from './not-found.ts'

type Reading = { store: ResourceReads }

export const findResource = ({ store }: Reading, { key }: { key: ResourceKey }): Promise<StoredResource | undefined> => store.resource(key)

/** What a resource belongs to, or would. */
export const findParent = ({ store }: Reading, { key }: { key: ResourceKey }): Promise<StoredResource | undefined> =>
  store.resource(scopesAbove(key)[1] ?? '')

/** Fails with `not-found`. */
export async function getResource(deps: Reading, id: ResourceId): Promise<StoredResource> {
  const found = await findResource(deps, id)
  if (found) return found
  throw resourceNotFound(id)
}

/** Of all that is missing ARM names the outermost: a registry is not found because its group is not there. */
export async function outermostNotFound({ store }: Reading, id: ResourceId): Promise<ControlError> {
  const { subscriptionId, resourceGroup } = id
  const subscription = `/subscriptions/${subscriptionId ?? ''}`
  if (!(await store.resource(subscription.toLowerCase()))) return resourceNotFound(parseResourceId(subscription))
  const group = `${subscription}/resourceGroups/${resourceGroup ?? ''}`
  if (resourceGroup !== null && !(await store.resource(group.toLowerCase()))) return resourceNotFound(parseResourceId(group))
  return resourceNotFound(id)
}
