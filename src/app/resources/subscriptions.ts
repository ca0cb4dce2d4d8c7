import type { Caller } from '#core/access.ts'
import { type ResourceId, subscriptionType } from '#core/resource-id.ts'
import { touches } from '#core/visibility.ts'
import type { DirectoryReads, Tenant } from '#ports/directory.ts'
import type { ResourceReads, StoredResource } from '#ports/resources.ts'
import { resourceNotFound } from './not-found.ts'
import { everyResource } from './pages.ts'

type Reading = { store: DirectoryReads & ResourceReads }

export const tenantOf = ({ store }: Reading): Promise<Tenant | undefined> => store.tenant()

/** Those in which the caller has a role, whatever it allows. */
export async function visibleSubscriptions(deps: Reading, { grants = [] }: Caller): Promise<StoredResource[]> {
  const visible: StoredResource[] = []
  for await (const each of everyResource(deps, { within: '', types: [subscriptionType.toLowerCase()] }))
    if (touches(grants, each.key)) visible.push(each)
  return visible
}

/** The subscription of an id: to who has no role in it, it is not there. Fails with `not-found`. */
export async function visibleSubscription(
  { store }: Reading,
  { grants = [] }: Caller,
  { subscriptionId }: Pick<ResourceId, 'subscriptionId'>,
): Promise<StoredResource> {
  const key = `/subscriptions/${subscriptionId ?? ''}`.toLowerCase()
  const found = touches(grants, key) ? await store.resource(key) : undefined
  if (found) return found
  throw resourceNotFound({ subscriptionId, resourceGroup: null, type: null, name: subscriptionId ?? '', text: key, key })
}
