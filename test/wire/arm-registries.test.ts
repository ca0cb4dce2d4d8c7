import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runOperatorCli } from '../world/cli-run.ts'
import { type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
before(async () => {
  scene = await openArm()
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

interface Registry {
  id: string
  name: string
  location: string
  tags: Record<string, string>
  sku: { name: string }
  systemData: Record<string, string>
  properties: Record<string, unknown>
}
const basic = { location: 'West Europe', sku: { name: 'Basic' } }
const premium = { location: 'local', sku: { name: 'Premium' } }
const create = async (name: string, body: object = premium) => {
  const answer = await scene.ask('PUT', registryId(scene, name), { body })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body as Registry
}
const read = async (name: string, version?: string) =>
  (await scene.ask('GET', registryId(scene, name), version ? { version } : {})).body as Registry
const patch = (name: string, body: object, headers: Record<string, string> = {}) =>
  scene.ask('PATCH', registryId(scene, name), { body, headers })

test('a registry is made with 201, replaced with 200, and read back whole', async () => {
  const made = await create('Contoso1', {
    ...basic,
    tags: { team: 'a' },
    properties: { adminUserEnabled: false, loginServer: 'ignored', future: 1 },
  })
  assert.equal(made.id, registryId(scene, 'Contoso1'))
  assert.equal(made.properties.loginServer, 'contoso1.longshore.localhost:5443')
  assert.equal(made.location, 'westeurope')
  assert.equal(made.properties.provisioningState, 'Succeeded')
  assert.equal(made.systemData.createdBy, 'owner@longshore.example')
  assert.equal(made.systemData.createdByType, 'User')
  scene.time.at += 1000
  const again = await scene.ask('PUT', registryId(scene, 'CONTOSO1'), { body: { ...basic, sku: { name: 'standard' } } })
  assert.equal(again.status, 200)
  const registry = await read('contoso1')
  assert.deepEqual(again.body, registry)
  assert.equal(registry.name, 'Contoso1')
  assert.equal(Object.hasOwn(registry, 'tags'), false)
  assert.equal(registry.sku.name, 'Standard')
  assert.notEqual(registry.systemData.lastModifiedAt, registry.systemData.createdAt)
  assert.equal((await scene.ask('HEAD', registryId(scene, 'contoso1'))).status, 204)
  assert.equal(registry.properties.networkRuleSet, undefined)
})

test('the first registry answers on the control origin', async () => {
  assert.equal((await create('local', basic)).properties.loginServer, 'localhost:5443')
})

test('PATCH changes what is given; tags come whole, null takes away, what is unknown is ignored', async () => {
  await create('patched', { ...premium, tags: { a: '1', b: '2' } })
  const whole = await read('patched')
  const answer = await patch('patched', { ...whole, tags: { a: '3' }, properties: { ...whole.properties, adminUserEnabled: true } })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const changed = answer.body as Registry
  assert.deepEqual(changed.tags, { a: '3' })
  assert.equal(changed.properties.adminUserEnabled, true)
  assert.deepEqual(changed.properties.policies, whole.properties.policies)
  assert.equal(((await patch('patched', { properties: { adminUserEnabled: null } })).body as Registry).properties.adminUserEnabled, false)
  assert.equal(errorOf(await patch('missing9', { properties: {} })).code, 'ResourceNotFound')
})

test('network rules: IPv4, IPv6 and blocks, in the form of the version that asks, on the data plane at once', async () => {
  await create('walled')
  const rules = [{ value: '203.0.113.7' }, { action: 'Allow', value: '2001:db8::/32' }]
  const answer = await patch('walled', { properties: { networkRuleSet: { defaultAction: 'Deny', ipRules: rules } } })
  assert.deepEqual((answer.body as Registry).properties.networkRuleSet, {
    defaultAction: 'Deny',
    virtualNetworkRules: [],
    ipRules: [
      { action: 'Allow', value: '203.0.113.7' },
      { action: 'Allow', value: '2001:db8::/32' },
    ],
  })
  const rulesIn = async (version: string) => Object.keys((await read('walled', version)).properties.networkRuleSet as object)
  assert.deepEqual(await rulesIn('2021-08-01-preview'), ['defaultAction', 'virtualNetworkRules', 'ipRules'])
  assert.deepEqual(await rulesIn('2025-11-01'), ['defaultAction', 'ipRules'])
  assert.deepEqual((await scene.deps.store.registry('walled'))?.network, {
    publicAccess: true,
    defaultAction: 'Deny',
    allowed: ['203.0.113.7', '2001:db8::/32'],
  })
  await patch('walled', { properties: { publicNetworkAccess: 'Disabled' } })
  assert.equal((await scene.deps.store.registry('walled'))?.network.publicAccess, false)
  for (const value of ['300.1.1.1', '10.0.0.0/33', 'example.org', '::/129', '']) {
    const refused = await patch('walled', { properties: { networkRuleSet: { defaultAction: 'Deny', ipRules: [{ value }] } } })
    assert.deepEqual([refused.status, errorOf(refused).target], [400, 'properties.networkRuleSet.ipRules'])
  }
  const many = Array.from({ length: 201 }, (_, index) => ({ value: `10.0.${Math.floor(index / 250)}.${index % 250}` }))
  const tooMany = await patch('walled', { properties: { networkRuleSet: { defaultAction: 'Deny', ipRules: many } } })
  assert.equal(errorOf(tooMany).code, 'QuotaExceeded')
})

test('what a tier lacks is refused at creation, on change, and on the way down', async () => {
  const refusedWith = async (body: object) => errorOf(await scene.ask('PUT', registryId(scene, 'tiered'), { body })).target
  assert.equal(await refusedWith({ ...basic, properties: { anonymousPullEnabled: true } }), 'properties.anonymousPullEnabled')
  assert.equal(await refusedWith({ ...basic, properties: { dataEndpointEnabled: true } }), 'properties.dataEndpointEnabled')
  assert.equal(await refusedWith({ ...basic, properties: { networkRuleSet: { defaultAction: 'Deny' } } }), 'properties.networkRuleSet')
  assert.equal(await refusedWith({ ...basic, properties: { publicNetworkAccess: 'Disabled' } }), 'properties.publicNetworkAccess')
  assert.equal(await refusedWith({ ...basic, sku: { name: 'Classic' } }), 'sku.name')
  assert.equal(await refusedWith({ ...basic, sku: { name: 'Gold' } }), 'sku.name')
  assert.equal(await refusedWith({ location: 'local' }), 'sku.name')
  await create('tiered', { ...premium, properties: { dataEndpointEnabled: true } })
  const down = await patch('tiered', { sku: { name: 'Standard' } })
  assert.deepEqual([down.status, errorOf(down).code], [400, 'SkuNotSupported'])
  assert.equal((await patch('tiered', { sku: { name: 'Standard' }, properties: { dataEndpointEnabled: false } })).status, 200)
  assert.equal((await scene.deps.store.registry('tiered'))?.sku, 'Standard')
})

test('what one machine cannot honour is refused when it is asked for, and passes with its default', async () => {
  const features: Record<string, unknown> = {
    zoneRedundancy: 'Enabled',
    encryption: { status: 'enabled' },
    roleAssignmentMode: 'AbacRepositoryPermissions',
    regionalEndpoints: 'Enabled',
    metadataSearch: 'Enabled',
    networkRuleBypassAllowedForTasks: true,
    autoGeneratedDomainNameLabelScope: 'TenantReuse',
  }
  for (const [name, value] of Object.entries(features)) {
    const answer = await scene.ask('PUT', registryId(scene, 'plain1'), { body: { ...premium, properties: { [name]: value } } })
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'FeatureNotAvailable'], name)
  }
  for (const policy of ['quarantinePolicy', 'trustPolicy', 'retentionPolicy', 'softDeletePolicy']) {
    const answer = await scene.ask('PUT', registryId(scene, 'plain1'), {
      body: { ...premium, properties: { policies: { [policy]: { status: 'enabled' } } } },
    })
    assert.deepEqual([answer.status, errorOf(answer).target], [400, `properties.policies.${policy}.status`])
  }
  const identity = await scene.ask('PUT', registryId(scene, 'plain1'), { body: { ...premium, identity: { type: 'SystemAssigned' } } })
  assert.equal(errorOf(identity).target, 'identity.type')
  await create('plain1', {
    ...premium,
    identity: { type: 'None' },
    properties: {
      zoneRedundancy: 'Disabled',
      encryption: { status: 'disabled', keyVaultProperties: null },
      policies: { retentionPolicy: { days: 30, status: 'disabled' } },
    },
  })
  const { policies } = (await read('plain1')).properties as { policies: { retentionPolicy: { days: number } } }
  assert.equal(policies.retentionPolicy.days, 30)
})

test('policies: tokens for ARM can be shut out; exports only with the public network', async () => {
  await create('policed')
  const off = { status: 'disabled' }
  await patch('policed', { properties: { policies: { azureADAuthenticationAsArmPolicy: off } } })
  assert.equal((await scene.deps.store.registry('policed'))?.armAudience, false)
  assert.equal(
    errorOf(await patch('policed', { properties: { policies: { exportPolicy: off } } })).target,
    'properties.policies.exportPolicy.status',
  )
  const both = await patch('policed', { properties: { publicNetworkAccess: 'Disabled', policies: { exportPolicy: off } } })
  assert.equal(both.status, 200)
})

test('a name is taken everywhere, may be asked for, and is free again after a delete', async () => {
  await create('takenname')
  const other = `${scene.subscription}/resourceGroups/other`
  await scene.ask('PUT', other, { body: { location: 'local' } })
  const taken = await scene.ask('PUT', `${other}/providers/Microsoft.ContainerRegistry/registries/TakenName`, { body: premium })
  assert.equal(taken.status, 409)
  assert.deepEqual(errorOf(taken), {
    code: 'AlreadyInUse',
    message:
      'The registry DNS name takenname.longshore.localhost:5443 is already in use. You can check if the name is already claimed using following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability',
  })
  assert.equal((taken.body as { status: string }).status, 'Failed')
  const check = async (name: string) =>
    (
      await scene.ask('POST', `${scene.subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability`, {
        body: { name, type: 'Microsoft.ContainerRegistry/registries', autoGeneratedDomainNameLabelScope: 'Unsecure' },
      })
    ).body as { nameAvailable: boolean; reason?: string; message?: string }
  assert.deepEqual(await check('takenname'), {
    nameAvailable: false,
    reason: 'AlreadyExists',
    message: 'The registry takenname is already in use.',
  })
  assert.equal((await check('abc')).reason, 'Invalid')
  assert.equal((await scene.ask('DELETE', registryId(scene, 'takenname'))).status, 200)
  assert.equal((await scene.ask('DELETE', registryId(scene, 'takenname'))).status, 204)
  assert.equal((await check('takenname')).nameAvailable, true)
  assert.equal(errorOf(await scene.ask('GET', registryId(scene, 'takenname'))).code, 'ResourceNotFound')
})

test('names and places that are none are refused', async () => {
  for (const name of ['abcd', 'with-dash', 'a'.repeat(51), 'under_score', 'dots.dots']) {
    const answer = await scene.ask('PUT', registryId(scene, name), { body: premium })
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'InvalidResourceName'], name)
  }
  assert.equal(errorOf(await scene.ask('PUT', registryId(scene, 'nowhere'), { body: { sku: { name: 'Basic' } } })).code, 'LocationRequired')
  await create('fixedplace')
  const moved = await scene.ask('PUT', registryId(scene, 'fixedplace'), { body: { ...premium, location: 'eastus' } })
  assert.deepEqual([moved.status, errorOf(moved).code], [409, 'InvalidResourceLocation'])
  const group = `${scene.subscription}/resourceGroups/absent`
  const inNone = await scene.ask('PUT', `${group}/providers/Microsoft.ContainerRegistry/registries/orphan`, { body: premium })
  assert.deepEqual([inNone.status, errorOf(inNone).code], [404, 'ResourceGroupNotFound'])
})

