import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { builtInRoles } from '#core/built-in-roles.ts'
import { errorOf, registryId } from '../world/arm.ts'
import { type Assignment, type Definition, idOf, openRoles, provider, type RolesScene, valuesOf } from '../world/roles.ts'

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

test('the definitions: all built-in roles, by name without case, by type, by id at any scope', async () => {
  const list = async (scope: string, $filter?: string, as?: string) =>
    valuesOf<Definition>(
      await ask('GET', `${scope}/${provider}/roleDefinitions`, { ...($filter ? { query: { $filter } } : {}), ...(as ? { as } : {}) }),
    )
  assert.equal((await list(registry)).length, builtInRoles.length)
  for (const [filter, names] of [
    ["roleName eq 'AcrPull'", ['AcrPull']],
    ["roleName eq 'acrpull'", ['AcrPull']],
    ["roleName eq 'None'", []],
    ["type eq 'BuiltInRole' and roleName eq 'Owner'", ['Owner']],
    ["type eq 'CustomRole'", []],
    ["atScopeAndBelow() and type eq 'BuiltInRole' and roleName eq 'Reader'", ['Reader']],
  ] as const)
    assert.deepEqual(
      (await list(registry, filter)).map((each) => each.properties.roleName),
      names,
      filter,
    )
  const [pull] = await list(registry, "roleName eq 'AcrPull'")
  assert.deepEqual(pull, {
    id: `${scene.subscription}/${provider}/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d`,
    name: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: 'AcrPull',
      type: 'BuiltInRole',
      description: 'Pull images.',
      assignableScopes: ['/'],
      permissions: [{ actions: ['Microsoft.ContainerRegistry/registries/pull/read'], notActions: [], dataActions: [], notDataActions: [] }],
      createdOn: '2015-02-02T21:55:09.880Z',
      updatedOn: '2015-02-02T21:55:09.880Z',
      createdBy: null,
      updatedBy: null,
    },
  })
  assert.deepEqual((await ask('GET', pull.id)).body, pull)
  const puller = await scene.person(`p-${randomUUID()}`, { AcrPull: registry })
  assert.deepEqual(await list(registry, undefined, puller), [])
  assert.equal((await ask('GET', pull.id, { as: puller })).status, 403)
  assert.equal((await ask('GET', `${registry}/${provider}/roleDefinitions/${randomUUID()}`)).status, 404)
  assert.equal((await ask('GET', `${registry}/${provider}/roleDefinitions`, { query: { $filter: "nope eq 'x'" } })).status, 400)
})

const definition = (change: Record<string, unknown> = {}) => ({
  properties: {
    roleName: `Janitor ${randomUUID()}`,
    type: 'CustomRole',
    permissions: [{ actions: ['Microsoft.ContainerRegistry/registries/artifacts/delete'] }],
    assignableScopes: [scene.group],
    ...change,
  },
})

test('a role of one’s own is made, given, changed for its holders, and goes when nobody has it', async () => {
  const id = `${scene.group}/${provider}/roleDefinitions/${randomUUID()}`
  const body = definition({ description: 'Cleans up' })
  const made = await ask('PUT', id, { body })
  assert.equal(made.status, 201)
  const { properties } = made.body as Definition
  assert.deepEqual(properties.permissions, [
    { actions: ['Microsoft.ContainerRegistry/registries/artifacts/delete'], notActions: [], dataActions: [], notDataActions: [] },
  ])
  assert.deepEqual([properties.type, properties.assignableScopes], ['CustomRole', [scene.group]])
  const seenAt = async (scope: string, $filter = "type eq 'CustomRole'") =>
    valuesOf<Definition>(await ask('GET', `${scope}/${provider}/roleDefinitions`, { query: { $filter } })).some((each) =>
      id.endsWith(each.name),
    )
  assert.deepEqual([await seenAt(scene.group), await seenAt(registry), await seenAt(scene.subscription)], [true, true, false])
  assert.equal(await seenAt(scene.subscription, 'atScopeAndBelow()'), true)

  const name = `frank-${randomUUID()}`
  const frank = await scene.person(name)
  const principalId = (await scene.deps.store.userByLogin(`${name}@longshore.example`))?.id ?? ''
  const given = await put(registry, principalId, '', { roleDefinitionId: id })
  assert.equal(given.status, 201)
  const above = await put(scene.subscription, principalId, '', { roleDefinitionId: id })
  assert.deepEqual([above.status, errorOf(above).code], [400, 'RoleDefinitionNotAssignableAtScope'])
  assert.equal((await scene.ask('GET', registry, { as: frank })).status, 403)
  const permissions = [{ actions: ['Microsoft.ContainerRegistry/*'], notActions: ['Microsoft.ContainerRegistry/registries/delete'] }]
  assert.equal((await ask('PUT', id, { body: definition({ ...body.properties, permissions }) })).status, 201)
  assert.equal((await scene.ask('GET', registry, { as: frank })).status, 200)
  assert.equal((await scene.ask('DELETE', registry, { as: frank })).status, 403)
  const held = valuesOf<Record<string, string[]>>(await ask('GET', `${registry}/${provider}/permissions`, { as: frank }))
  assert.deepEqual(
    held.map((each) => [each.actions, each.notActions]),
    [[permissions[0]?.actions, permissions[0]?.notActions]],
  )
  assert.deepEqual(valuesOf(await ask('GET', `${scene.group}/${provider}/permissions`, { as: frank })), [])

  const narrower = await ask('PUT', id, {
    body: definition({ ...body.properties, assignableScopes: [`${scene.subscription}/resourceGroups/rg`, scene.group] }),
  })
  assert.equal(narrower.status, 201)
  const inUse = await ask('DELETE', id)
  assert.deepEqual([inUse.status, errorOf(inUse).code], [409, 'RoleDefinitionHasAssignments'])
  await ask('DELETE', (given.body as Assignment).id)
  assert.equal((await ask('DELETE', id)).status, 200)
  assert.equal((await ask('DELETE', id)).status, 204)
})

