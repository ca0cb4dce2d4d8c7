import { operator } from '#core/access.ts'
import { keyOf, parseResourceId, subscriptionType } from '#core/resource-id.ts'
import type { Known } from '#core/shape.ts'
import type { DirectoryDeps } from '../identity/directory.ts'
import { makePassword } from '../identity/new-secrets.ts'
import { createUser } from '../identity/users.ts'
import { keepOwner } from './first-passwords.ts'
import { putResource } from './put.ts'
import { registryRules } from './registries.ts'
import { resourceGroupRules } from './resource-groups.ts'
import type { RequestedResource, ResourceDeps } from './rules.ts'
import { registryType } from './type-names.ts'

export interface FirstStart {
  /** Of the first registry, and of the group that it lies in. */
  registry: string
  domain: string
  location: string
  /** Bytes; null: none. */
  storageLimit: number | null
}

const by = { id: 'longshore', name: 'longshore', type: 'Application' } as const
const ownerName = 'owner'

/**
 * What an installation begins with: a tenant, a subscription, a group with the first registry, and a user who owns all of
 * it. Each step is taken once; one that a crash cut off is taken by the next start.
 * The owner's name and password are kept until somebody was told of them (first-passwords.ts).
 */
export async function begin(deps: ResourceDeps & DirectoryDeps, first: FirstStart): Promise<void> {
  const { store, ids } = deps
  if (!(await store.tenant())) await store.putTenant({ id: ids.next(), domain: first.domain })
  await makeRegistry(deps, first)
  await makeOwner(deps)
}

async function makeRegistry(deps: ResourceDeps, { registry: name, location, storageLimit }: FirstStart): Promise<void> {
  const group = `${await subscriptionOf(deps)}/resourceGroups/${name}`
  if (!(await deps.store.resource(keyOf(group)))) await make(deps, resourceGroupRules, group, { location, properties: {} })
  const id = `${group}/providers/${registryType}/${name}`
  const longshore: Known = { storageLimit: String(storageLimit ?? 'none'), rateLimits: 'off' }
  if (!(await deps.store.resource(keyOf(id))))
    await make(deps, registryRules, id, { location, sku: { name: 'Premium' }, properties: { adminUserEnabled: true, longshore } })
}

const make = (deps: ResourceDeps, rules: Parameters<typeof putResource>[1], id: string, given: RequestedResource) =>
  putResource(deps, rules, { id: parseResourceId(id), given, match: undefined, by })

async function subscriptionOf({ store, ids, clock }: ResourceDeps): Promise<string> {
  const [found] = await store.resources({ within: '', types: [subscriptionType.toLowerCase()] }, { after: '', limit: 1 })
  if (found) return found.id
  const name = ids.next()
  const id = `/subscriptions/${name}`
  const now = clock.now()
  await store.putResource({
    resource: {
      key: keyOf(id),
      id,
      type: subscriptionType,
      name,
      parentKey: '',
      location: null,
      body: { properties: { displayName: 'Longshore' } },
      etag: ids.next(),
      createdAt: now,
      createdBy: by.name,
      createdByType: by.type,
      changedAt: now,
      changedBy: by.name,
      changedByType: by.type,
    },
    match: undefined,
  })
  return id
}

async function makeOwner(deps: DirectoryDeps & ResourceDeps): Promise<void> {
  const { store } = deps
  const owners = await store.roleAssignments({ at: [''] }, { after: '', limit: 1 })
  if (owners.length > 0) return
  const login = `${ownerName}@${(await store.tenant())?.domain ?? ''}`
  const password = makePassword(deps.random)
  // Kept before it is good: a start that ends in between makes another one.
  await keepOwner(deps, { login, password })
  await createUser(deps, { login, password, displayName: 'Owner', role: { role: 'Owner', scopeId: '/', by: operator } })
}
