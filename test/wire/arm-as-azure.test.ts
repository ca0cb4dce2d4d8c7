import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
let registry: string
before(async () => {
  scene = await openArm()
  registry = registryId(scene, 'azurelike')
  await scene.ask('PUT', registry, { body: { location: 'local', sku: { name: 'Premium' } } })
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

type Json = Record<string, unknown>
const bodyOf = async (...asked: Parameters<ArmScene['ask']>) => (await scene.ask(...asked)).body as Json

test('managedBy of a group is kept, whatever else of the group is changed', async () => {
  const group = `${scene.subscription}/resourceGroups/managed`
  const managedBy = `${scene.subscription}/resourceGroups/rg/providers/Contoso.App/apps/one`
  const made = await scene.ask('PUT', group, { body: { location: 'local', managedBy } })
  assert.deepEqual([made.status, (made.body as Json).managedBy], [201, managedBy])
  assert.equal((await bodyOf('PATCH', group, { body: { tags: { a: '1' } } })).managedBy, managedBy)
  assert.equal((await bodyOf('PUT', group, { body: { location: 'local' } })).managedBy, managedBy)
  assert.equal((await bodyOf('GET', group)).managedBy, managedBy)
  assert.equal(Object.hasOwn(await bodyOf('GET', scene.group), 'managedBy'), false)
})

test('tags are there where some were set', async () => {
  const group = `${scene.subscription}/resourceGroups/tagged`
  await scene.ask('PUT', group, { body: { location: 'local', tags: { a: '1' } } })
  await scene.ask('PUT', registryId(scene, 'tagged01'), { body: { location: 'local', sku: { name: 'Basic' }, tags: { b: '2' } } })
  assert.deepEqual((await bodyOf('GET', group)).tags, { a: '1' })
  const listed = async (path: string) => (await bodyOf('GET', path)).value as Json[]
  for (const each of [
    await bodyOf('GET', scene.group),
    await bodyOf('GET', registry),
    ...(await listed(`${scene.subscription}/resources`)).filter((found) => found.name === 'azurelike'),
    ...(await listed(`${scene.subscription}/resourcegroups`)).filter((found) => found.name === 'rg'),
  ])
    assert.equal(Object.hasOwn(each, 'tags'), false, String(each.id))
  const [found] = (await listed(`${scene.subscription}/resources`)).filter((each) => each.name === 'tagged01')
  assert.deepEqual(found?.tags, { b: '2' })
  await scene.ask('PATCH', registryId(scene, 'tagged01'), { body: { tags: {} } })
  assert.equal(Object.hasOwn(await bodyOf('GET', registryId(scene, 'tagged01')), 'tags'), false)
})

test('/resources tells who made and changed each resource, as the resource itself does', async () => {
  const { systemData } = await bodyOf('GET', registry)
  for (const within of [scene.subscription, scene.group]) {
    const { value } = await bodyOf('GET', `${within}/resources`)
    assert.deepEqual((value as Json[]).find((each) => each.name === 'azurelike')?.systemData, systemData)
  }
  assert.deepEqual(Object.keys(systemData as Json).sort(), [
    'createdAt',
    'createdBy',
    'createdByType',
    'lastModifiedAt',
    'lastModifiedBy',
    'lastModifiedByType',
  ])
})

test('built-in roles have times', async () => {
  const { value } = await bodyOf('GET', `${scene.subscription}/providers/Microsoft.Authorization/roleDefinitions`, {
    version: '2022-04-01',
    query: { $filter: "type eq 'BuiltInRole'" },
  })
  const roles = (value as { properties: Json }[]).map((each) => each.properties)
  assert.ok(roles.length > 20)
  for (const { roleName, createdOn, updatedOn, createdBy } of roles) {
    assert.ok(Date.parse(String(createdOn)) > 0 && Date.parse(String(updatedOn)) >= Date.parse(String(createdOn)), String(roleName))
    assert.equal(createdBy, null)
  }
  const owner = roles.find((each) => each.roleName === 'Owner')
  assert.equal(owner?.createdOn, '2015-02-02T21:55:09.880Z')
})

test('generateCredentials answers at once, with the name and the passwords', async () => {
  await scene.ask('PUT', `${registry}/tokens/helper`, { body: { properties: { scopeMapId: `${registry}/scopeMaps/_repositories_pull` } } })
  const answer = await scene.ask('POST', `${registry}/generateCredentials`, { body: { tokenId: `${registry}/tokens/helper` } })
  const { username, passwords } = answer.body as { username: string; passwords: Json[] }
  assert.deepEqual([answer.status, username, passwords.map((each) => each.name)], [200, 'helper', ['password1', 'password2']])
  for (const { value, creationTime } of passwords) assert.ok(String(value).length > 20 && Date.parse(String(creationTime)) > 0)
})

test('an error has details only where there are some, and one of the provider has its status', async () => {
  const ofProvider = await scene.ask('PUT', registryId(scene, 'refused1'), { body: { location: 'local', sku: { name: 'Classic' } } })
  assert.deepEqual(Object.keys(ofProvider.body as Json), ['error', 'status'])
  assert.equal((ofProvider.body as Json).status, 'Failed')
  assert.deepEqual(Object.keys(errorOf(ofProvider)), ['code', 'message', 'target'])
  for (const [method, path] of [
    ['GET', registryId(scene, 'absent01')],
    ['GET', `${registryId(scene, 'absent01')}/tokens`],
    ['GET', `${scene.subscription}/resourceGroups/absent`],
    ['GET', '/nowhere'],
    ['POST', `${scene.group}/exportTemplate`],
  ] as const) {
    const ofArm = await scene.ask(method, path)
    assert.deepEqual(Object.keys(ofArm.body as Json), ['error'], path)
    assert.deepEqual(Object.keys(errorOf(ofArm)), ['code', 'message'], path)
  }
})

test('what is left of the calls is told: of the subscription or the tenant, by reading, writing and deleting', async () => {
  const left = async (method: string, path: string, body?: object) =>
    Object.keys((await scene.ask(method, path, body ? { body } : {})).headers)
      .filter((name) => name.startsWith('x-ms-ratelimit-remaining-'))
      .map((name) => name.slice('x-ms-ratelimit-remaining-'.length))
      .sort()
  assert.deepEqual(await left('GET', registry), ['subscription-global-reads', 'subscription-reads'])
  assert.deepEqual(await left('GET', '/subscriptions'), ['tenant-global-reads', 'tenant-reads'])
  assert.deepEqual(await left('PATCH', registry, { tags: {} }), ['subscription-global-writes', 'subscription-writes'])
  assert.deepEqual(await left('DELETE', registryId(scene, 'absent01')), ['subscription-deletes', 'subscription-global-deletes'])
  const { headers } = await scene.ask('GET', registry)
  assert.match(String(headers['x-ms-ratelimit-remaining-subscription-reads']), /^\d+$/)
  assert.equal(headers['api-supported-versions'], '2026-09-01-preview')
  assert.equal((await scene.ask('GET', scene.group)).headers['api-supported-versions'], undefined)
})

const provider = (name: string) => `${scene.group}/providers/${name}`
const deployments = 'Microsoft.Resources/deployments'
for (const [feature, method, path] of [
  ['exportTemplate', 'POST', () => `${scene.group}/exportTemplate`],
  ['tagNames', 'PUT', () => `${scene.subscription}/tagNames/team`],
  ['tagNames', 'DELETE', () => `${scene.subscription}/tagNames/team`],
  ['tagNames', 'PUT', () => `${scene.subscription}/tagNames/team/tagValues/a`],
  ['Microsoft.Features/features', 'GET', () => `${scene.subscription}/providers/Microsoft.Features/features`],
  [
    'Microsoft.Features/providers',
    'POST',
    () => `${scene.subscription}/providers/Microsoft.Features/providers/Microsoft.A/features/b/register`,
  ],
  ['Microsoft.Features', 'POST', () => `${scene.subscription}/providers/Microsoft.Features/register`],
  [deployments, 'PUT', () => `${provider(deployments)}/one`],
  [deployments, 'GET', () => `${provider(deployments)}/one`],
  [deployments, 'POST', () => `${provider(deployments)}/one/validate`],
  [deployments, 'POST', () => `${provider(deployments)}/one/whatIf`],
  [deployments, 'PUT', () => `${scene.subscription}/providers/${deployments}/one`],
  ['Microsoft.Resources/templateSpecs', 'GET', () => provider('Microsoft.Resources/templateSpecs')],
  ['Microsoft.Authorization/policyAssignments', 'GET', () => provider('Microsoft.Authorization/policyAssignments')],
  ['Microsoft.Authorization/policyAssignments', 'PUT', () => `${provider('Microsoft.Authorization/policyAssignments')}/one`],
  ['Microsoft.Authorization/policyDefinitions', 'GET', () => '/providers/Microsoft.Authorization/policyDefinitions'],
  [
    'Microsoft.Authorization/policySetDefinitions',
    'GET',
    () => `${scene.subscription}/providers/Microsoft.Authorization/policySetDefinitions`,
  ],
  ['Microsoft.Authorization/locks', 'PUT', () => `${provider('Microsoft.Authorization/locks')}/one`],
  ['Microsoft.PolicyInsights/policyStates', 'POST', () => provider('Microsoft.PolicyInsights/policyStates/latest/queryResults')],
  ['microsoft.insights/diagnosticSettings', 'PUT', () => `${registry}/providers/microsoft.insights/diagnosticSettings/one`],
  ['Microsoft.Insights/metrics', 'GET', () => `${registry}/providers/Microsoft.Insights/metrics`],
  ['Microsoft.ManagedIdentity/userAssignedIdentities', 'GET', () => `${provider('Microsoft.ManagedIdentity/userAssignedIdentities')}/one`],
  [
    'Microsoft.ManagedIdentity/userAssignedIdentities',
    'GET',
    () => `${scene.subscription}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`,
  ],
  ['Microsoft.OperationalInsights/workspaces', 'GET', () => `${provider('Microsoft.OperationalInsights/workspaces')}/one`],
  ['Microsoft.ContainerRegistry/registries/packages', 'PUT', () => `${registry}/packages/debian/archives/one`],
  ['Microsoft.ContainerRegistry/registries/webhooks', 'PUT', () => `${registry}/webhooks/hook01`],
  ['Microsoft.ContainerRegistry/registries/replications', 'PUT', () => `${registry}/replications/eastus`],
  ['importImage', 'POST', () => `${registry}/importImage`],
] as const)
  test(`${method} of ${feature} is refused at once, by its name`, async () => {
    const answer = await scene.ask(method, path(), { version: '2025-03-01-preview', ...(method === 'GET' ? {} : { body: {} }) })
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'FeatureNotAvailable'])
    assert.equal(errorOf(answer).message.toLowerCase(), `'${feature}' is not available in this version of Longshore.`.toLowerCase())
  })

test('what az asks besides goes on: deployments and tag names are listed, there are none', async () => {
  assert.deepEqual(await bodyOf('GET', provider(deployments)), { value: [] })
  assert.equal((await scene.ask('GET', `${scene.subscription}/tagNames`)).status, 200)
  assert.deepEqual(await bodyOf('GET', `${scene.group}/providers/Microsoft.Authorization/locks`), { value: [] })
})

test('each version of a type is among those that its provider lists', async () => {
  const { resourceTypes } = (await bodyOf('GET', `${scene.subscription}/providers/Microsoft.ContainerRegistry`)) as {
    resourceTypes: { resourceType: string; apiVersions: string[] }[]
  }
  const of = (name: string) => resourceTypes.find((each) => each.resourceType === name)?.apiVersions ?? []
  assert.deepEqual([of('registries').at(0), of('registries').at(-1)], ['2026-09-01-preview', '2017-03-01'])
  assert.deepEqual(
    of('registries/tokens').filter((each) => !each.endsWith('preview')),
    ['2025-11-01', '2025-04-01', '2023-07-01', '2022-12-01'],
  )
  for (const version of of('registries/tokens'))
    assert.equal((await scene.ask('GET', `${registry}/tokens`, { version })).status, 200, version)
})
