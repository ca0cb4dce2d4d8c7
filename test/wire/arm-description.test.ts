import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { operations } from '../specs/description.ts'
import { type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
before(async () => {
  scene = await openArm()
  const registry = registryId(scene, 'described')
  await scene.ask('PUT', registry, { body: { location: 'local', sku: { name: 'Premium' }, properties: { adminUserEnabled: true } } })
  await scene.ask('PUT', `${registry}/scopeMaps/map01`, { body: { properties: { actions: ['repositories/a/content/read'] } } })
  await scene.ask('PUT', `${registry}/tokens/token`, { body: { properties: { scopeMapId: `${registry}/scopeMaps/map01` } } })
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

const values: Readonly<Record<string, string>> = {
  subscriptionId: '11111111-2222-4333-8444-555555555555',
  resourceGroupName: 'rg',
  registryName: 'described',
  scopeMapName: 'map01',
  tokenName: 'token',
  replicationName: 'local',
  groupName: 'registry',
}
const bodies: Readonly<Record<string, () => object>> = {
  Registries_CheckNameAvailability: () => ({ name: 'abcdef', type: 'Microsoft.ContainerRegistry/registries' }),
  Registries_Create: () => ({ location: 'local', sku: { name: 'Premium' }, properties: { adminUserEnabled: true } }),
  Registries_RegenerateCredential: () => ({ name: 'password' }),
  Registries_GenerateCredentials: () => ({ tokenId: `${registryId(scene, 'described')}/tokens/token` }),
  ScopeMaps_Create: () => ({ properties: { actions: ['repositories/a/content/read'] } }),
  Tokens_Create: () => ({ properties: { scopeMapId: `${registryId(scene, 'described')}/scopeMaps/map01` } }),
}
/** What cannot be done here yet, and how it is refused. */
const notYet =
  /^(?:CacheRules|ConnectedRegistries|CredentialSets|PrivateEndpointConnections|Replications|Webhooks)_|^Registries_ImportImage$/
const refusals = ['FeatureNotAvailable', 'ResourceNotFound', 'HomeReplication']

// What others need is deleted last.
const rank = (id: string): number =>
  id.endsWith('_Delete') ? ['Tokens_Delete', 'ScopeMaps_Delete', 'Registries_Delete'].indexOf(id) + 1 : 0
for (const { method, path, operationId } of [...operations].sort((a, b) => rank(a.operationId) - rank(b.operationId)))
  test(`${operationId} is answered as Azure's description says, or refused clearly`, async () => {
    const url = path.replace(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? 'something')
    const body = ['PUT', 'PATCH', 'POST'].includes(method) ? { body: bodies[operationId]?.() ?? {} } : {}
    // The answer is held against the description by the scene.
    const answer = await scene.ask(method, url, { version: '2025-11-01', ...body })
    if (answer.status < 400) return
    assert.match(operationId, notYet, JSON.stringify(answer.body))
    assert.ok(answer.status < 500 && refusals.includes(errorOf(answer).code), `${answer.status} ${JSON.stringify(answer.body)}`)
  })
