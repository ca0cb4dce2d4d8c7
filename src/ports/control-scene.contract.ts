import assert from 'node:assert/strict'
import { builtInRoles } from '#core/built-in-roles.ts'
import { defaultSettings } from '#core/registry-settings.ts'
import { keyOf } from '#core/resource-id.ts'
import type { DirectoryObject, StoredSecret } from './directory.ts'
import type { StoredSignIn } from './sign-ins.ts'
import { group, type RegistryChange, start, subscription } from './metadata-scene.contract.ts'
import type { MetadataStore } from './metadata-store.ts'
import type { Match, RegistryProjection, StoredResource } from './resources.ts'
import type { CustomRole, RoleAssignment } from './roles.ts'

export const guid = (number: number): string => `00000000-0000-4000-9000-${number.toString(16).padStart(12, '0')}`
export const registryId = (name: string, within = group): string => `${within}/providers/Microsoft.ContainerRegistry/registries/${name}`

const parentOf = (id: string): string => {
  const parts = id.split('/')
  // A group's parent is its subscription, a registry's its group, a token's its registry.
  const up = parts.length > 5 && parts.length % 2 === 1 && parts.at(-4)?.toLowerCase() === 'providers' ? 4 : 2
  return parts.length <= 3 ? '' : parts.slice(0, -up).join('/')
}

const typeOf = (id: string): string => {
  const parts = id.split('/')
  const at = parts.findLastIndex((part) => part.toLowerCase() === 'providers')
  if (at === -1) return parts.length <= 3 ? 'Microsoft.Resources/subscriptions' : 'Microsoft.Resources/subscriptions/resourceGroups'
  return [parts[at + 1], ...parts.slice(at + 2).filter((_, index) => index % 2 === 0)].join('/')
}

/** A resource as ARM would store it. */
export function resourceOf(id: string, change: Partial<StoredResource> = {}): StoredResource {
  return {
    key: keyOf(id),
    id,
    type: typeOf(id),
    name: id.split('/').at(-1) ?? '',
    parentKey: keyOf(parentOf(id)),
    location: 'local',
    body: { properties: {} },
    etag: 'e1',
    createdAt: start,
    createdBy: 'maker',
    createdByType: 'User',
    changedAt: start,
    changedBy: 'maker',
    changedByType: 'User',
    ...change,
  }
}

export const projection = (name: string, { limit = null, ...change }: RegistryChange = {}): RegistryProjection => ({
  name,
  settings: { ...defaultSettings, ...change },
  limit,
})

/** Puts resources, those above first. A registry's gets its row. */
export async function putAll(store: MetadataStore, ...ids: string[]): Promise<void> {
  for (const id of ids) await put(store, resourceOf(id))
}

export const put = (store: MetadataStore, resource: StoredResource, match: Match = undefined) =>
  store.putResource({
    resource,
    match,
    ...(/\/registries\/[^/]+$/.test(resource.key) ? { registry: projection(resource.name.toLowerCase()) } : {}),
  })

export function assignmentOf(scopeId: string, principalId: string, roleId: string, change: Partial<RoleAssignment> = {}): RoleAssignment {
  return {
    name: guid(0x100),
    scope: keyOf(scopeId),
    scopeId,
    principalId,
    principalType: 'User',
    roleId,
    details: {},
    createdAt: start,
    createdBy: 'maker',
    ...change,
  }
}

export const roleOf = (id: string, name: string, change: Partial<CustomRole> = {}): CustomRole => ({
  id,
  name,
  description: '',
  permissions: JSON.stringify([{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }]),
  assignableScopes: [subscription],
  createdAt: start,
  createdBy: 'maker',
  changedAt: start,
  ...change,
})

export const objectOf = (id: string, change: Partial<DirectoryObject> = {}): DirectoryObject => ({
  id,
  kind: 'user',
  name: `Name of ${id}`,
  login: (change.kind ?? 'user') === 'user' ? `${id}@longshore.example` : null,
  appId: null,
  enabled: true,
  details: {},
  createdAt: start,
  ...change,
})

export const secretOf = (keyId: string, objectId: string, change: Partial<StoredSecret> = {}): StoredSecret => ({
  keyId,
  objectId,
  kind: 'password',
  name: null,
  hash: 'hash',
  hint: null,
  certificate: null,
  startsAt: start,
  endsAt: null,
  ...change,
})

export const signInOf = (id: string, change: Partial<StoredSignIn> = {}): StoredSignIn => ({
  id,
  kind: 'refresh',
  userCode: null,
  principalId: null,
  state: 'asked',
  clientId: 'client',
  family: null,
  details: {},
  createdAt: start,
  expiresAt: start + 1000,
  ...change,
})

/** Of a built-in role. */
export const roleId = (name: string): string => builtInRoles.find((each) => each.name === name)?.id ?? ''

/** Every page of a list, one after another. */
export async function paged<Row>(
  limit: number,
  read: (page: { after: string; limit: number }) => Promise<Row[]>,
  placeOf: (row: Row) => string,
): Promise<Row[]> {
  const found: Row[] = []
  for (let after = ''; ; ) {
    const rows = await read({ after, limit })
    assert.ok(rows.length <= limit)
    found.push(...rows)
    const last = rows.at(-1)
    if (!last || rows.length < limit) return found
    after = placeOf(last)
  }
}
