// What the control plane's deeds begin with, give away and let pass, called on a store in memory.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { deleteRole, putRole } from '#app/authorization/custom-roles.ts'
import { assignmentQuery, listAssignments } from '#app/authorization/list-assignments.ts'
import { removeRole } from '#app/authorization/remove-role.ts'
import { roleOf } from '#app/authorization/role-definitions.ts'
import { isHeld } from '#app/distribution/unleased-answers.ts'
import { withRoom } from '#app/distribution/room.ts'
import { createServicePrincipal } from '#app/identity/applications.ts'
import { noteAssertion } from '#app/identity/assertion-replay.ts'
import { askOnDevice } from '#app/identity/devices.ts'
import { changeObject } from '#app/identity/directory.ts'
import { addMember } from '#app/identity/groups.ts'
import { deleteResource } from '#app/resources/delete.ts'
import { begin } from '#app/resources/first-start.ts'
import { keepOwner, markPasswordsShown, unshownPasswords } from '#app/resources/first-passwords.ts'
import { newOperation, readOperation } from '#app/resources/operations.ts'
import { registryRules } from '#app/resources/registries.ts'
import { visibleSubscription, visibleSubscriptions } from '#app/resources/subscriptions.ts'
import { changeTags } from '#app/resources/tags.ts'
import { type Caller } from '#core/access.ts'
import { parseFilter } from '#http/odata-filter.ts'
import { RegistryError } from '#core/registry-error.ts'
import { parseResourceId, type ResourceKey } from '#core/resource-id.ts'
import { guid, objectOf, put as putStored, resourceOf } from '#ports/control-scene.contract.ts'
import { group, subscription } from '#ports/metadata-scene.contract.ts'
import type { Match } from '#ports/resources.ts'
import { aRegistry, by, clock, deps, nowFails, owner, premium, registryId, store, write } from './control-deeds.ts'

test('deleting what is not there is done; an operation is told to who began it and who may read what it is about', async () => {
  const { key } = await aRegistry()
  const remove = (match: Match, operation?: object) =>
    deleteResource(deps(), registryRules, { id: parseResourceId(registryId), match, by, operation } as never)
  await assert.rejects(remove({ etag: 'x' }), { failure: 'precondition-failed' })
  const operation = newOperation(deps(), { subscriptionId: 'SUB', by: { id: 'p' } as Caller })
  assert.equal(operation.subscriptionId, 'sub')
  assert.equal(await remove(undefined, operation), true)
  assert.deepEqual([await remove(undefined), await remove('absent')], [false, false])
  for (const match of ['*', { etag: 'x' }] as const) await assert.rejects(remove(match), { failure: 'precondition-failed' })
  const read = async (who: string, may: boolean, id = operation.id) =>
    (await readOperation({ store }, { id, by: { id: who } as Caller, mayRead: (of) => may && of === key }))?.id
  assert.deepEqual(
    [await read('p', false), await read('q', true, operation.id.toUpperCase()), await read('q', false), await read('p', true, 'none')],
    [operation.id, operation.id, undefined, undefined],
  )
})

test('a subscription is there for who has a role in it', async () => {
  const caller = (scope: string) => ({ grants: [{ scope, permissions: [] }] }) as unknown as Caller
  const [other, { subscriptionId }] = [`/subscriptions/${guid(9)}`, parseResourceId(subscription)]
  await putStored(store, resourceOf(other))
  const ids = async (...scopes: string[]) =>
    (await visibleSubscriptions({ store }, { grants: scopes.flatMap((scope) => caller(scope).grants ?? []) } as never)).map(({ id }) => id)
  assert.deepEqual([await ids(), await ids(group.toLowerCase()), (await ids('')).length], [[], [subscription], 2])
  assert.equal((await visibleSubscription({ store }, caller(group.toLowerCase()), { subscriptionId })).id, subscription)
  for (const [who, id] of [
    [caller(other), subscriptionId],
    [{}, subscriptionId],
    [caller(''), guid(8)],
  ] as const)
    await assert.rejects(visibleSubscription({ store }, who as Caller, { subscriptionId: id }), { code: 'SubscriptionNotFound' })
})

