// az group, az resource, az tag, az provider: what is asked of any resource, of whatever type.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onStage } from './stage.ts'

interface Group {
  id: string
  name: string
  type: string
  location: string
  managedBy: null
  tags: Record<string, string>
  properties: { provisioningState: string }
}
interface Resource {
  id: string
  name: string
  type: string
  location: string
  resourceGroup: string
  provisioningState: string
  sku: { name: string }
  tags: Record<string, string> | null
  properties: { loginServer: string; adminUserEnabled: boolean }
}

const type = 'Microsoft.ContainerRegistry/registries'
const names = (found: readonly { name: string }[]) => found.map(({ name }) => name).sort()

onStage('groups and resources', (stage) => {
  const az = <Shape>(words: string, ...more: string[]) => stage.owner.az<Shape>(...words.split(' '), ...more)
  const fails = (says: RegExp, words: string) => stage.owner.fails(says, ...words.split(' '))
  const idOf = (group: string, registry?: string) =>
    `/subscriptions/${stage.subscription}/resourceGroups/${group}${registry === undefined ? '' : `/providers/${type}/${registry}`}`
  const listed = async (words: string) => names(await az(words))

  test('a group is made, shown, listed and found by its tag', async () => {
    assert.equal(await az('group exists -n Team-A'), false)
    const made = await az<Group>('group create -n Team-A -l local --tags stage=test cost=1')
    assert.deepEqual(
      { ...made, managedBy: undefined },
      {
        id: idOf('Team-A'),
        name: 'Team-A',
        type: 'Microsoft.Resources/resourceGroups',
        location: 'local',
        managedBy: undefined,
        tags: { stage: 'test', cost: '1' },
        properties: { provisioningState: 'Succeeded' },
      },
    )
    const [exists, shown, all, tagged, others] = await Promise.all([
      az('group exists -n team-a'),
      az('group show -n TEAM-A'),
      listed('group list'),
      listed('group list --tag stage=test'),
      listed('group list --tag stage=other'),
      fails(/InvalidResourceGroupLocation/, 'group create -n Team-A -l elsewhere'),
      fails(/InvalidResourceName|resource name/i, 'group create -n ends-with-a-dot. -l local'),
    ])
    assert.equal(exists, true, 'names have no case')
    assert.deepEqual(shown, made)
    assert.deepEqual([all, tagged, others], [['Team-A', 'local'], ['Team-A'], []])
  })

  test('the tags of a group are replaced and added to', async () => {
    const update = async (words: string) => (await az<Group>(`group update -n Team-A ${words}`)).tags
    assert.deepEqual(await update('--tags owner=me'), { owner: 'me' })
    assert.deepEqual(await update('--set tags.cost=2'), { owner: 'me', cost: '2' })
    assert.deepEqual((await az<Group>('group show -n Team-A')).tags, { owner: 'me', cost: '2' })
  })

  test('resources are listed by group, name, type, place and tag', async () => {
    await az('acr create -n alpha -g Team-A --sku Premium --tags env=prod')
    await az('acr create -n bravo -g Team-A --sku Basic')
    const expected: [words: string, found: string[]][] = [
      ['', ['alpha', 'bravo', 'local']],
      [' --resource-group team-a', ['alpha', 'bravo']],
      [` --resource-type ${type}`, ['alpha', 'bravo', 'local']],
      [' --resource-type Microsoft.Web/sites', []],
      [' --tag env=prod', ['alpha']],
      [' --location local', ['alpha', 'bravo', 'local']],
      [' --location westeurope', []],
    ]
    const found = expected.map(async ([words]) => [words, await listed(`resource list${words}`)])
    assert.deepEqual(await Promise.all(found), expected)
    const [alpha, ...others] = await az<Resource[]>('resource list --name alpha')
    assert.equal(others.length, 0)
    assert.ok(alpha)
    assert.deepEqual([alpha.id, alpha.type, alpha.sku.name, alpha.tags], [idOf('Team-A', 'alpha'), type, 'Premium', { env: 'prod' }])
    assert.equal(alpha.provisioningState, 'Succeeded')
  })

  test('a resource is shown by its name and by its id, and tagged', async () => {
    const [shown, byId] = await Promise.all([
      az<Resource>(`resource show -g Team-A -n alpha --resource-type ${type}`),
      az(`resource show --ids ${idOf('Team-A', 'alpha')}`),
      fails(/ResourceNotFound/, `resource show -g Team-A -n absent --resource-type ${type}`),
      fails(/InvalidResourceNamespace/, 'resource show -g Team-A -n absent --resource-type Microsoft.Web/sites'),
    ])
    assert.deepEqual([shown.id, shown.properties.loginServer], [idOf('Team-A', 'alpha'), `alpha.${stage.domain}`])
    assert.deepEqual(byId, shown)
    const tag = async (words: string) => (await az<Resource>(`resource tag ${words} --ids ${idOf('Team-A', 'alpha')}`)).tags
    assert.deepEqual(await tag('--tags by=resource'), { by: 'resource' })
    assert.deepEqual(await tag('--is-incremental --tags more=1'), { by: 'resource', more: '1' })
  })

  test('az tag reads and changes the same tags', async () => {
    const at = `--resource-id ${idOf('Team-A', 'alpha')}`
    const tags = async (words: string) => (await az<{ properties: { tags: object } }>(`tag ${words}`)).properties.tags
    assert.deepEqual(await tags(`list ${at}`), { by: 'resource', more: '1' })
    assert.deepEqual(await tags(`create ${at} --tags a=1`), { a: '1' })
    assert.deepEqual(await tags(`update ${at} --operation merge --tags b=2`), { a: '1', b: '2' })
    assert.deepEqual(await tags(`update ${at} --operation delete --tags a=1`), { b: '2' })
    const all = await az<{ tagName: string; count: { value: number } }[]>('tag list')
    assert.deepEqual(all.map(({ tagName, count }) => `${tagName} ${count.value}`).sort(), ['b 1', 'cost 1', 'owner 1'])
    await az(`tag delete ${at} --yes`)
    assert.deepEqual(await tags(`list ${at}`), {})
  })

  test('a registry is made, changed and deleted as a resource like any other', async () => {
    const charlie = `-g Team-A -n charlie --resource-type ${type}`
    const body = { location: 'local', sku: { name: 'Premium' }, properties: { adminUserEnabled: true } }
    const made = await az<Resource>(`resource create ${charlie} --is-full-object --properties`, JSON.stringify(body))
    assert.deepEqual([made.id, made.sku.name, made.properties.adminUserEnabled], [idOf('Team-A', 'charlie'), 'Premium', true])
    assert.equal((await az<Resource>('acr show -n charlie')).id, made.id)
    const off = await az<Resource>(`resource update ${charlie} --set properties.adminUserEnabled=false`)
    assert.equal(off.properties.adminUserEnabled, false)
    const patched = await az<Resource>(`resource patch ${charlie} --is-full-object --properties {"tags":{"k":"v"}}`)
    assert.deepEqual(patched.tags, { k: 'v' })
    await fails(/cannot be moved/, `resource move --destination-group local --ids ${made.id}`)
    await az(`resource delete ${charlie}`)
    assert.deepEqual(await listed('acr list'), ['alpha', 'bravo', 'local'])
  })

  test('a group is deleted with all that is inside, and nothing else', async () => {
    await az('acr scope-map create -r alpha -n inside --repository x content/read')
    assert.equal(await az('group delete -n Team-A --yes'), undefined)
    const [exists, left, again] = await Promise.all([
      az('group exists -n Team-A'),
      listed('resource list'),
      az<{ nameAvailable: boolean }>('acr check-name -n alpha'),
      fails(/ResourceGroupNotFound/, 'group show -n Team-A'),
      fails(/ResourceGroupNotFound/, 'group delete -n Team-A --yes'),
    ])
    assert.deepEqual([exists, left, again.nameAvailable], [false, ['local'], true])
    await az('group create -n short-lived -l local')
    await az('group delete -n short-lived --yes --no-wait')
    await az('group wait -n short-lived --deleted')
    assert.deepEqual(await listed('group list'), ['local'])
  })

  test('providers are there and registered, tell their types and versions, and are not unregistered', async () => {
    interface Provider {
      namespace: string
      registrationState: string
      resourceTypes: { resourceType: string; apiVersions: string[] }[]
    }
    const served = ['Microsoft.Authorization', 'Microsoft.ContainerRegistry', 'Microsoft.Resources']
    const list = await az<Provider[]>('provider list')
    assert.deepEqual(list.map(({ namespace }) => namespace).sort(), served)
    const each = served.map(async (namespace) => {
      assert.equal((await az<Provider>(`provider show --namespace ${namespace}`)).registrationState, 'Registered')
      assert.equal(await az(`provider register --namespace ${namespace}`), undefined)
    })
    await Promise.all([
      ...each,
      fails(/InvalidResourceNamespace/, 'provider register --namespace Microsoft.Compute'),
      fails(/cannot be unregistered/, 'provider unregister --namespace Microsoft.ContainerRegistry'),
    ])
    const registries = list
      .find(({ namespace }) => namespace === 'Microsoft.ContainerRegistry')
      ?.resourceTypes.find(({ resourceType }) => resourceType === 'registries')
    for (const version of ['2026-09-01-preview', '2023-07-01', '2017-10-01']) assert.ok(registries?.apiVersions.includes(version), version)
  })

  test('what roles can allow is told: for who writes a role', async () => {
    interface Metadata {
      resourceTypes: { operations: { name: string; isDataAction: boolean }[] }[]
    }
    const [{ resourceTypes }, all, permissions] = await Promise.all([
      az<Metadata>('provider operation show --namespace Microsoft.ContainerRegistry'),
      listed('provider operation list'),
      az('provider permission list --namespace Microsoft.ContainerRegistry'),
    ])
    const operations = resourceTypes.flatMap((each) => each.operations)
    const isDataAction = (name: string) => operations.find((each) => each.name === `Microsoft.ContainerRegistry/${name}`)?.isDataAction
    assert.equal(isDataAction('registries/pull/read'), false)
    assert.equal(isDataAction('registries/repositories/content/read'), true)
    assert.deepEqual(all, ['Microsoft.Authorization', 'Microsoft.ContainerRegistry', 'Microsoft.Resources'])
    assert.deepEqual(permissions, { nextLink: null, value: [] })
  })
})
