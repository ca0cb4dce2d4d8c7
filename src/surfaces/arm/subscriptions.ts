import { type ResourceId, subscriptionType } from '#core/resource-id.ts'
import { touches } from '#core/visibility.ts'
import type { StoredResource } from '#ports/resources.ts'
import { everyResource } from '#app/resources/pages.ts'
import { resourceNotFound } from '#app/resources/not-found.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from './context.ts'

export async function listTenants({ deps }: Context): Promise<Answer> {
  const tenant = await deps.store.tenant()
  if (!tenant) return ok({ value: [] })
  const { id, domain } = tenant
  const names = { displayName: domain, defaultDomain: domain, domains: [domain] }
  return ok({ value: [{ id: `/tenants/${id}`, tenantId: id, tenantCategory: 'Home', tenantType: 'AAD', ...names }] })
}

export async function listSubscriptions(context: Context): Promise<Answer> {
  const { deps, caller } = context
  const shown: object[] = []
  for await (const each of everyResource(deps.store, { within: '', types: [subscriptionType.toLowerCase()] }))
    if (touches(caller.grants ?? [], each.key)) shown.push(await showAccount(context, each))
  return ok({ value: shown, count: { type: 'Total', value: shown.length } })
}

export async function showSubscription(context: Context, { subscription }: { subscription: ResourceId }): Promise<Answer> {
  return ok(await showAccount(context, await visibleSubscription(context, subscription)))
}

/**
 * The subscription of an id: to who has no role in it, it is not there. Fails with `not-found`.
 */
export async function visibleSubscription(
  { deps, caller }: Pick<Context, 'deps' | 'caller'>,
  { subscriptionId }: ResourceId,
): Promise<StoredResource> {
  const key = `/subscriptions/${subscriptionId ?? ''}`.toLowerCase()
  const found = touches(caller.grants ?? [], key) ? await deps.store.resource(key) : undefined
  if (found) return found
  throw resourceNotFound({ subscriptionId, resourceGroup: null, type: null, name: subscriptionId ?? '', text: key, key })
}

async function showAccount({ deps }: Context, { id, name, body }: StoredResource): Promise<object> {
  const tenant = await deps.store.tenant()
  const { displayName } = body.properties
  return {
    id,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: name,
    tenantId: tenant?.id ?? '',
    displayName: typeof displayName === 'string' ? displayName : name,
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Internal_2014-09-01', quotaId: 'Internal_2014-09-01', spendingLimit: 'Off' },
    ...(body.tags ? { tags: body.tags } : {}),
  }
}