test('the first passwords are told until somebody saw them', async () => {
  await keepOwner(deps(), { login: 'o', password: 'p' })
  assert.equal(await unshownPasswords(deps(), undefined), undefined, 'nothing is installed')
  await store.putInstallation({ keyCheck: 'k', begun: true, ownerSealed: null, passwordsShown: false })
  assert.deepEqual(await unshownPasswords(deps(), undefined), { credentials: undefined, owner: undefined })
  await keepOwner(deps(), { login: 'o', password: 'p' })
  const registry = async (adminUserEnabled: boolean) => store.registryByKey((await aRegistry({ properties: { adminUserEnabled } })).key)
  assert.equal((await unshownPasswords(deps(), await registry(false)))?.credentials, undefined)
  const told = await unshownPasswords(deps(), await registry(true))
  assert.deepEqual([told?.owner, told?.credentials?.passwords.length], [{ login: 'o', password: 'p' }, 2])
  await markPasswordsShown(store)
  assert.equal(await unshownPasswords(deps(), undefined), undefined)
  assert.equal((await store.installation())?.ownerSealed, null)
})

test('a first start makes a tenant, a registry in its group and an owner, each once, whatever was cut off before', async () => {
  await store.putInstallation({ keyCheck: 'k', begun: true, ownerSealed: null, passwordsShown: true })
  const first = { registry: 'contoso', domain: 'ls.example', location: 'local', storageLimit: 7 }
  const found = async () => {
    const resources = await store.resources({ within: '' }, { after: '', limit: 100 })
    const owners = await store.roleAssignments({}, { after: '', limit: 100 })
    return {
      ids: resources.map(({ id }) => id),
      owners,
      tenant: (await store.tenant())?.domain,
      user: await store.userByLogin('owner@ls.example'),
    }
  }
  nowFails({ createDirectoryObjects: new RegistryError('storage-full', 'full') })
  await assert.rejects(begin(deps(), first), { failure: 'storage-full' })
  const cut = await found()
  assert.deepEqual([cut.owners, cut.user, cut.tenant], [[], undefined, 'ls.example'])
  assert.ok((await store.installation())?.ownerSealed, 'kept before it is good')
  nowFails({})
  await begin(deps(), first)
  const whole = await found()
  const group = `${subscription}/resourceGroups/contoso`
  assert.deepEqual(whole.ids, [subscription, group, `${group}/providers/Microsoft.ContainerRegistry/registries/contoso`])
  assert.deepEqual(
    whole.owners.map(({ scope, principalId }) => [scope, principalId]),
    [['', whole.user?.id]],
  )
  const registry = await store.registry('contoso')
  assert.deepEqual(
    [registry?.adminEnabled, registry?.sku, registry?.rateLimits, (await store.usage(registry?.id ?? 0)).limit],
    [true, 'Premium', 'off', 7],
  )
  await begin(deps(), { ...first, domain: 'other.example' })
  assert.deepEqual(await found(), whole)
  const other = openMemoryMetadataStore()
  await begin({ ...deps(), store: other }, { ...first, storageLimit: null })
  const made = await other.resources({ within: '' }, { after: '', limit: 100 })
  assert.equal(made.length, 3)
  assert.equal((await other.usage((await other.registry('contoso'))?.id ?? 0)).limit, null)
  await other.close()
})

