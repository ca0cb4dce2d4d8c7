// az acr create, show, list, update, delete and what is asked of a registry beside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pushNew } from './pushed.ts'
import { onStage } from './stage.ts'

export interface Registry {
  id: string
  name: string
  type: string
  location: string
  resourceGroup: string
  loginServer: string
  adminUserEnabled: boolean
  anonymousPullEnabled: boolean
  provisioningState: string
  publicNetworkAccess: string
  creationDate: string
  sku: { name: string; tier: string }
  tags: Record<string, string> | null
  policies: Record<string, Record<string, unknown>>
  networkRuleSet: unknown
  systemData: Record<string, string>
}

onStage('registry', (stage) => {
  const az: typeof stage.owner.az = (...args) => stage.owner.az(...args)
  const fails: typeof stage.owner.fails = (...args) => stage.owner.fails(...args)

  test('the registry that the first start made is there', async () => {
    const [registry, ...others] = await az<Registry[]>('acr', 'list')
    assert.equal(others.length, 0)
    assert.equal(registry?.name, 'local')
    assert.equal(registry.id, stage.registry)
    assert.equal(registry.loginServer, stage.host)
    assert.equal(registry.resourceGroup, 'local')
    assert.equal(registry.type, 'Microsoft.ContainerRegistry/registries')
    assert.equal(registry.sku.name, 'Premium')
    assert.deepEqual(await az('acr', 'show', '--name', 'local'), registry)
  })

  test('create takes the location of its group; the answer is what show says', async () => {
    const group = await az<{ location: string }>('group', 'show', '--name', 'local')
    const made = await az<Registry>('acr', 'create', '-n', 'contoso', '-g', 'local', '--sku', 'Standard', '--tags', 'a=1', 'b=two')
    assert.deepEqual(
      {
        name: made.name,
        loginServer: made.loginServer,
        location: made.location,
        sku: made.sku,
        admin: made.adminUserEnabled,
        anonymous: made.anonymousPullEnabled,
        state: made.provisioningState,
        access: made.publicNetworkAccess,
        tags: made.tags,
      },
      {
        name: 'contoso',
        loginServer: `contoso.${stage.domain}`,
        location: group.location,
        sku: { name: 'Standard', tier: 'Standard' },
        admin: false,
        anonymous: false,
        state: 'Succeeded',
        access: 'Enabled',
        tags: { a: '1', b: 'two' },
      },
    )
    assert.ok(Math.abs(Date.parse(made.creationDate) - Date.now()) < 60_000, made.creationDate)
    assert.match(made.systemData.createdBy ?? '', /^owner@/)
    assert.equal(made.systemData.createdByType, 'User')
    assert.deepEqual(await az('acr', 'show', '-n', 'contoso', '-g', 'local'), made)
    assert.deepEqual(await az('acr', 'show', '-n', `contoso.${stage.domain}`), made)
    const names = (registries: Registry[]) => registries.map(({ name }) => name).sort()
    assert.deepEqual(names(await az('acr', 'list')), ['contoso', 'local'])
    assert.deepEqual(names(await az('acr', 'list', '--resource-group', 'local')), ['contoso', 'local'])
  })

  test('a name that is taken, or wrong, is refused with its reason', async () => {
    interface Availability {
      nameAvailable: boolean
      reason: string | null
      message: string | null
    }
    const taken = await az<Availability>('acr', 'check-name', '-n', 'contoso')
    assert.equal(taken.nameAvailable, false)
    assert.equal(taken.reason, 'AlreadyExists')
    assert.match(taken.message ?? '', /contoso.* is already in use/)
    assert.equal((await az<Availability>('acr', 'check-name', '-n', 'fabrikam')).nameAvailable, true)
    await az('group', 'create', '-n', 'elsewhere', '-l', 'local')
    await fails(/AlreadyInUse|already in use/, 'acr', 'create', '-n', 'contoso', '-g', 'elsewhere', '--sku', 'Basic')
    await fails(/5 (?:to|and) 50|alpha ?numeric/i, 'acr', 'create', '-n', 'abc', '-g', 'local', '--sku', 'Basic')
    await fails(
      /ResourceGroupNotFound|could not be found/,
      'acr',
      'create',
      '-n',
      'fabrikam',
      '-g',
      'absent',
      '--sku',
      'Basic',
      '-l',
      'local',
    )
  })

  test('update changes what is named and leaves the rest', async () => {
    const before = await az<Registry>('acr', 'show', '-n', 'contoso')
    const changed = await az<Registry>('acr', 'update', '-n', 'contoso', '--sku', 'Premium', '--admin-enabled', 'true')
    // Network rules are told of in the tier that has them.
    const changes = new Set(['sku', 'adminUserEnabled', 'systemData', 'policies', 'networkRuleSet'])
    const same = (registry: Registry) => Object.entries(registry).filter(([name]) => !changes.has(name))
    assert.equal(changed.sku.name, 'Premium')
    assert.equal(changed.adminUserEnabled, true)
    assert.deepEqual(same(changed), same(before))
    assert.equal((await az<Registry>('acr', 'update', '-n', 'contoso', '--anonymous-pull-enabled', 'true')).anonymousPullEnabled, true)
    assert.deepEqual((await az<Registry>('acr', 'update', '-n', 'contoso', '--tags', 'c=3')).tags, { c: '3' })
    assert.equal((await az<Registry>('acr', 'update', '-n', 'contoso', '--set', 'tags.d=4')).tags?.d, '4')
    const shown = await az<Registry>('acr', 'show', '-n', 'contoso')
    assert.deepEqual([shown.sku.name, shown.adminUserEnabled, shown.anonymousPullEnabled], ['Premium', true, true])
    await az('acr', 'update', '-n', 'contoso', '--anonymous-pull-enabled', 'false')
  })

  test('what belongs to a higher tier is refused in a lower one', async () => {
    await az('acr', 'create', '-n', 'basics', '-g', 'local', '--sku', 'Basic')
    await fails(/Standard|Premium/, 'acr', 'update', '-n', 'basics', '--anonymous-pull-enabled', 'true')
    await fails(/Premium/, 'acr', 'update', '-n', 'basics', '--public-network-enabled', 'false')
    await fails(/Premium/, 'acr', 'network-rule', 'list', '-n', 'basics')
  })

  test('show-usage has the limits of the tier and rises with what is pushed', async () => {
    interface Usage {
      value: { name: string; limit: number; currentValue: number; unit: string }[]
    }
    const sizeOf = async () => {
      const { value } = await az<Usage>('acr', 'show-usage', '-n', 'contoso')
      const size = value.find(({ name }) => name === 'Size')
      assert.ok(size)
      return { size, value }
    }
    const { size, value } = await sizeOf()
    assert.equal(size.unit, 'Bytes')
    assert.ok(size.limit >= 500 * 2 ** 30)
    for (const name of ['Webhooks', 'Geo-replications', 'ScopeMaps', 'Tokens']) {
      const usage = value.find((each) => each.name === name)
      assert.ok(usage, name)
      assert.equal(usage.unit, 'Count')
    }
    await stage.refreshHosts()
    await pushNew(stage, stage.owner, [`contoso.${stage.domain}/usage:v1`], {
      credential: await credentialOf('contoso'),
      bulk: 3_000_000,
    })
    const after = (await sizeOf()).size.currentValue
    assert.ok(after - size.currentValue > 3_000_000, `${size.currentValue} → ${after}`)
  })

  test('show-endpoints tells where clients are let through to', async () => {
    interface Endpoints {
      loginServer: string
      dataEndpoints: { region: string; endpoint: string }[]
    }
    const shared = await az<Endpoints>('acr', 'show-endpoints', '-n', 'contoso')
    assert.equal(shared.loginServer, `contoso.${stage.domain}`)
    assert.deepEqual(shared.dataEndpoints, [{ region: 'local', endpoint: `*.blob.${stage.domain}` }])
    const own = await az<{ dataEndpointEnabled: boolean; dataEndpointHostNames: string[] }>(
      'acr',
      'update',
      '-n',
      'contoso',
      '--data-endpoint-enabled',
      'true',
    )
    assert.equal(own.dataEndpointEnabled, true)
    const { dataEndpoints } = await az<Endpoints>('acr', 'show-endpoints', '-n', 'contoso')
    assert.deepEqual(
      dataEndpoints.map(({ endpoint }) => endpoint),
      own.dataEndpointHostNames,
    )
    await az('acr', 'update', '-n', 'contoso', '--data-endpoint-enabled', 'false')
  })

  test('delete takes the registry with what it holds; its name is free again', async () => {
    assert.equal(await az('acr', 'delete', '-n', 'contoso', '--yes'), undefined)
    await fails(/could not be found/, 'acr', 'show', '-n', 'contoso')
    await fails(/ResourceNotFound|was not found/, 'acr', 'show', '-n', 'contoso', '-g', 'local')
    const again = await az<Registry>('acr', 'create', '-n', 'contoso', '-g', 'elsewhere', '--sku', 'Basic', '--admin-enabled', 'true')
    assert.equal(again.resourceGroup, 'elsewhere')
    assert.deepEqual(await az('acr', 'repository', 'list', '-n', 'contoso', ...(await loginOf('contoso'))), [])
  })

  const credentialOf = async (name: string): Promise<string> => {
    const { username, passwords } = await az<{ username: string; passwords: { value: string }[] }>('acr', 'credential', 'show', '-n', name)
    return `${username}:${passwords[0]?.value}`
  }
  const loginOf = async (name: string): Promise<string[]> => {
    const [username = '', password = ''] = (await credentialOf(name)).split(':')
    return ['--username', username, '--password', password]
  }
})
