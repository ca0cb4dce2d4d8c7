// What the deeds of the control plane do and refuse, called on a store in memory: resources, tags, tokens, roles.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
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
import { renewAdminCredential, showAdminCredentials } from '#app/resources/admin-credentials.ts'
import { stateOfName } from '#app/resources/check-name.ts'
import { deleteResource } from '#app/resources/delete.ts'
import { begin } from '#app/resources/first-start.ts'
import { keepOwner, markPasswordsShown, unshownPasswords } from '#app/resources/first-passwords.ts'
import { generateCredentials } from '#app/resources/generate-credentials.ts'
import { newOperation, readOperation } from '#app/resources/operations.ts'
import { patchResource, putResource } from '#app/resources/put.ts'
import { registryRules } from '#app/resources/registries.ts'
import { registryUsage } from '#app/resources/registry-usage.ts'
import { resourceGroupRules } from '#app/resources/resource-groups.ts'
import type { RequestedResource, ResourceRules } from '#app/resources/rules.ts'
import { scopeMapRules } from '#app/resources/scope-maps.ts'
import { visibleSubscription, visibleSubscriptions } from '#app/resources/subscriptions.ts'
import { changeTags } from '#app/resources/tags.ts'
import { tokenRules } from '#app/resources/tokens.ts'
import { FailedLogins } from '#app/tokens/rate-limits.ts'
import { type Caller, operator } from '#core/access.ts'
import { parseFilter } from '#http/odata-filter.ts'
import { RegistryError } from '#core/registry-error.ts'
import { parseResourceId, type ResourceKey } from '#core/resource-id.ts'
import { guid, objectOf, put as putStored, resourceOf } from '#ports/control-scene.contract.ts'
import { group, subscription } from '#ports/metadata-scene.contract.ts'
import type { Match } from '#ports/resources.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { FakeClock } from './world.ts'

const by = { id: 'p', name: 'P', type: 'User' } as const
const registryId = `${group}/providers/Microsoft.ContainerRegistry/registries/Contoso`
const premium = { location: 'local', sku: { name: 'Premium' }, properties: {} }
let store: MetadataStore
let clock: FakeClock
/** Fails the next command of a name with an error, once or always. */
let fails: Record<string, Error>

const deps = () => ({
  store: new Proxy(store, {
    get: (target, verb: string) =>
      verb in fails ? () => Promise.reject(fails[verb]) : (Reflect.get(target, verb) as (...given: unknown[]) => unknown).bind(target),
  }),
  clock,
  ids: { next: randomUUID },
  random: (bytes: number) => randomBytes(bytes),
  secrets: { seal: (text: string) => `sealed ${text}`, open: (text: string) => text.slice(7) },
  origins: { control: 'https://control.example:8443', domain: 'ls.example', own: [], firstRegistry: 'contoso' },
  failedLogins: new FailedLogins(clock),
  certificates: { read: () => undefined },
  hasher: { hash: async () => 'h', verify: async () => false },
})

beforeEach(async () => {
  store = openMemoryMetadataStore()
  clock = new FakeClock()
  fails = {}
  await putStored(store, resourceOf(subscription))
})
afterEach(() => store.close())

const write = (rules: ResourceRules, id: string, given: RequestedResource, match?: Match) =>
  putResource(deps(), rules, { id: parseResourceId(id), given, match, by })
const patch = (rules: ResourceRules, id: string, given: RequestedResource, match?: Match) =>
  patchResource(deps(), rules, { id: parseResourceId(id), given, match, by })
async function aRegistry(change: object = {}) {
  await write(resourceGroupRules, group, { location: 'local', properties: {} })
  return (await write(registryRules, registryId, { ...premium, ...change } as RequestedResource)).resource
}

test('who makes, who changes; names, ids and what is not given stay', async () => {
  const made = await aRegistry({ tags: { a: '1' } })
  assert.deepEqual([made.id, made.parentKey, made.createdAt, made.createdBy], [registryId, group.toLowerCase(), clock.wall, 'P'])
  clock.wall += 5
  const again = await putResource(deps(), registryRules, {
    id: parseResourceId(registryId.toUpperCase()),
    given: premium,
    match: undefined,
    by: { ...by, name: 'Q', type: 'Application' },
  })
  const { id, name, createdAt, createdBy, changedAt, changedBy, changedByType } = again.resource
  assert.deepEqual(
    [again.created, id, name, createdAt, createdBy, changedAt, changedBy, changedByType],
    [false, registryId, 'Contoso', clock.wall - 5, 'P', clock.wall, 'Q', 'Application'],
  )
  assert.equal(again.resource.body.tags, undefined, 'a whole one says all')
  await patch(registryRules, registryId, { tags: { b: '2' }, properties: {} })
  const patched = (await patch(registryRules, registryId, { properties: { adminUserEnabled: true } })).resource
  assert.deepEqual(
    [patched.body.tags, patched.body.sku, patched.body.properties.adminUserEnabled, patched.location],
    [{ b: '2' }, { name: 'Premium', tier: 'Premium' }, true, 'local'],
  )
  assert.equal(
    (await write(registryRules, registryId, { ...premium, properties: { adminUserEnabled: null } as never })).resource.body.properties
      .adminUserEnabled,
    false,
    'null is what is not given',
  )
  await assert.rejects(patch(registryRules, `${registryId}2`, premium), { code: 'ResourceNotFound' })
  const below = (await write(scopeMapRules, `${registryId}/scopeMaps/Map`, { properties: { actions: ['repositories/a/content/read'] } }))
    .resource
  assert.deepEqual([below.id, below.location], [`${registryId}/scopeMaps/Map`, null])
})