test('the admin user: off is refused, on has two passwords, one is renewed at a time, old versions ask too', async () => {
  await create('admins')
  const list = (version?: string) => scene.ask('POST', `${registryId(scene, 'admins')}/listCredentials`, version ? { version } : {})
  const refused = await list()
  assert.deepEqual([refused.status, errorOf(refused).code], [400, 'UnAuthorizedForCredentialOperations'])
  await patch('admins', { properties: { adminUserEnabled: true } })
  const first = (await list('2017-10-01')).body as { username: string; passwords: { name: string; value: string }[] }
  assert.equal(first.username, 'admins')
  assert.deepEqual(
    first.passwords.map((each) => each.name),
    ['password', 'password2'],
  )
  const renewed = await scene.ask('POST', `${registryId(scene, 'admins')}/regenerateCredential`, { body: { name: 'password2' } })
  const second = renewed.body as typeof first
  assert.equal(second.passwords[0]?.value, first.passwords[0]?.value)
  assert.notEqual(second.passwords[1]?.value, first.passwords[1]?.value)
  assert.deepEqual((await list()).body, second)
  const wrong = await scene.ask('POST', `${registryId(scene, 'admins')}/regenerateCredential`, { body: { name: 'password3' } })
  assert.equal(errorOf(wrong).target, 'name')
})