test('a role is given to what there is, once, as what it is, at a scope that there is', async () => {
  await store.putTenant({ id: guid(1), domain: 'ls.example' })
  const alice = guid(0x20)
  await store.createDirectoryObjects({ objects: [objectOf(alice), objectOf(guid(0x21), { kind: 'application', appId: guid(0x99) })] })
  const name = randomUUID()
  const given = { scopeId: subscription, principalId: alice.toUpperCase(), role: 'reader', name: name.toUpperCase(), by: owner }
  const assign = (change: object = {}) => assignRole(deps(), { ...given, ...change })
  const refused = {
    name: { name: 'x' },
    long: { description: 'x'.repeat(2049) },
    condition: { condition: 'x' },
    scope: { scopeId: `${subscription}/resourceGroups/none` },
  }
  await assert.rejects(assign(refused.name), { code: 'InvalidRoleAssignmentId' })
  await assert.rejects(assign(refused.long), { code: 'InvalidRoleAssignmentDescription' })
  await assert.rejects(assign(refused.condition), { code: 'ConditionNotSupported' })
  await assert.rejects(assign(refused.scope), { code: 'ResourceGroupNotFound' })
  for (const principalId of [guid(0x55), 'alice', guid(0x21)]) await assert.rejects(assign({ principalId }), { code: 'PrincipalNotFound' })
  await assert.rejects(assign({ principalType: 'Group' }), { code: 'UnmatchedPrincipalType' })
  for (const role of ['none', guid(0x77), `/x/${guid(0x77)}`])
    await assert.rejects(assign({ role }), { failure: role.startsWith('/') ? 'request-invalid' : 'not-found' }, role)
  await assert.rejects(assign({ by: { ...owner, kind: 'user', held: [], grants: [] } }), { code: 'AuthorizationFailed' })
  const made = await assign({ description: 'x'.repeat(2048), principalType: 'USER' })
  assert.deepEqual(
    [made.created, made.assignment.name, made.assignment.principalId, made.assignment.principalType, made.assignment.details],
    [true, name, alice, 'User', { description: 'x'.repeat(2048) }],
  )
  clock.wall += 5
  const again = await assign()
  assert.deepEqual([again.created, again.assignment.details, again.assignment.createdAt], [false, {}, made.assignment.createdAt])
  await assert.rejects(assign({ role: 'Owner' }), { code: 'RoleAssignmentUpdateNotPermitted' })
  await assert.rejects(assign({ name: undefined }), { code: 'RoleAssignmentExists' })
  assert.equal(
    (await roleOf({ store }, `/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/${made.assignment.roleId}`)).name,
    'Reader',
  )
  const query = (text: string) => assignmentQuery(parseFilter(text))
  assert.deepEqual(
    [query('atScope()'), query(`principalId eq '${alice}'`), query(`assignedTo('${alice}') and atScope()`)],
    [{ atScope: true }, { atScope: false, principalId: alice }, { atScope: true, assignedTo: alice }],
  )
  for (const text of [`principalId ne '${alice}'`, `name eq 'x'`, `atScope('x')`, 'principalId eq 1', 'assignedTo()'])
    assert.throws(() => query(text), { code: 'UnsupportedQuery' }, text)
  const names = async (scope: string, text = '', page = { after: '', limit: 10 }) =>
    (
      await listAssignments(
        { store },
        { caller: owner, scope: scope as ResourceKey, query: assignmentQuery(text ? parseFilter(text) : undefined), page },
      )
    ).map((each) => each.name)
  const top = (await assign({ scopeId: '/', name: undefined })).assignment.name
  const sub = subscription.toLowerCase()
  assert.deepEqual(
    [await names(sub), await names(''), await names('', 'atScope()'), await names(sub, 'atScope()')],
    [[top, name], [top, name], [top], [top, name]],
  )
  assert.deepEqual(await names(sub, '', { after: '', limit: 1 }), [top])
  assert.deepEqual(
    [
      await names(sub, `principalId eq '${alice.toUpperCase()}'`),
      await names(sub, `principalId eq '${guid(0x55)}'`),
      await names(sub, `assignedTo('${alice}') and principalId eq '${guid(0x55)}'`),
    ],
    [[top, name], [], []],
  )
  await store.putDirectoryObject({ object: objectOf(guid(0x30), { kind: 'group' }) })
  await store.putGroupMember({ groupId: guid(0x30), memberId: alice })
  const grouped = (await assign({ principalId: guid(0x30), role: 'Contributor', name: undefined })).assignment.name
  assert.deepEqual(
    [(await names(sub, `assignedTo('${alice}')`)).includes(grouped), (await names(sub, `principalId eq '${alice}'`)).includes(grouped)],
    [true, false],
  )
})