test('where it lies: needed, one of those that there are, and never another', async () => {
  await write(resourceGroupRules, group, { location: 'Local', properties: {} })
  for (const location of [undefined, ''])
    await assert.rejects(write(registryRules, registryId, { ...premium, location } as never), { code: 'LocationRequired' })
  await assert.rejects(write(registryRules, registryId, { ...premium, location: '!' }), { code: 'LocationNotAvailableForResourceType' })
  await write(registryRules, registryId, { ...premium, location: 'West Europe' })
  await write(registryRules, registryId, { ...premium, location: 'westeurope' })
  await assert.rejects(write(registryRules, registryId, premium), { code: 'InvalidResourceLocation' })
  await assert.rejects(write(resourceGroupRules, group, { location: 'westeurope', properties: {} }), {
    code: 'InvalidResourceGroupLocation',
  })
  await assert.rejects(
    write(registryRules, `${subscription}/resourceGroups/none/providers/Microsoft.ContainerRegistry/registries/other`, premium),
    { code: 'ResourceGroupNotFound' },
  )
  await assert.rejects(write(scopeMapRules, `${registryId}9/scopeMaps/m`, { properties: { actions: ['repositories/a/content/read'] } }), {
    code: 'ParentResourceNotFound',
  })
})

test('a group keeps who manages it until that is changed', async () => {
  const of = async (given: object) =>
    (await write(resourceGroupRules, group, { location: 'local', properties: {}, ...given })).resource.body
  assert.deepEqual(await of({ managedBy: 'm', tags: { a: 'b' } }), { managedBy: 'm', tags: { a: 'b' }, properties: {} })
  assert.deepEqual(await of({}), { managedBy: 'm', properties: {} })
  assert.deepEqual(await of({ managedBy: 'n' }), { managedBy: 'n', properties: {} })
})

test('an etag that was asked for is met or told; a change that nobody asked about is decided anew', async () => {
  const { etag } = await aRegistry()
  const unmet = { code: 'PreconditionFailed' }
  for (const match of ['absent', { etag: 'x' }] as const) await assert.rejects(write(registryRules, registryId, premium, match), unmet)
  for (const match of ['*', { etag: 'x' }] as const) await assert.rejects(write(registryRules, `${registryId}2`, premium, match), unmet)
  await write(registryRules, registryId, premium, { etag })
  await write(registryRules, registryId, premium, '*')
  await write(registryRules, `${registryId}2`, premium, 'absent')
  for (const [match, tries] of [
    [undefined, 8],
    ['*', 8],
    [{ etag: (await store.resource(registryId.toLowerCase()))?.etag ?? '' }, 1],
  ] as const) {
    let tried = 0
    const counting = {
      ...registryRules,
      prepare: (...given: Parameters<ResourceRules['prepare']>) => (tried++, registryRules.prepare(...given)),
    }
    fails = { putResource: new RegistryError('precondition-failed', 'other') }
    await assert.rejects(write(counting, registryId, premium, match), { failure: 'precondition-failed' })
    assert.equal(tried, tries)
  }
  fails = { putResource: new RegistryError('parent-unknown', 'x') }
  await assert.rejects(write(registryRules, registryId, premium), { code: 'ResourceGroupNotFound' })
  fails = { putResource: new RegistryError('conflict', 'x') }
  await assert.rejects(write(registryRules, registryId, premium), { code: 'AlreadyInUse', message: /control\.example:8443/ })
  await assert.rejects(write(resourceGroupRules, group, { location: 'local', properties: {} }), { message: 'x' })
})