test('usage tells each limit of the tier', async () => {
  await create('counted')
  const { value } = (await scene.ask('GET', `${registryId(scene, 'counted')}/listUsages`)).body as {
    value: { name: string; limit: number; currentValue: number }[]
  }
  for (const { name, currentValue } of value) assert.equal(currentValue, 0, name)
  assert.deepEqual(
    value.map(({ name, limit }) => [name, limit]),
    [
      ['Size', 500 * 2 ** 30],
      ['Webhooks', 500],
      ['Geo-replications', 100],
      ['IPRules', 200],
      ['VNetRules', 100],
      ['PrivateEndpointConnections', 200],
      ['ScopeMaps', 50_000],
      ['Tokens', 50_000],
    ],
  )
})

/** `longshore registry update` on the machine itself. */
const operate = async (name: string, ...change: string[]) => {
  const { code, problem } = await runOperatorCli(scene.deps, 'registry', 'update', '--registry', name, ...change)
  assert.equal(code, 0, problem)
}

test('a storage limit that the operator set is the one that usage tells, and it stays with a change of the registry', async () => {
  await create('bounded')
  const size = async () => {
    const { value } = (await scene.ask('GET', `${registryId(scene, 'bounded')}/listUsages`)).body as {
      value: { name: string; limit: number }[]
    }
    return value.find(({ name }) => name === 'Size')?.limit
  }
  await operate('bounded', '--storage-limit', '123456789')
  assert.equal(await size(), 123_456_789)
  await scene.ask('PATCH', registryId(scene, 'bounded'), { body: { sku: { name: 'Standard' } } })
  assert.equal(await size(), 123_456_789)
  await operate('bounded', '--storage-limit', 'none')
  assert.equal(await size(), 100 * 2 ** 30)
})

