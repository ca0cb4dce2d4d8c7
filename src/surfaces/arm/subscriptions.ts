import type { ResourceId } from '#core/resource-id.ts'
import type { Tenant } from '#ports/directory.ts'
import type { StoredResource } from '#ports/resources.ts'
import { tenantOf, visibleSubscription, visibleSubscriptions } from '#app/resources/subscriptions.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, ok } from './context.ts'

export async function listTenants({ deps }: Context): Promise<Answer> {
  const tenant = await tenantOf(deps)
  if (!tenant) return ok({ value: [] })
  const { id, domain } = tenant
  const names = { displayName: domain, defaultDomain: domain, domains: [domain] }
  return ok({ value: [{ id: `/tenants/${id}`, tenantId: id, tenantCategory: 'Home', tenantType: 'AAD', ...names }] })
}

export async function listSubscriptions({ deps, caller }: Context): Promise<Answer> {
  const tenant = await tenantOf(deps)
  const value = (await visibleSubscriptions(deps, caller)).map((each) => show(each, tenant))
  return ok({ value, count: { type: 'Total', value: value.length } })
}

export async function showSubscription({ deps, caller }: Context, { subscription }: { subscription: ResourceId }): Promise<Answer> {
  return ok(show(await visibleSubscription(deps, caller, subscription), await tenantOf(deps)))
}

function show({ id, name, body }: StoredResource, tenant: Tenant | undefined): object {
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
