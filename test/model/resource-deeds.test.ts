// What the deeds of the control plane do and refuse, called on a store in memory: resources, tags, tokens, roles.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renewAdminCredential, showAdminCredentials } from '#app/resources/admin-credentials.ts'
import { stateOfName } from '#app/resources/check-name.ts'
import { deleteResource } from '#app/resources/delete.ts'
import { generateCredentials } from '#app/resources/generate-credentials.ts'
import { putResource } from '#app/resources/put.ts'
import { registryRules } from '#app/resources/registries.ts'
import { registryUsage } from '#app/resources/registry-usage.ts'
import { resourceGroupRules } from '#app/resources/resource-groups.ts'
import type { ResourceRules } from '#app/resources/rules.ts'
import { scopeMapRules } from '#app/resources/scope-maps.ts'
import { changeTags } from '#app/resources/tags.ts'
import { tokenRules } from '#app/resources/tokens.ts'
import { RegistryError } from '#core/registry-error.ts'
import { parseResourceId } from '#core/resource-id.ts'
import { put as putStored, resourceOf } from '#ports/control-scene.contract.ts'
import { group, subscription } from '#ports/metadata-scene.contract.ts'
import type { Match } from '#ports/resources.ts'
import { aRegistry, by, clock, deps, nowFails, patch, premium, registryId, store, write } from './control-deeds.ts'

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
    nowFails({ putResource: new RegistryError('precondition-failed', 'other') })
    await assert.rejects(write(counting, registryId, premium, match), { failure: 'precondition-failed' })
    assert.equal(tried, tries)
  }
  nowFails({ putResource: new RegistryError('parent-unknown', 'x') })
  await assert.rejects(write(registryRules, registryId, premium), { code: 'ResourceGroupNotFound' })
  nowFails({ putResource: new RegistryError('conflict', 'x') })
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
    nowFails({ putResource: new RegistryError('precondition-failed', 'x') })
    await assert.rejects(changeTags(deps(), { of, match, by, change: (before) => (tried++, before) }), { failure: 'precondition-failed' })
    assert.equal(tried, tries)
  }
})