test('etags: a change in between is seen, nothing there is asked for, of two with the same one wins', async () => {
  await create('etagged')
  const { headers } = await scene.ask('GET', registryId(scene, 'etagged'))
  const etag = String(headers.etag)
  const put = (given: Record<string, string>, tags: object) =>
    scene.ask('PUT', registryId(scene, 'etagged'), { body: { ...premium, tags }, headers: given })
  const both = await Promise.all([put({ 'if-match': etag }, { a: '1' }), put({ 'if-match': etag }, { a: '2' })])
  assert.deepEqual(both.map((each) => each.status).sort(), [200, 412])
  assert.equal(errorOf(both.find((each) => each.status === 412) ?? both[0]).code, 'PreconditionFailed')
  assert.equal((await put({ 'if-none-match': '*' }, {})).status, 412)
  assert.equal((await put({ 'if-match': '*' }, {})).status, 200)
  assert.equal((await put({ 'if-match': '"a", "b"' }, {})).status, 400)
  assert.equal((await scene.ask('PUT', registryId(scene, 'notthere'), { body: premium, headers: { 'if-match': '*' } })).status, 412)
  assert.equal((await scene.ask('DELETE', registryId(scene, 'etagged'), { headers: { 'if-match': '"other"' } })).status, 412)
})

