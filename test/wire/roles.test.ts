import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type ArmAnswer, errorOf, registryId } from '../world/arm.ts'
import { type Assignment, idOf, openRoles, provider, type RolesScene, valuesOf } from '../world/roles.ts'

let roles: RolesScene
let scene: RolesScene['arm']
let registry: string
let ask: RolesScene['ask']
let put: RolesScene['put']
let principal: RolesScene['principal']

before(async () => {
  roles = await openRoles()
  ;({ arm: scene, registry, ask, put, principal } = roles)
})
after(() => roles.stop())

test('a role is given, shown, listed and taken away, in the shapes that az reads', async () => {
  const id = await principal('Alice')
  const name = randomUUID()
  const made = await put(registry, id, 'AcrPull', { principalType: 'User', description: 'for CI' }, {}, name)
  assert.equal(made.status, 201)
  const shown = made.body as Assignment
  const { createdOn, updatedOn, createdBy, updatedBy, ...properties } = shown.properties
  assert.deepEqual(
    { ...shown, properties },
    {
      id: `${registry}/${provider}/roleAssignments/${name}`,
      name,
      type: 'Microsoft.Authorization/roleAssignments',
      properties: {
        roleDefinitionId: `${scene.subscription}/${provider}/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d`,
        principalId: id,
        principalType: 'User',
        scope: registry,
        condition: null,
        conditionVersion: null,
        delegatedManagedIdentityResourceId: null,
        description: 'for CI',
      },
    },
  )
  assert.match(String(createdOn), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual([updatedOn, updatedBy], [createdOn, createdBy])
  assert.deepEqual((await ask('GET', shown.id)).body, shown)
  assert.deepEqual((await ask('GET', shown.id.toUpperCase())).body, shown, 'an id has no case')
  assert.deepEqual((await ask('GET', `//${shown.id}`)).body, shown, 'a client puts a slash before an id')
  assert.deepEqual(
    valuesOf<Assignment>(await ask('GET', `${registry}/${provider}/roleAssignments`, { query: { $filter: 'atScope()' } })).filter(
      (each) => each.name === name,
    ),
    [shown],
  )
  const gone = await ask('DELETE', shown.id)
  assert.deepEqual([gone.status, gone.body], [200, shown])
  assert.equal((await ask('DELETE', shown.id)).status, 204)
  const absent = await ask('GET', shown.id)
  assert.deepEqual([absent.status, errorOf(absent).code], [404, 'RoleAssignmentNotFound'])
})

test('the same once more: 200 under its name, RoleAssignmentExists under another; nothing else of it changes', async () => {
  const id = await principal('Bob')
  const name = randomUUID()
  await put(registry, id, 'AcrPull', {}, {}, name)
  const again = await put(registry, id, 'AcrPull', { description: 'new' }, {}, name)
  assert.deepEqual([again.status, (again.body as Assignment).properties.description], [200, 'new'])
  const other = await put(registry, id, 'AcrPull')
  assert.deepEqual([other.status, errorOf(other).code], [409, 'RoleAssignmentExists'])
  assert.match(errorOf(other).message, new RegExp(name.replaceAll('-', '')))
  const changed = await put(registry, id, 'AcrPush', {}, {}, name)
  assert.deepEqual([changed.status, errorOf(changed).code], [400, 'RoleAssignmentUpdateNotPermitted'])
})

test('what cannot be given is refused with ARM’s code, and nothing is given', async () => {
  const user = await principal('Carol')
  const [group, app, sp] = [await principal('G', 'group'), await principal('A', 'application'), await principal('S', 'servicePrincipal')]
  const role = (roleDefinitionId: string) => ({ roleDefinitionId })
  for (const [status, code, answer] of [
    [400, 'PrincipalNotFound', await put(registry, randomUUID(), 'AcrPull')],
    [400, 'PrincipalNotFound', await put(registry, 'sp-oid', 'AcrPull', { principalType: 'ServicePrincipal' })],
    [400, 'PrincipalNotFound', await put(registry, app, 'AcrPull')],
    [400, 'UnmatchedPrincipalType', await put(registry, user, 'AcrPull', { principalType: 'ServicePrincipal' })],
    [400, 'UnmatchedPrincipalType', await put(registry, group, 'AcrPull', { principalType: 'User' })],
    [404, 'RoleDefinitionDoesNotExist', await put(registry, user, '', role(`/${provider}/roleDefinitions/${randomUUID()}`))],
    [400, 'InvalidRoleDefinitionId', await put(registry, user, '', role(`/${provider}/roleDefinitions/AcrPull`))],
    [400, 'ConditionNotSupported', await put(registry, user, 'AcrPull', { condition: 'true', conditionVersion: '2.0' })],
    [400, 'InvalidRoleAssignmentId', await put(registry, user, 'AcrPull', {}, {}, 'a-name')],
    [404, 'ResourceNotFound', await put(`${registry}x`, user, 'AcrPull')],
    [404, 'ResourceNotFound', await put(`${registry}/tokens/absent`, user, 'AcrPull')],
    [404, 'ResourceGroupNotFound', await put(`${scene.subscription}/resourceGroups/none`, user, 'AcrPull')],
    [403, 'AuthorizationFailed', await put(`/subscriptions/${randomUUID()}`, user, 'AcrPull')],
    [400, 'BadRequestFormat', await put(registry, '', 'AcrPull')],
    [400, 'BadRequestFormat', await put(registry, user, 'AcrPull', { principalType: 5 })],
    [400, 'BadRequestFormat', await put(registry, user, 'AcrPull', {}, { body: [] })],
    [400, 'BadRequestFormat', await put(registry, user, 'AcrPull', {}, { body: { roleDefinitionId: 'x' } })],
  ] as const)
    assert.deepEqual([answer.status, errorOf(answer).code], [status, code], errorOf(answer).message)
  for (const each of [user, group, app]) assert.deepEqual(await scene.deps.store.rights(each), [])
  for (const [each, type] of [
    [sp, 'ServicePrincipal'],
    [group, 'Group'],
  ] as const) {
    const made = await put(registry, each, 'AcrPull')
    assert.deepEqual([made.status, (made.body as Assignment).properties.principalType], [201, type], 'the directory knows the type')
  }
})

test('lists: at the scope and above with atScope(), below as well without; of one principal, or of its groups too', async () => {
  const [alice, group] = [await principal('Alice'), await principal('Team', 'group')]
  await scene.deps.store.putGroupMember({ groupId: group, memberId: alice })
  const scopes = { subscription: scene.subscription, group: scene.group, registry, other: registryId(scene, 'fabrikam') }
  for (const scope of Object.values(scopes)) assert.equal((await put(scope, alice, 'Reader')).status, 201)
  assert.equal((await put(scopes.group, group, 'AcrPush')).status, 201)
  const list = async (scope: string, $filter?: string) =>
    valuesOf<Assignment>(await ask('GET', `${scope}/${provider}/roleAssignments`, $filter === undefined ? {} : { query: { $filter } }))
      .filter(({ properties }) => properties.principalId === alice || properties.principalId === group)
      .map(({ properties }) => properties.scope)
  const { subscription, registry: own, other } = scopes
  assert.deepEqual(await list(own, 'atScope()'), [subscription, scene.group, scene.group, own])
  assert.deepEqual(await list(scene.group, 'atScope()'), [subscription, scene.group, scene.group])
  assert.deepEqual(await list(scene.group), [subscription, scene.group, scene.group, own, other])
  assert.deepEqual(await list(subscription, `principalId eq '${alice}'`), [subscription, scene.group, own, other])
  assert.deepEqual(await list(own, `principalId eq '${alice.toUpperCase()}' and atScope()`), [subscription, scene.group, own])
  assert.deepEqual(await list(own, `atScope() and assignedTo('${alice}')`), [subscription, scene.group, scene.group, own])
  assert.deepEqual(await list(subscription, `assignedTo('${group}')`), [scene.group])
  assert.deepEqual(await list(subscription, `principalId eq '${randomUUID()}'`), [])
  for (const wrong of [
    'atScope',
    "roleName eq 'x'",
    "principalId ne 'x'",
    "atScope() or principalId eq 'x'",
    'assignedTo()',
    'assignedTo(5)',
  ]) {
    const answer = await ask('GET', `${subscription}/${provider}/roleAssignments`, { query: { $filter: wrong } })
    assert.equal(answer.status, 400, wrong)
  }
})

test('a list goes on over its pages, each assignment once', async () => {
  const people = await Promise.all(Array.from({ length: 7 }, (_, each) => principal(`P${each}`)))
  for (const [each, id] of people.entries()) await put(each % 2 ? scene.group : registry, id, 'AcrPull')
  for (const $top of ['1', '3', '100']) {
    const found: string[] = []
    let next: string | undefined =
      `${scene.subscription}/${provider}/roleAssignments?${new URLSearchParams({ 'api-version': '2022-04-01', $top })}`
    while (next !== undefined) {
      const answer: ArmAnswer = await ask('GET', next)
      const { value, nextLink } = answer.body as { value: Assignment[]; nextLink?: string }
      assert.ok(value.length <= Number($top))
      found.push(...value.map((each) => each.properties.principalId ?? ''))
      next = nextLink
    }
    assert.deepEqual(found.filter((each) => people.includes(each)).sort(), [...people].sort())
  }
})

test('who may not read assignments sees none in a list, and is refused one by its id', async () => {
  const puller = await scene.person(`puller-${randomUUID()}`, { AcrPull: registry })
  const reader = await scene.person(`reader-${randomUUID()}`, { Reader: registry })
  const id = await principal('Dave')
  const [here, above] = [await put(registry, id, 'AcrPull'), await put(scene.group, id, 'AcrPull')].map(
    (each) => (each.body as Assignment).id,
  )
  const scopesSeen = async (as: string, scope: string, $filter?: string) =>
    valuesOf<Assignment>(await ask('GET', `${scope}/${provider}/roleAssignments`, { as, ...($filter ? { query: { $filter } } : {}) }))
      .filter((each) => each.properties.principalId === id)
      .map((each) => each.properties.scope)
  assert.deepEqual(await scopesSeen(puller, registry), [])
  assert.deepEqual(await scopesSeen(reader, registry, 'atScope()'), [scene.group, registry], 'what holds here, wherever it was given')
  assert.deepEqual(await scopesSeen(reader, scene.subscription), [registry])
  for (const [as, path, status] of [
    [puller, here, 403],
    [reader, here, 200],
    [reader, above, 403],
    ['', here, 401],
  ] as const)
    assert.equal((await ask('GET', path ?? '', { as })).status, status)
  const refused = errorOf(await ask('GET', here ?? '', { as: puller }))
  assert.equal(refused.code, 'AuthorizationFailed')
  assert.match(refused.message, /action 'Microsoft.Authorization\/roleAssignments\/read' over scope '/)
})

test('only who may write assignments at a scope gives or takes roles there; what is given or taken holds at the next request', async () => {
  const name = `erin-${randomUUID()}`
  const erin = await scene.person(name)
  const id = (await scene.deps.store.userByLogin(`${name}@longshore.example`))?.id ?? ''
  const target = await principal('Target')
  const may = async () => (await put(registry, target, 'AcrPull', {}, { as: erin }, fixed)).status
  const fixed = randomUUID()
  assert.equal(await may(), 403)
  for (const role of ['Reader', 'Contributor', 'AcrPush']) {
    const given = (await put(scene.group, id, role)).body as Assignment
    assert.equal(await may(), 403, role)
    await ask('DELETE', given.id)
  }
  for (const role of ['Owner', 'User Access Administrator']) {
    const given = (await put(scene.group, id, role)).body as Assignment
    assert.ok([200, 201].includes(await may()), role)
    assert.equal((await put(scene.subscription, target, 'AcrPull', {}, { as: erin })).status, 403, 'not above')
    await ask('DELETE', given.id)
    assert.equal(await may(), 403)
    assert.equal((await ask('DELETE', `${registry}/${provider}/roleAssignments/${fixed}`, { as: erin })).status, 403)
  }
  const viaGroup = await principal('Owners', 'group')
  await put(registry, viaGroup, 'Owner')
  await scene.deps.store.putGroupMember({ groupId: viaGroup, memberId: id })
  assert.equal(await may(), 200)
  await scene.deps.store.deleteGroupMember({ groupId: viaGroup, memberId: id })
  assert.equal(await may(), 403)
})

test('the last Owner of everything cannot be removed', async () => {
  const first = await scene.person(`root-${randomUUID()}`, { Owner: '/' })
  const mine = valuesOf<Assignment>(await ask('GET', `/${provider}/roleAssignments`, { as: first, query: { $filter: 'atScope()' } }))
  assert.equal(mine.length, 1)
  assert.equal(mine[0]?.properties.scope, '/')
  assert.equal(mine[0]?.properties.roleDefinitionId, `/${provider}/roleDefinitions/${idOf('Owner')}`)
  const refused = await ask('DELETE', mine[0]?.id ?? '', { as: first })
  assert.deepEqual([refused.status, errorOf(refused).code], [412, 'CannotDeleteLastRbacAdminAssignment'])
  const second = await principal('Second')
  assert.equal((await put('', second, 'Owner', {}, { as: first })).status, 201)
  assert.equal((await ask('DELETE', mine[0]?.id ?? '', { as: first })).status, 200)
  assert.equal((await ask('GET', `/${provider}/roleAssignments`, { as: first })).status, 200)
})

test('what nobody can have here is an empty list, not there, and not made', async () => {
  for (const type of ['denyAssignments', 'locks', 'classicAdministrators']) {
    const path = `${scene.group}/${provider}/${type}`
    assert.deepEqual(valuesOf(await ask('GET', path)), [])
    assert.equal((await ask('GET', `${path}/x`)).status, 404)
    assert.equal((await ask('DELETE', `${path}/x`)).status, 204)
    assert.equal((await ask('PUT', `${path}/x`, { body: {} })).status, 400)
  }
  for (const [method, path, status] of [
    ['GET', 'nothings', 404],
    ['GET', 'roleAssignments/x/y', 404],
    ['POST', 'roleAssignments', 405],
    ['PATCH', `roleAssignments/${randomUUID()}`, 405],
  ] as const)
    assert.equal((await ask(method, `${scene.group}/${provider}/${path}`)).status, status, path)
})