test('a registry: its name, its tier, and what a lower tier cannot hold', async () => {
  await aRegistry()
  await assert.rejects(write(registryRules, registryId.replace('Group', 'group').replace('Contoso', 'admin'), premium), {
    code: 'ReservedResourceName',
  })
  for (const [sku, code] of [
    [{ name: 'Classic' }, 'SkuNotSupported'],
    [{ name: 'Gold' }, 'InvalidRequestContent'],
    [undefined, 'InvalidRequestContent'],
  ] as const)
    await assert.rejects(write(registryRules, `${registryId}3`, { ...premium, sku } as never), { code })
  await write(resourceGroupRules, `${group}2`, { location: 'local', properties: {} })
  await assert.rejects(write(registryRules, registryId.replace('/Group/', '/Group2/'), premium), { code: 'AlreadyInUse' })
  for (let each = 0; each < 101; each++) await putStored(store, resourceOf(`${registryId}/tokens/t${each}`))
  const to = (name: string) => patch(registryRules, registryId, { sku: { name }, properties: {} })
  await assert.rejects(to('Basic'), { code: 'SkuDowngradeNotAllowed' })
  await deleteResource(deps(), tokenRules, { id: parseResourceId(`${registryId}/tokens/t0`), match: undefined, by })
  assert.equal((await to('Basic')).resource.body.sku?.name, 'Basic')
  await to('Premium')
  assert.deepEqual(
    [await stateOfName({ store }, 'CONTOSO'), await stateOfName({ store }, 'free'), await stateOfName({ store }, 'admin')],
    ['taken', 'free', 'reserved'],
  )
  const { tokens, scopeMaps, size } = await registryUsage({ store }, (await store.resource(registryId.toLowerCase())) as never)
  assert.deepEqual([tokens, scopeMaps, size.used], [100, 0, 0])
})

test('the admin user’s passwords are made with what switches it on, stay while it is off, and are shown only then', async () => {
  const resource = await aRegistry()
  await assert.rejects(showAdminCredentials(deps(), resource), { code: 'UnAuthorizedForCredentialOperations' })
  const admin = async (adminUserEnabled: boolean) => patch(registryRules, registryId, { properties: { adminUserEnabled } })
  await admin(true)
  const first = await showAdminCredentials(deps(), resource)
  assert.equal(new Set(first.passwords.map(({ value }) => value)).size, 2)
  await admin(true)
  await admin(false)
  await assert.rejects(renewAdminCredential(deps(), resource, 'password'), { code: 'UnAuthorizedForCredentialOperations' })
  await admin(true)
  assert.deepEqual(await showAdminCredentials(deps(), resource), first)
  const renewed = await renewAdminCredential(deps(), resource, 'password2')
  assert.deepEqual(
    renewed.passwords.map(({ value }, at) => value === first.passwords[at]?.value),
    [true, false],
  )
})

test('a scope map: actions of up to five hundred, of repositories, not empty, and not gone while a token has it', async () => {
  await aRegistry()
  const map = (actions: unknown, name = 'map') =>
    write(scopeMapRules, `${registryId}/scopeMaps/${name}`, { properties: { actions } as never })
  const actions = (count: number, repository = (each: number) => `r${each}`) =>
    Array.from({ length: count }, (_, each) => `repositories/${repository(each)}/content/read`)
  for (const none of [undefined, []]) await assert.rejects(map(none), { code: 'InvalidRequestContent' })
  await assert.rejects(map(['x']), { code: 'InvalidScopeMapAction' })
  await map(actions(500))
  await assert.rejects(map(actions(501, () => 'a')), { code: 'QuotaExceeded' })
  assert.equal((await map([...actions(1), ...actions(1)])).resource.body.properties.description, undefined)
  assert.deepEqual((await map([...actions(1), ...actions(1)])).resource.body.properties.actions, actions(1))
  await assert.rejects(map(actions(1), '_repositories_pull'), { code: 'SystemDefinedScopeMap' })
  const token = (scopeMapId: unknown, more: object = {}) =>
    write(tokenRules, `${registryId}/tokens/T`, { properties: { scopeMapId, ...more } as never })
  await assert.rejects(token(undefined), { code: 'InvalidRequestContent' })
  const maps = `${registryId}/scopeMaps`
  for (const other of [`${registryId}x/scopeMaps/map`, maps, `${maps}/`, `${maps}/map/x`, `${maps}/none`])
    await assert.rejects(token(other), { code: 'InvalidResourceProperties' }, other)
  const held = await token(`${maps}/MAP`)
  assert.deepEqual(held.resource.body.properties, { status: 'enabled', scopeMapId: `${maps}/map` })
  const remove = () => deleteResource(deps(), scopeMapRules, { id: parseResourceId(`${maps}/map`), match: undefined, by })
  await assert.rejects(remove(), { code: 'ScopeMapInUse' })
  assert.equal(
    (await token(`${maps}/_repositories_PULL`, { status: 'disabled' })).resource.body.properties.scopeMapId,
    `${maps}/_repositories_pull`,
  )
  assert.equal(await remove(), true)
  assert.equal(await remove(), false)
})