test('many changes at once are all kept when nobody asks for an etag', async () => {
  await create('crowded')
  const changes = [
    { anonymousPullEnabled: true },
    { adminUserEnabled: true },
    { dataEndpointEnabled: true },
    { networkRuleBypassOptions: 'None' },
  ]
  const answers = await Promise.all(changes.map((properties) => patch('crowded', { properties })))
  assert.deepEqual(
    answers.map((each) => each.status),
    [200, 200, 200, 200],
  )
  const { properties } = await read('crowded')
  for (const change of changes) for (const [name, value] of Object.entries(change)) assert.equal(properties[name], value)
})

test('what is not built yet: empty lists, nothing found, nothing made; the private link is there', async () => {
  await create('neighbours')
  const at = registryId(scene, 'neighbours')
  for (const type of [
    'webhooks',
    'cacheRules',
    'credentialSets',
    'connectedRegistries',
    'privateEndpointConnections',
    'agentPools',
    'tasks',
    'runs',
    'exportPipelines',
  ]) {
    assert.deepEqual((await scene.ask('GET', `${at}/${type}`)).body, { value: [] }, type)
    assert.equal(errorOf(await scene.ask('GET', `${at}/${type}/something`)).code, 'ResourceNotFound')
    assert.equal(
      errorOf(await scene.ask('PUT', `${at}/${type}/something`, { body: { location: 'local', properties: {} } })).code,
      'FeatureNotAvailable',
    )
    assert.equal((await scene.ask('DELETE', `${at}/${type}/something`)).status, 204)
  }
  assert.deepEqual((await scene.ask('GET', `${at}/replications`)).body, { value: [] })
  assert.equal((await scene.ask('GET', `${at}/replications/local`)).status, 404)
  for (const method of ['PUT', 'DELETE']) {
    const home = await scene.ask(method, `${at}/replications/LOCAL`, method === 'PUT' ? { body: { location: 'local' } } : {})
    assert.deepEqual([home.status, errorOf(home).code], [400, 'HomeReplication'])
    assert.match(errorOf(home).message, /home replica of the registry 'neighbours'/)
  }
  const elsewhere = await scene.ask('PUT', `${at}/replications/eastus`, { body: { location: 'eastus' } })
  assert.equal(errorOf(elsewhere).code, 'FeatureNotAvailable')
  const links = (await scene.ask('GET', `${at}/privateLinkResources`)).body as { value: { name: string }[] }
  assert.deepEqual(
    links.value.map((each) => each.name),
    ['registry'],
  )
  assert.equal((await scene.ask('GET', `${at}/privateLinkResources/registry`)).status, 200)
  for (const action of ['importImage', 'scheduleRun', 'listBuildSourceUploadUrl'])
    assert.equal(errorOf(await scene.ask('POST', `${at}/${action}`, { body: {} })).code, 'FeatureNotAvailable')
})

test('what the operator switches on the machine is what is shown, and no later change of another thing undoes it', async () => {
  await create('switched')
  const machine = ['--rate-limits', 'off', '--index-children', 'free', '--storage-limit', '5000']
  await operate('switched', '--admin-enabled', 'true', '--anonymous-pull-enabled', 'true', ...machine)
  assert.equal((await read('switched')).properties.adminUserEnabled, true)
  await patch('switched', { tags: { a: '1' } })
  const replaced = { ...premium, properties: { adminUserEnabled: true, anonymousPullEnabled: true, longshore: { storageLimit: 1 } } }
  assert.equal((await scene.ask('PUT', registryId(scene, 'switched'), { body: replaced })).status, 200)
  const { id, adminEnabled, anonymousPull, rateLimits, indexChildren } = (await scene.deps.store.registry('switched')) ?? assert.fail()
  assert.deepEqual([adminEnabled, anonymousPull, rateLimits, indexChildren], [true, true, 'off', 'free'])
  assert.equal((await scene.deps.store.usage(id)).limit, 5000)
  assert.equal((await read('switched')).properties.longshore, undefined, 'what is the operator’s is not shown to others')
  assert.equal((await scene.ask('POST', `${registryId(scene, 'switched')}/listCredentials`)).status, 200)
})
