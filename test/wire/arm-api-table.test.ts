import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseApiVersion } from '#core/api-version.ts'
import { isAlive } from '#surfaces/arm/lifetime.ts'
import { typeNamed } from '#surfaces/arm/types.ts'
import { described, pathsOf, propertiesOf } from '../specs/versions.ts'
import { type ArmScene, errorOf, newest, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
before(async () => {
  scene = await openArm()
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

/** Their own, older versions: 2018-02-01-preview was the first. */
const ofTasks = /\/(?:tasks|runs|taskRuns|agentPools)$/
const registries = 'Microsoft.ContainerRegistry/registries'
const versionOf = (text: string) => parseApiVersion(text) as NonNullable<ReturnType<typeof parseApiVersion>>

test('the table has the types, properties and actions of each version, as Azure describes them', () => {
  const wrong: string[] = []
  for (const [type, { versions, properties = {}, actions = {} }] of Object.entries(described)) {
    const { versions: row, actions: ofType } = typeNamed(type) ?? assert.fail(type)
    const every = new Set(Object.values(properties).flatMap(({ added = [] }) => added))
    for (const path of Object.keys(row.properties)) assert.ok(every.has(path), `no version of ${type} has ${path}`)
    for (const text of versions) {
      if (!isAlive(row.lifetime, versionOf(text))) wrong.push(`${type} ${text}`)
      if (every.size === 0) continue
      const known = propertiesOf(type, text)
      for (const path of every) {
        const told = Object.entries(row.properties).every(
          ([each, lifetime]) => (path !== each && !path.startsWith(`${each}.`)) || isAlive(lifetime, versionOf(text)),
        )
        // What no answer has is not in the table.
        if (told !== known.has(path) && path !== 'properties.status') wrong.push(`${type} ${text} ${path}: described ${known.has(path)}`)
      }
    }
    // What came later than the provider is in no earlier version of its kind.
    for (const each of described[registries]?.versions ?? []) {
      const first = versions.find((other) => other.endsWith('-preview') === each.endsWith('-preview'))
      const early = first === undefined ? !each.endsWith('-preview') : each < first
      if (early && isAlive(row.lifetime, versionOf(each)) && !ofTasks.test(type)) wrong.push(`${type} is not in ${each}`)
    }
    for (const [action, since] of Object.entries(actions)) {
      const lifetime = ofType[action.toLowerCase()]?.since
      for (const text of versions)
        if (
          (!lifetime || isAlive(lifetime, versionOf(text))) !== since.includes(text) &&
          !(action === 'generateCredentials' && text === '2019-12-01-preview')
        )
          wrong.push(`${action} ${text}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test("the table's statuses are those that Azure's clients accept", () => {
  for (const [type, { statuses }] of Object.entries(described)) {
    const told = typeNamed(type)?.versions.statuses
    for (const status of [told?.made, told?.replaced])
      assert.ok(!statuses.PUT || statuses.PUT.includes(status ?? 0), `PUT ${type} ${status}`)
    assert.ok(!statuses.PATCH || ofTasks.test(type) || statuses.PATCH.includes(told?.changed ?? 0), `PATCH ${type}`)
    for (const status of [told?.deleted, told?.absent])
      assert.ok(!statuses.DELETE || statuses.DELETE.includes(status ?? 0), `DELETE ${type} ${status}`)
  }
})

const premium = { location: 'local', sku: { name: 'Premium' }, properties: { adminUserEnabled: false } }

for (const [index, version] of (described[registries]?.versions ?? []).entries())
  test(`a registry in ${version} has what that version has, whole`, async () => {
    const id = registryId(scene, `versions${index}`)
    const answers = [
      await scene.ask('PUT', id, { version, body: premium }),
      await scene.ask('PATCH', id, { version, body: { properties: { adminUserEnabled: true } } }),
      await scene.ask('GET', id, { version }),
    ]
    assert.deepEqual(
      answers.map((each) => each.status),
      [201, 200, 200],
    )
    const whole = pathsOf((await scene.ask('GET', id, { version: newest })).body as object)
    const known = propertiesOf(registries, version)
    for (const { body, headers } of answers) {
      assert.deepEqual(pathsOf(body as object).sort(), whole.filter((path) => known.has(path)).sort())
      assert.equal(headers['api-supported-versions'], version)
    }
    const { value } = (await scene.ask('GET', `${scene.group}/providers/${registries}`, { version })).body as { value: { name: string }[] }
    assert.deepEqual(
      value.find((each) => each.name === `versions${index}`),
      answers[2]?.body,
    )
  })

test('the newest version shows all that there is, with its defaults, as the service does', async () => {
  const { body } = await scene.ask('PUT', registryId(scene, 'newest1'), { body: premium })
  const { properties, ...envelope } = body as { properties: Record<string, unknown>; systemData: object }
  assert.deepEqual(Object.keys(envelope).sort(), ['id', 'location', 'name', 'sku', 'systemData', 'type'])
  const { creationDate, loginServer, policies, ...rest } = properties
  assert.ok(creationDate && loginServer)
  assert.deepEqual(Object.keys(policies as object).sort(), [
    'azureADAuthenticationAsArmPolicy',
    'exportPolicy',
    'quarantinePolicy',
    'retentionPolicy',
    'softDeletePolicy',
    'trustPolicy',
  ])
  assert.deepEqual(rest, {
    provisioningState: 'Succeeded',
    adminUserEnabled: false,
    networkRuleSet: { defaultAction: 'Allow', virtualNetworkRules: [], ipRules: [] },
    encryption: { status: 'disabled' },
    dataEndpointEnabled: false,
    dataEndpointHostNames: [],
    regionalEndpoints: 'Disabled',
    regionalEndpointHostNames: [],
    endpointProtocol: 'IPv4',
    privateEndpointConnections: [],
    publicNetworkAccess: 'Enabled',
    networkRuleBypassOptions: 'AzureServices',
    networkRuleBypassAllowedForTasks: false,
    zoneRedundancy: 'Disabled',
    anonymousPullEnabled: false,
    metadataSearch: 'Disabled',
    roleAssignmentMode: 'LegacyRegistryPermissions',
    autoGeneratedDomainNameLabelScope: 'Unsecure',
    writableCacheRepos: 'Disabled',
  })
})

test('each default may be asked for by its name, and no more than that where one machine has no more', async () => {
  const defaults: Readonly<Record<string, string | boolean | object>> = {
    writableCacheRepos: 'Disabled',
    regionalEndpoints: 'disabled',
    endpointProtocol: 'IPv4',
    metadataSearch: 'Disabled',
    zoneRedundancy: 'Disabled',
    autoGeneratedDomainNameLabelScope: 'Unsecure',
    roleAssignmentMode: 'LegacyRegistryPermissions',
    networkRuleBypassAllowedForTasks: false,
    networkRuleSet: { defaultAction: 'Allow', ipRules: [], virtualNetworkRules: [] },
  }
  for (const [name, value] of Object.entries(defaults)) {
    const id = registryId(scene, 'defaults1')
    const put = await scene.ask('PUT', id, { body: { ...premium, properties: { [name]: value } } })
    assert.ok(put.status < 300, `${name} ${JSON.stringify(put.body)}`)
    assert.equal((await scene.ask('PATCH', id, { body: { properties: { [name]: value } } })).status, 200, name)
  }
  const enabled = await scene.ask('PATCH', registryId(scene, 'defaults1'), { body: { properties: { writableCacheRepos: 'Enabled' } } })
  assert.deepEqual(
    [enabled.status, errorOf(enabled).code, errorOf(enabled).target],
    [400, 'FeatureNotAvailable', 'properties.writableCacheRepos'],
  )
})

test('a version that does not know a property neither sets it, nor refuses it, nor takes it away', async () => {
  const id = registryId(scene, 'unknown1')
  const old = '2019-05-01'
  const made = await scene.ask('PUT', id, {
    version: old,
    body: { ...premium, properties: { publicNetworkAccess: 'Disabled', zoneRedundancy: 'Enabled', anonymousPullEnabled: 'nonsense' } },
  })
  assert.equal(made.status, 201)
  const shown = async () => ((await scene.ask('GET', id)).body as { properties: Record<string, unknown> }).properties
  assert.equal((await shown()).publicNetworkAccess, 'Enabled')
  await scene.ask('PATCH', id, {
    body: { properties: { publicNetworkAccess: 'Disabled', networkRuleSet: { ipRules: [{ value: '203.0.113.7' }] } } },
  })
  assert.equal((await scene.ask('PUT', id, { version: '2017-03-01', body: premium })).status, 200)
  const after = await shown()
  assert.equal(after.publicNetworkAccess, 'Disabled', 'what the version cannot name stays')
  assert.deepEqual((after.networkRuleSet as { ipRules: unknown[] }).ipRules.length, 1)
  assert.equal((await scene.ask('PUT', id, { body: premium })).status, 200)
  assert.equal((await shown()).publicNetworkAccess, 'Enabled', 'a version that can name it replaces it')
})

test('a type or an action that came later is refused with the versions that have it', async () => {
  const id = registryId(scene, 'defaults1')
  for (const [method, path, version] of [
    ['GET', `${id}/scopeMaps`, '2021-09-01'],
    ['GET', `${id}/tokens/absent`, '2017-10-01'],
    ['PUT', `${id}/cacheRules/rule1`, '2022-12-01'],
    ['GET', `${id}/replications`, '2017-03-01'],
    ['GET', `${id}/listUsages`, '2017-03-01'],
    ['POST', `${id}/generateCredentials`, '2019-05-01'],
  ] as const) {
    const answer = await scene.ask(method, path, { version, ...(method === 'GET' ? {} : { body: {} }) })
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'NoRegisteredProviderFound'], `${path} ${version}`)
    assert.match(errorOf(answer).message, /2025-11-01/)
  }
})

test('a version that nobody knows is served by the nearest earlier one of its kind', async () => {
  const id = registryId(scene, 'defaults1')
  for (const [asked, served] of [
    ['2026-03-01-preview', '2026-01-01-preview'],
    ['2025-12-01', '2025-11-01'],
    ['2099-01-01-preview', '2026-09-01-preview'],
    ['2025-11-01-preview', '2025-03-01-preview'],
    ['2017-06-01-preview', '2017-03-01'],
  ] as const)
    assert.equal((await scene.ask('GET', id, { version: asked })).headers['api-supported-versions'], served)
})

for (const [type, name, body] of [
  ['scopeMaps', 'statuses-map', () => ({ properties: { actions: ['repositories/a/content/read'] } })],
  ['tokens', 'statuses-token', (id: string) => ({ properties: { scopeMapId: `${id}/scopeMaps/_repositories_pull` } })],
] as const)
  test(`${type}: each verb has the status of the table, and a DELETE says where its end is told`, async () => {
    const id = registryId(scene, 'defaults1')
    const path = `${id}/${type}/${name}`
    const told = {
      scopeMaps: { made: 200, replaced: 200, changed: 201, deleted: 202, absent: 204 },
      tokens: { made: 201, replaced: 200, changed: 200, deleted: 202, absent: 204 },
    }[type]
    assert.deepEqual(typeNamed(`${registries}/${type}`)?.versions.statuses, told)
    assert.equal((await scene.ask('PUT', path, { body: body(id) })).status, told.made)
    assert.equal((await scene.ask('PUT', path, { body: body(id) })).status, told.replaced)
    assert.equal((await scene.ask('PATCH', path, { body: body(id) })).status, told.changed)
    const gone = await scene.ask('DELETE', path)
    assert.equal(gone.status, told.deleted)
    assert.match(String(gone.headers.location), /\/providers\/Microsoft\.ContainerRegistry\/locations\/local\/operationResults\//)
    assert.equal((await scene.ask('GET', String(gone.headers.location))).status, 200)
    assert.equal((await scene.ask('GET', path)).status, 404)
    assert.equal((await scene.ask('DELETE', path)).status, told.absent)
  })