test('passwords of a token: in one slot or both, of this registry, with an end that is to come', async () => {
  const registry = await aRegistry()
  await write(tokenRules, `${registryId}/tokens/T`, { properties: { scopeMapId: `${registryId}/scopeMaps/_repositories_pull` } })
  const generate = (change: object = {}) => generateCredentials(deps(), registry, { tokenId: `${registryId}/tokens/t`, ...change })
  const first = await generate()
  assert.deepEqual(
    [first.username, first.passwords.map(({ name, expiry }) => [name, expiry])],
    [
      'T',
      [
        ['password1', undefined],
        ['password2', undefined],
      ],
    ],
  )
  const ids = async () =>
    (await store.credentialsOf((await store.registryByKey(registry.key))?.id ?? 0, `${registry.key}/tokens/t`)).map(
      ({ id, slot, expiresAt }) => [id, slot, expiresAt],
    )
  const before = await ids()
  const ends = clock.wall + 1
  const second = await generate({ slot: 'password2', expiry: ends })
  assert.deepEqual(
    second.passwords.map(({ name, expiry }) => [name, expiry]),
    [['password2', new Date(ends).toISOString()]],
  )
  assert.deepEqual(await ids(), [before[0], [before[1]?.[0], 'password2', ends]], 'the slot keeps its id')
  await assert.rejects(generate({ expiry: clock.wall }), { code: 'InvalidResourceProperties' })
  for (const tokenId of [`${registryId}/tokens/none`, registryId, `${registryId}/scopeMaps/x`])
    await assert.rejects(generate({ tokenId }), { code: 'InvalidResourceProperties' })
  await write(tokenRules, `${registryId}/tokens/T`, {
    properties: { scopeMapId: `${registryId}/scopeMaps/_repositories_pull`, credentials: { passwords: [{ name: 'password1' }] } } as never,
  })
  assert.deepEqual(
    (await ids()).map(([, slot]) => slot),
    ['password1'],
    'a list without a password ends it',
  )
})

test('tags: up to fifty, decided anew after a change in between unless an etag was asked for', async () => {
  const { etag } = await aRegistry({ tags: { a: '1' } })
  const of = parseResourceId(registryId)
  const change = (tags: Record<string, string>, match?: Match) =>
    changeTags(deps(), { of, match, by, change: (before) => ({ ...before, ...tags }) })
  assert.deepEqual((await change({ b: '2' }, { etag })).body.tags, { a: '1', b: '2' })
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, each) => [`t${each}`, '']))
  await change(many(48))
  await assert.rejects(change({ more: '' }), { code: 'TooManyTags' })
  await assert.rejects(changeTags(deps(), { of: parseResourceId(`${registryId}2`), match: undefined, by, change: (before) => before }), {
    code: 'ResourceNotFound',
  })
  for (const [match, tries] of [
    [undefined, 8],
    ['*', 8],
    [{ etag: 'x' }, 1],
  ] as const) {
    let tried = 0
    fails = { putResource: new RegistryError('precondition-failed', 'x') }
    await assert.rejects(changeTags(deps(), { of, match, by, change: (before) => (tried++, before) }), { failure: 'precondition-failed' })
    assert.equal(tried, tries)
  }
})

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
  fails = { createDirectoryObjects: new RegistryError('storage-full', 'full') }
  await assert.rejects(begin(deps(), first), { failure: 'storage-full' })
  const cut = await found()
  assert.deepEqual([cut.owners, cut.user, cut.tenant], [[], undefined, 'ls.example'])
  assert.ok((await store.installation())?.ownerSealed, 'kept before it is good')
  fails = {}
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

const owner: Caller = {
  ...operator,
  grants: [{ scope: '' as ResourceKey, permissions: [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }] }],
}

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
      fails = { [verb]: error }
      await assert.rejects(deed(), error, `${verb} ${error.message}`)
    }
  const expected = {
    deleteCustomRole: ['in-use', 'RoleDefinitionHasAssignments'],
    putCustomRole: ['conflict', 'RoleDefinitionWithSameNameExists'],
    deleteRoleAssignment: ['in-use', 'CannotDeleteLastRbacAdminAssignment'],
  } as const
  for (const [verb, [failure, code]] of Object.entries(expected)) {
    fails = { [verb]: new RegistryError(failure, 'x') }
    await assert.rejects(deeds.find(([each]) => each === verb)?.[1]() ?? Promise.resolve(), { code })
  }
  fails = { putDirectoryObject: new RegistryError('precondition-failed', 'x') }
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