test('what a store says that a deed does not expect passes as it is', async () => {
  await store.putTenant({ id: guid(1), domain: 'ls.example' })
  const app = guid(0x99)
  const objects = [objectOf(guid(0x20)), objectOf(guid(0x21), { kind: 'application', appId: app }), objectOf(guid(0x22), { kind: 'group' })]
  await store.createDirectoryObjects({ objects })
  const role = {
    id: randomUUID(),
    name: 'mine',
    description: '',
    permissions: [{ actions: ['a'], notActions: [], dataActions: [], notDataActions: [] }],
    assignableScopes: ['/'],
  }
  await putRole(deps(), { role, by: owner })
  await aRegistry()
  const deeds: readonly (readonly [verb: string, deed: () => Promise<unknown>])[] = [
    ['deleteCustomRole', () => deleteRole(deps(), { id: role.id, by: owner })],
    ['putCustomRole', () => putRole(deps(), { role, by: owner })],
    ['deleteRoleAssignment', () => removeRole(deps(), { scopeId: '/', name: 'x', by: owner })],
    ['putRoleAssignment', () => assignRole(deps(), { scopeId: '/', principalId: guid(0x20), role: 'Reader', by: owner })],
    ['putGroupMember', () => addMember(deps(), guid(0x22), guid(0x20))],
    ['createDirectoryObjects', () => createServicePrincipal(deps(), { appId: app })],
    ['putDirectoryObject', () => changeObject(deps(), 'user', guid(0x20), (object) => ({ object }))],
    ['putSignIn', () => noteAssertion(deps(), { client: 'c', id: 'i', address: '10.0.0.1', until: 1 })],
    ['putSignIn', () => askOnDevice(deps(), { clientId: 'c', asked: {}, address: '10.0.0.1' })],
    ['putResource', () => write(registryRules, registryId, premium)],
    ['putResource', () => changeTags(deps(), { of: parseResourceId(registryId), match: undefined, by, change: (before) => before })],
  ]
  for (const error of [new RegistryError('storage-full', 'full'), new Error('bug')])
    for (const [verb, deed] of deeds) {
      nowFails({ [verb]: error })
      await assert.rejects(deed(), error, `${verb} ${error.message}`)
    }
  const expected = {
    deleteCustomRole: ['in-use', 'RoleDefinitionHasAssignments'],
    putCustomRole: ['conflict', 'RoleDefinitionWithSameNameExists'],
    deleteRoleAssignment: ['in-use', 'CannotDeleteLastRbacAdminAssignment'],
  } as const
  for (const [verb, [failure, code]] of Object.entries(expected)) {
    nowFails({ [verb]: new RegistryError(failure, 'x') })
    await assert.rejects(deeds.find(([each]) => each === verb)?.[1]() ?? Promise.resolve(), { code })
  }
  nowFails({ putDirectoryObject: new RegistryError('precondition-failed', 'x') })
  let tries = 0
  await assert.rejects(
    changeObject(deps(), 'user', guid(0x20), (object) => (tries++, { object })),
    { failure: 'precondition-failed' },
  )
  assert.equal(tries, 10)
})

test('an answer whose lease cannot be written: allowed, held by a manifest, or refused as the store said', async () => {
  const full = new RegistryError('storage-full', 'full')
  const asked = (error: Error, allow: boolean, byManifest: boolean) =>
    isHeld({ unleased: { allow: () => allow, until: 0 } }, { byLease: () => Promise.reject(error), byManifest: async () => byManifest })
  assert.deepEqual([await asked(full, true, false), await asked(full, false, true)], [true, true])
  await assert.rejects(asked(full, false, false), full)
  assert.equal(await asked(new RegistryError('storage-failed', 'x'), true, false), true)
  for (const error of [new RegistryError('conflict', 'x'), new Error('bug')]) await assert.rejects(asked(error, true, true), error)
  const held = { byManifest: async () => true }
  for (const there of [true, false])
    assert.equal(await isHeld({ unleased: { allow: () => true, until: 0 } }, { ...held, byLease: async () => there }), there)
})

test('what lacks room is done once more after some was made, and told when to come again', async () => {
  const none = (failure: 'unreferenced-full' | 'quota-exceeded' | 'conflict') => new RegistryError(failure, 'none', { asked: 1 })
  const work =
    (...outcomes: (Error | string)[]) =>
    async () => {
      const next = outcomes.shift()
      if (next instanceof Error) throw next
      return next
    }
  const made: unknown[] = []
  const room = async (...given: unknown[]) => (made.push(given), 7)
  assert.equal(await withRoom({ room }, 4, 9, work('done')), 'done')
  assert.deepEqual(made, [])
  for (const failure of ['unreferenced-full', 'quota-exceeded'] as const)
    assert.equal(await withRoom({ room }, 4, 9, work(none(failure), 'done')), 'done')
  assert.deepEqual(made, [
    [4, 9],
    [4, 9],
  ])
  await assert.rejects(withRoom({ room }, 4, 9, work(none('conflict'), 'done')), { failure: 'conflict' })
  await assert.rejects(withRoom({}, 4, 9, work(none('quota-exceeded'), 'done')), { failure: 'quota-exceeded' })
  await assert.rejects(withRoom({ room }, 4, 9, work(none('quota-exceeded'), none('unreferenced-full'))), {
    detail: { asked: 1, retryAfter: 7 },
  })
  await assert.rejects(withRoom({ room }, 4, 9, work(none('quota-exceeded'), none('quota-exceeded'))), { detail: { asked: 1 } })
  await assert.rejects(withRoom({ room: async () => undefined }, 4, 9, work(none('quota-exceeded'), none('unreferenced-full'))), {
    detail: { asked: 1 },
  })
})
