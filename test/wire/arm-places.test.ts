import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
before(async () => {
  scene = await openArm()
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

interface List<Item = { name: string; id: string; type: string; location: string; tags: Record<string, string> }> {
  value: Item[]
  nextLink?: string
}
const list = async <Item = List['value'][number]>(path: string, query: Record<string, string> = {}, version = '2024-11-01') => {
  const answer = await scene.ask('GET', path, { query, version })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body as List<Item>
}
const make = (name: string, tags = {}, group = scene.group) =>
  scene.ask('PUT', `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`, {
    body: { location: 'local', sku: { name: 'Basic' }, tags },
  })

test('tenants and subscriptions, in the versions that clients of ten years send', async () => {
  const tenants = await list<{ tenantId: string }>('/tenants', {}, '2022-12-01')
  for (const version of ['2016-06-01', '2019-11-01', '2022-12-01']) {
    const { value } = await list<Record<string, string>>('/subscriptions', {}, version)
    assert.deepEqual(
      value.map((each) => [each.id, each.state, each.tenantId, each.displayName]),
      [[scene.subscription, 'Enabled', tenants.value[0]?.tenantId, 'Longshore']],
    )
  }
  assert.equal((await scene.ask('GET', scene.subscription)).status, 200)
  const other = '/subscriptions/00000000-0000-4000-8000-000000000000'
  assert.equal(errorOf(await scene.ask('GET', other)).code, 'SubscriptionNotFound')
  assert.equal(errorOf(await scene.ask('GET', `${other}/resources`)).code, 'SubscriptionNotFound')
})

test('locations are the machine and the labels in use', async () => {
  await scene.ask('PUT', `${scene.subscription}/resourcegroups/west`, { body: { location: 'West US 2' } })
  assert.deepEqual((await list(`${scene.subscription}/locations`)).value.map((each) => each.name).sort(), ['local', 'westus2'])
})

test('providers: what is served, registered from the start; unregistering is refused', async () => {
  const at = `${scene.subscription}/providers/Microsoft.ContainerRegistry`
  const provider = (await scene.ask('GET', at)).body as {
    registrationState: string
    resourceTypes: { resourceType: string; apiVersions: string[] }[]
  }
  assert.equal(provider.registrationState, 'Registered')
  const versions = provider.resourceTypes.find((each) => each.resourceType === 'registries')?.apiVersions ?? []
  assert.equal(
    versions.find((each) => !each.endsWith('-preview')),
    '2025-11-01',
  )
  assert.deepEqual((await scene.ask('POST', `${at}/register`)).body, provider)
  assert.equal((await scene.ask('POST', `${at}/unregister`)).status, 409)
  assert.equal((await list(`${scene.subscription}/providers`)).value.length, 3)
  assert.equal((await list('/providers')).value.length, 3)
  const { value } = await list<{ name: string; isDataAction: boolean }>(
    '/providers/Microsoft.ContainerRegistry/operations',
    {},
    '2025-11-01',
  )
  const names = value.map((each) => each.name)
  for (const name of [
    'registries/read',
    'registries/listCredentials/action',
    'registries/pull/read',
    'registries/tokens/write',
    'registries/repositories/content/read',
  ])
    assert.equal(names.filter((each) => each === `Microsoft.ContainerRegistry/${name}`).length, 1, name)
})

test('every provider is shown and registered, that of roles too', async () => {
  for (const namespace of ['Microsoft.ContainerRegistry', 'Microsoft.Resources', 'Microsoft.Authorization']) {
    const at = `${scene.subscription}/providers/${namespace}`
    const shown = await scene.ask('GET', at.toLowerCase())
    assert.deepEqual([shown.status, (shown.body as { namespace: string }).namespace], [200, namespace])
    assert.deepEqual((await scene.ask('POST', `${at}/register`)).body, (await scene.ask('GET', at)).body)
    assert.deepEqual((await list(`${at}/providerPermissions`)).value, [])
  }
})

test('what roles can allow is told by provider and resource', async () => {
  interface Metadata {
    name: string
    operations: { name: string }[]
    resourceTypes: { name: string; operations: { name: string; isDataAction: boolean }[] }[]
  }
  const at = '/providers/Microsoft.Authorization/providerOperations'
  const { value } = await list<Metadata>(at, { $expand: 'resourceTypes' }, '2022-04-01')
  assert.deepEqual(value.map(({ name }) => name).sort(), ['Microsoft.Authorization', 'Microsoft.ContainerRegistry', 'Microsoft.Resources'])
  const one = (await scene.ask('GET', `${at}/microsoft.containerregistry`)).body as Metadata
  assert.deepEqual(
    one,
    value.find(({ name }) => name === one.name),
  )
  assert.ok(one.operations.some(({ name }) => name === 'Microsoft.ContainerRegistry/register/action'))
  const registries = one.resourceTypes.find(({ name }) => name === 'registries')?.operations.map(({ name }) => name)
  assert.ok(registries?.includes('Microsoft.ContainerRegistry/registries/listCredentials/action'))
  assert.equal(errorOf(await scene.ask('GET', `${at}/Microsoft.Compute`)).code, 'InvalidResourceNamespace')
  assert.equal(errorOf(await scene.ask('POST', at)).code, 'MethodNotAllowed')
})

test('an id is spelled as ARM spells it, with the names as they were first written', async () => {
  const at = `${scene.subscription}/RESOURCEGROUPS/Spelled`
  await scene.ask('PUT', at, { body: { location: 'local' } })
  const registry = `${at.toLowerCase()}/PROVIDERS/microsoft.containerregistry/Registries/Spelled01`
  await scene.ask('PUT', registry, { body: { location: 'local', sku: { name: 'Premium' } } })
  const map = { body: { properties: { actions: ['repositories/a/content/read'] } } }
  const made = await scene.ask('PUT', `${registry.toLowerCase()}/SCOPEMAPS/Readers`, map)
  assert.equal(
    (made.body as { id: string }).id,
    `${scene.subscription}/resourceGroups/Spelled/providers/Microsoft.ContainerRegistry/registries/Spelled01/scopeMaps/Readers`,
  )
  await scene.ask('DELETE', at)
})

test('groups: made, listed, asked for by HEAD, tagged, and deleted with all that is inside', async () => {
  const group = `${scene.subscription}/resourcegroups/Doomed`
  assert.equal((await scene.ask('HEAD', group)).status, 404)
  const made = await scene.ask('PUT', group, { body: { location: 'local', tags: { a: '1' } } })
  assert.equal(made.status, 201)
  assert.equal((made.body as { id: string }).id, `${scene.subscription}/resourceGroups/Doomed`, 'as ARM spells it')
  assert.equal((await scene.ask('HEAD', group)).status, 204)
  assert.deepEqual(((await scene.ask('PATCH', group, { body: { tags: { b: '2' } } })).body as { tags: object }).tags, { b: '2' })
  assert.equal((await scene.ask('PUT', group, { body: { location: 'local' } })).status, 200)
  assert.equal(errorOf(await scene.ask('PUT', group, { body: { location: 'eastus' } })).code, 'InvalidResourceGroupLocation')
  assert.equal(errorOf(await scene.ask('PUT', `${group}.`, { body: { location: 'local' } })).code, 'InvalidResourceName')
  await make('doomed1', {}, group)
  const tagged = async ($filter: string) => (await list(`${scene.subscription}/resourcegroups`, { $filter })).value.length
  await scene.ask('PATCH', group, { body: { tags: { b: '2' } } })
  assert.deepEqual([await tagged("tagname eq 'b' and tagvalue eq '2'"), await tagged("tagname eq 'b' and tagvalue eq '3'")], [1, 0])
  assert.ok((await list(`${scene.subscription}/resourcegroups`)).value.some((each) => each.name === 'Doomed'))
  const gone = await scene.ask('DELETE', group.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'))
  assert.equal(gone.status, 202)
  const result = await scene.ask('GET', String(gone.headers.location))
  assert.deepEqual([result.status, result.body], [200, undefined])
  assert.equal(errorOf(await scene.ask('GET', group)).code, 'ResourceGroupNotFound')
  assert.equal(errorOf(await scene.ask('DELETE', group)).code, 'ResourceGroupNotFound')
  assert.equal(await scene.deps.store.registry('doomed1'), undefined)
})

test('the list of all resources, by each filter that az sends', async () => {
  await make('alpha1', { team: 'red', stage: 'test' })
  await make('alpha2', { team: 'blue', stage: 'red' })
  await make('beta1')
  const named = async ($filter?: string, at = scene.subscription) =>
    (await list(`${at}/resources`, $filter === undefined ? {} : { $filter })).value.map((each) => each.name)
  assert.deepEqual(await named(), ['alpha1', 'alpha2', 'beta1'])
  assert.deepEqual(await named("resourceType eq 'microsoft.containerregistry/Registries'"), ['alpha1', 'alpha2', 'beta1'])
  assert.deepEqual(await named("resourceType eq 'Microsoft.Web/sites'"), [])
  assert.deepEqual(await named("resourceType eq 'Microsoft.ContainerRegistry/registries' and name eq 'BETA1'"), ['beta1'])
  assert.deepEqual(await named("tagName eq 'team'"), ['alpha1', 'alpha2'])
  assert.deepEqual(await named("tagName eq 'team' and tagValue eq 'red'"), ['alpha1'])
  assert.deepEqual(await named("substringof('alpha', name) and location eq 'local'"), ['alpha1', 'alpha2'])
  assert.deepEqual(await named("name eq 'alpha1' or name eq 'beta1'", scene.group), ['alpha1', 'beta1'])
  assert.deepEqual(await named("resourceGroup eq 'west'"), [])
  for (const $filter of ["colour eq 'red'", "name eq 'a", 'name', "flies('a')"])
    assert.equal((await scene.ask('GET', `${scene.subscription}/resources`, { query: { $filter } })).status, 400, $filter)
  const [first] = (
    await list<Record<string, string>>(`${scene.subscription}/resources`, { $expand: 'createdTime,changedTime,provisioningState' })
  ).value
  assert.deepEqual([first?.createdTime, first?.provisioningState], ['2026-11-21T12:00:00.000Z', 'Succeeded'])
  assert.equal(errorOf(await scene.ask('GET', `${scene.subscription}/resourceGroups/absent/resources`)).code, 'ResourceGroupNotFound')
})

test('pages: each resource once, by absolute links on the control origin, that keep the filter', async () => {
  const names: string[] = []
  let path = `${scene.subscription}/resources`
  let query: Record<string, string> = { $top: '1', $filter: "startswith(name,'alpha')" }
  for (let pages = 0; path !== ''; pages++) {
    assert.ok(pages < 5)
    const page = await list(path, query)
    names.push(...page.value.map((each) => each.name))
    path = page.nextLink ?? ''
    query = {}
    if (path !== '') assert.ok(path.startsWith(`https://localhost:5443${scene.subscription}/resources?`), path)
  }
  assert.deepEqual(names, ['alpha1', 'alpha2'])
  for (const query of [{ $skipToken: '!' }, { $top: '0' }, { $top: 'many' }])
    assert.equal((await scene.ask('GET', `${scene.subscription}/resources`, { query })).status, 400)
})

test('tags: one by one, at a resource, a group, a subscription; names and values in use', async () => {
  const at = `${registryId(scene, 'beta1')}/providers/Microsoft.Resources/tags/default`
  const tags = async (method: string, body?: object) => {
    const answer = await scene.ask(method, at, { version: '2022-09-01', ...(body ? { body } : {}) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return (answer.body as { properties: { tags: object } } | undefined)?.properties.tags
  }
  assert.deepEqual(await tags('PUT', { properties: { tags: { A: '1', b: '2' } } }), { A: '1', b: '2' })
  assert.deepEqual(await tags('PATCH', { operation: 'Merge', properties: { tags: { a: '3', c: '4' } } }), { b: '2', a: '3', c: '4' })
  assert.deepEqual(await tags('PATCH', { operation: 'Delete', properties: { tags: { a: '3', c: 'other' } } }), { b: '2', c: '4' })
  assert.deepEqual(await tags('PATCH', { operation: 'Replace', properties: { tags: { only: 'x' } } }), { only: 'x' })
  assert.deepEqual(await tags('GET'), { only: 'x' })
  const { systemData } = (await scene.ask('GET', registryId(scene, 'beta1'))).body as { systemData: Record<string, string> }
  assert.deepEqual([systemData.lastModifiedBy, systemData.lastModifiedByType], ['owner@longshore.example', 'User'])
  assert.equal((await scene.deps.store.registry('beta1'))?.sku, 'Basic')
  const names = await list<{ tagName: string; count: { value: number } }>(`${scene.subscription}/tagNames`)
  assert.deepEqual(names.value.map((each) => [each.tagName, each.count.value]).sort(), [
    ['only', 1],
    ['stage', 2],
    ['team', 2],
  ])
  await tags('DELETE')
  assert.deepEqual(await tags('GET'), {})
  const untagged = (await scene.ask('GET', registryId(scene, 'beta1'))).body as object
  assert.equal(Object.hasOwn(untagged, 'tags'), false)
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, 'x']))
  assert.equal((await scene.ask('PUT', at, { body: { properties: { tags: many } } })).status, 400)
  assert.equal(
    (
      await scene.ask('PUT', `${scene.subscription}/providers/Microsoft.Resources/tags/default`, {
        body: { properties: { tags: { s: '1' } } },
      })
    ).status,
    200,
  )
})

test('nothing moves', async () => {
  for (const action of ['moveResources', 'validateMoveResources'])
    assert.equal(errorOf(await scene.ask('POST', `${scene.group}/${action}`, { body: {} })).code, 'ResourceMoveNotSupported')
})

test('paths do not have a case, ids keep theirs', async () => {
  const shouted = registryId(scene, 'ALPHA1').replace('resourceGroups', 'RESOURCEGROUPS').replace('providers', 'PROVIDERS')
  const { id } = (await scene.ask('GET', shouted)).body as { id: string }
  assert.equal(id, registryId(scene, 'alpha1'))
  const doubled = await scene.ask('GET', `/${registryId(scene, 'alpha1')}/`)
  assert.equal(doubled.status, 200)
})
