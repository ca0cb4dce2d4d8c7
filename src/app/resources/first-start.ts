import { registryDefaults } from '#core/registry-properties.ts'
import { type ResourceKey, resourceGroupType, subscriptionType } from '#core/resource-id.ts'
import type { Registry } from '#ports/registries.ts'
import type { ResourceBody, StoredResource } from '#ports/resources.ts'
import { assignRole } from '../authorization/assign-role.ts'
import type { DirectoryDeps } from '../identity/directory.ts'
import type { Deps } from '../deps.ts'
import { createUser } from '../identity/users.ts'
import { keepOwner } from './first-passwords.ts'
import { registryType } from './type-names.ts'

type FirstStartDeps = DirectoryDeps & Pick<Deps, 'secrets'>

const by = { name: 'longshore', type: 'Application' } as const
const ownerName = 'owner'

/**
 * What the control plane begins with: a tenant, a subscription, a group for the first registry, that registry's
 * resource, and a user who owns all of it. Each step is taken once; one that a crash cut off is taken by the next start.
 * The owner's name and password are kept until somebody was told of them (first-passwords.ts).
 */
export async function prepareControlPlane(
  deps: FirstStartDeps,
  { registry, domain, location }: { registry: Registry | undefined; domain: string; location: string },
): Promise<void> {
  const { store, ids } = deps
  if (!(await store.tenant())) await store.putTenant({ id: ids.next(), domain })
  if (registry?.resourceKey === null) await makeScopes(deps, registry, location)
  const tenant = await store.tenant()
  const login = `${ownerName}@${tenant?.domain ?? domain}`
  const owners = await store.roleAssignments({ at: [''] }, { after: '', limit: 1 })
  if (owners.length > 0) return
  // A user whose role was never given may stay from a start that was cut off: nobody knows its password, so it is made again.
  const left = await store.userByLogin(login)
  if (left) await store.deleteDirectoryObject({ id: left.id })
  const { user, password } = await createUser(deps, { login, displayName: 'Owner' })
  await keepOwner(deps, { login, password })
  await assignRole(deps, { scopeId: '/', principalId: user.id, role: 'Owner', by: 'operator' })
}

async function makeScopes(deps: FirstStartDeps, registry: Registry, location: string): Promise<void> {
  const { store, ids } = deps
  const found = await store.resources({ within: '', types: [subscriptionType.toLowerCase()] }, { after: '', limit: 1 })
  const subscription =
    found[0] ??
    (await put(deps, { id: `/subscriptions/${ids.next()}`, type: subscriptionType, body: { properties: { displayName: 'Longshore' } } }))
  const group = `${subscription.id}/resourceGroups/${registry.name}`
  if (!(await store.resource(group.toLowerCase())))
    await put(deps, { id: group, type: resourceGroupType, parentKey: subscription.key, location, body: { properties: {} } })
  const properties = { ...registryDefaults, adminUserEnabled: registry.adminEnabled, anonymousPullEnabled: registry.anonymousPull }
  const resource = resourceOf(deps, {
    id: `${group}/providers/${registryType}/${registry.name}`,
    type: registryType,
    parentKey: group.toLowerCase(),
    location,
    body: { sku: { name: registry.sku, tier: registry.sku }, properties },
  })
  const { limit } = await store.usage(registry.id)
  await store.putResource({ resource, match: undefined, registry: { ...registry, limit } })
}

interface NewResource {
  id: string
  type: string
  parentKey?: ResourceKey
  location?: string
  body: ResourceBody
}

async function put(deps: FirstStartDeps, given: NewResource): Promise<StoredResource> {
  const resource = resourceOf(deps, given)
  await deps.store.putResource({ resource, match: undefined })
  return resource
}

function resourceOf({ ids, clock }: FirstStartDeps, { id, type, parentKey, location, body }: NewResource): StoredResource {
  const now = clock.now()
  return {
    key: id.toLowerCase(),
    id,
    type,
    name: id.split('/').at(-1) ?? '',
    parentKey: parentKey ?? '',
    location: location ?? null,
    body,
    etag: ids.next(),
    createdAt: now,
    createdBy: by.name,
    createdByType: by.type,
    changedAt: now,
    changedBy: by.name,
    changedByType: by.type,
  }
}
