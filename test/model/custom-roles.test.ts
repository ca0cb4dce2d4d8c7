import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { deleteRole, putRole } from '#app/authorization/custom-roles.ts'
import type { Caller } from '#core/access.ts'
import type { Permission } from '#core/permission.ts'
import type { ResourceKey } from '#core/resource-id.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'

const none: Permission = { actions: [], notActions: [], dataActions: [], notDataActions: [] }
const by: Caller = {
  id: 'one',
  kind: 'user',
  name: 'one',
  held: [],
  grants: [{ scope: '' as ResourceKey, permissions: [{ ...none, actions: ['*'] }] }],
}
let store: MetadataStore
before(() => {
  store = openMemoryMetadataStore()
})
after(() => store.close())

const put = (change: object = {}) => {
  const role = {
    id: randomUUID(),
    name: randomUUID(),
    description: '',
    permissions: [{ ...none, actions: ['*/read'] }],
    assignableScopes: ['/'],
    ...change,
  }
  return putRole({ store, clock: { now: () => 1, elapsed: () => 1 } }, { role, by })
}
const actions = (count: number) => Array.from({ length: count }, (_, index) => `a/${index}`)

for (const [what, code, atMost, beyond] of [
  ['a name', 'InvalidRoleName', { name: 'x'.repeat(512) }, { name: 'x'.repeat(513) }],
  ['a name of something', 'InvalidRoleName', { name: ' x' }, { name: ' ' }],
  ['a description', 'InvalidRoleDescription', { description: 'x'.repeat(2048) }, { description: 'x'.repeat(2049) }],
  [
    'actions',
    'TooManyActions',
    { permissions: [{ ...none, actions: actions(2048) }] },
    { permissions: [{ ...none, actions: actions(2049) }] },
  ],
  [
    'actions of all kinds',
    'TooManyActions',
    { permissions: [{ ...none, notActions: actions(1024), dataActions: actions(1024) }] },
    {
      permissions: [
        { ...none, notDataActions: actions(2048) },
        { ...none, dataActions: ['a'] },
      ],
    },
  ],
  [
    'wildcards',
    'InvalidActionOrNotAction',
    { permissions: [{ ...none, actions: ['*/*/*'] }] },
    { permissions: [{ ...none, actions: ['*/*/*/*'] }] },
  ],
  [
    'steps of an action',
    'InvalidActionOrNotAction',
    { permissions: [{ ...none, actions: ['a' + '/b'.repeat(12)] }] },
    { permissions: [{ ...none, actions: ['a' + '/b'.repeat(13)] }] },
  ],
  [
    'scopes',
    'TooManyAssignableScopes',
    { assignableScopes: Array.from({ length: 2000 }, () => '/') },
    { assignableScopes: Array.from({ length: 2001 }, () => '/') },
  ],
] as const)
  test(`a role has ${what} up to a limit`, async () => {
    assert.equal((await put(atMost)).created, true)
    await assert.rejects(put(beyond), { code })
  })

test('the id of a role of one’s own is a GUID that no built-in role has', async () => {
  await assert.rejects(put({ id: 'reader' }), { code: 'InvalidRoleDefinitionId' })
  await assert.rejects(put({ id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7' }), { code: 'RoleDefinitionReadOnly' })
  await assert.rejects(deleteRole({ store }, { id: 'ACDD72A7-3385-48EF-BD42-F606FBA81AE7', by }), { code: 'RoleDefinitionReadOnly' })
})

test('its name is no other’s, in whatever case; it keeps its own', async () => {
  await assert.rejects(put({ name: 'acrPULL' }), { code: 'RoleDefinitionWithSameNameExists' })
  const [id, name] = [randomUUID(), `Name ${randomUUID()}`]
  await put({ id, name })
  await assert.rejects(put({ name: name.toUpperCase() }), { code: 'RoleDefinitionWithSameNameExists' })
  assert.equal((await put({ id: id.toUpperCase(), name })).created, false)
  assert.equal((await deleteRole({ store }, { id, by }))?.name, name)
  assert.equal(await deleteRole({ store }, { id, by }), undefined)
})

test('who may write roles at one of its scopes alone neither makes, changes nor deletes it', async () => {
  const narrow: Caller = { ...by, grants: [{ scope: '/subscriptions/one' as ResourceKey, permissions: [{ ...none, actions: ['*'] }] }] }
  const id = randomUUID()
  await put({ id })
  await assert.rejects(deleteRole({ store }, { id, by: narrow }), { code: 'AuthorizationFailed' })
  const role = { id, name: randomUUID(), description: '', permissions: [none], assignableScopes: ['/'] }
  await assert.rejects(putRole({ store, clock: { now: () => 1, elapsed: () => 1 } }, { role, by: narrow }), { code: 'AuthorizationFailed' })
})