test('a role of one’s own must be right, and its maker in charge wherever it can be given', async () => {
  const path = () => `${scene.group}/${provider}/roleDefinitions/${randomUUID()}`
  const wide = { actions: ['x/*/*/*/*'] }
  for (const [status, code, change] of [
    [400, 'BadRequestFormat', { roleName: undefined }],
    [400, 'BadRequestFormat', { permissions: 'all' }],
    [400, 'BadRequestFormat', { permissions: [{ actions: [5] }] }],
    [400, 'BadRequestFormat', { type: 'BuiltInRole' }],
    [400, 'MissingPermissions', { permissions: [] }],
    [400, 'InvalidActionOrNotAction', { permissions: [{ actions: ['not an action'] }] }],
    [400, 'InvalidActionOrNotAction', { permissions: [{ actions: [''] }] }],
    [400, 'InvalidActionOrNotAction', { permissions: [wide] }],
    [400, 'MissingAssignableScopes', { assignableScopes: [] }],
    [400, 'BadRequest', { assignableScopes: ['rg'] }],
    [404, 'ResourceGroupNotFound', { assignableScopes: [`${scene.subscription}/resourceGroups/none`] }],
    [403, 'AuthorizationFailed', { assignableScopes: ['/'] }],
    [409, 'RoleDefinitionWithSameNameExists', { roleName: 'OWNER' }],
    [400, 'InvalidRoleName', { roleName: 'x'.repeat(513) }],
    [400, 'BadRequest', { assignableScopes: [`${'/'.repeat(200_000)}x`] }],
  ] as const) {
    const answer = await ask('PUT', path(), { body: definition(change) })
    assert.deepEqual([answer.status, errorOf(answer).code], [status, code], JSON.stringify(change).slice(0, 200))
  }
  const builtIn = `${scene.group}/${provider}/roleDefinitions/${idOf('AcrPull')}`
  for (const [method, asking] of [
    ['PUT', { body: definition() }],
    ['DELETE', {}],
  ] as const)
    assert.equal(errorOf(await ask(method, builtIn, asking)).code, 'RoleDefinitionReadOnly')
  const owner = await scene.person(`o-${randomUUID()}`, { Owner: registry })
  const atRegistry = `${registry}/${provider}/roleDefinitions/${randomUUID()}`
  const beyond = await ask('PUT', atRegistry, { as: owner, body: definition({ assignableScopes: [registry, scene.group] }) })
  assert.deepEqual([beyond.status, errorOf(beyond).code], [403, 'AuthorizationFailed'])
  const made = definition({ roleName: `Twice ${randomUUID()}` })
  const first = path()
  assert.equal((await ask('PUT', first, { body: made })).status, 201)
  const second = await ask('PUT', path(), { body: made })
  assert.deepEqual([second.status, errorOf(second).code], [409, 'RoleDefinitionWithSameNameExists'])
  const takeOver = await ask('PUT', `${registry}/${provider}/roleDefinitions/${first.split('/').at(-1)}`, {
    as: owner,
    body: definition({ ...made.properties, permissions: [{ actions: ['*'] }], assignableScopes: [registry] }),
  })
  assert.equal(takeOver.status, 403, 'a role that can be given elsewhere is not changed from here')
})

test('a role cannot be drawn back from where it is given', async () => {
  const id = `${scene.group}/${provider}/roleDefinitions/${randomUUID()}`
  const body = definition({ assignableScopes: [scene.group, registryId(scene, 'fabrikam')] })
  assert.equal((await ask('PUT', id, { body })).status, 201)
  const given = await put(registry, await principal('Grace'), '', { roleDefinitionId: id })
  assert.equal(given.status, 201)
  const narrowed = await ask('PUT', id, { body: definition({ ...body.properties, assignableScopes: [registryId(scene, 'fabrikam')] }) })
  assert.deepEqual([narrowed.status, errorOf(narrowed).code], [400, 'RoleDefinitionHasAssignmentsOutsideScopes'])
})
