// az role definition, az role assignment, and what they change at once.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { Profile } from './profile.ts'
import { pushNew } from './pushed.ts'
import { onStage } from './stage.ts'

interface Definition {
  name: string
  roleName: string
  roleType: string
  permissions: { actions: string[]; notActions: string[]; dataActions: string[] }[]
  assignableScopes: string[]
}
interface Assignment {
  id: string
  name: string
  scope: string
  principalId: string
  principalType: string
  principalName: string
  roleDefinitionId: string
  roleDefinitionName: string
}

/** As Azure's documentation has them. */
const builtIn = {
  AcrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  AcrPush: '8311e382-0749-4cb8-b61a-304f252e45ec',
  AcrDelete: 'c2f4ef07-c644-48eb-af81-4b1b4947fb11',
  Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
}

onStage('roles', (stage) => {
  const az: typeof stage.owner.az = (...args) => stage.owner.az(...args)
  const fails: typeof stage.owner.fails = (...args) => stage.owner.fails(...args)
  let person: Profile
  let userId = ''
  before(async () => {
    await pushNew(stage, stage.owner, [`${stage.host}/team/app:v1`])
    const created = JSON.parse(await stage.cli('identity', 'user', 'create', 'alice', '--output', 'json')) as { password: string }
    person = await stage.newProfile()
    await person.az('login', '--allow-no-subscriptions', '-u', 'alice', '-p', created.password)
    const user = await az<{ id: string }[]>('ad', 'user', 'list', '--filter', "startswith(userPrincipalName,'alice@')")
    userId = user[0]?.id ?? ''
    assert.match(userId, /^[0-9a-f-]{36}$/)
  })

  test('the built-in roles have the ids that Azure gives them', async () => {
    for (const [name, id] of Object.entries(builtIn)) {
      const [role, ...others] = await az<Definition[]>('role', 'definition', 'list', '--name', name)
      assert.equal(others.length, 0, name)
      assert.equal(role?.name, id)
      assert.equal(role.roleName, name)
      assert.equal(role.roleType, 'BuiltInRole')
    }
    const [pull] = await az<Definition[]>('role', 'definition', 'list', '--name', 'AcrPull')
    assert.deepEqual(pull?.permissions[0]?.actions, ['Microsoft.ContainerRegistry/registries/pull/read'])
    const all = await az<Definition[]>('role', 'definition', 'list')
    assert.ok(all.length >= 6)
  })

  test('a role is given by name, works at once, and is taken away', async () => {
    const list = ['acr', 'repository', 'list', '-n', 'local']
    await person.run('account', 'list', '--refresh')
    assert.notEqual((await person.run(...list)).code, 0)
    const made = await az<Assignment>('role', 'assignment', 'create', '--assignee', userId, '--role', 'AcrPull', '--scope', stage.registry)
    assert.equal(made.principalId, userId)
    assert.equal(made.principalType, 'User')
    assert.equal(made.scope, stage.registry)
    assert.ok(made.roleDefinitionId.endsWith(builtIn.AcrPull))
    await person.az('account', 'list', '--refresh')
    assert.deepEqual(await person.az(...list), ['team/app'])
    const [found, ...others] = await az<Assignment[]>('role', 'assignment', 'list', '--assignee', userId, '--scope', stage.registry)
    assert.equal(others.length, 0)
    assert.deepEqual([found?.id, found?.roleDefinitionName], [made.id, 'AcrPull'])
    assert.match(found?.principalName ?? '', /^alice@/)
    const words = ['role', 'assignment', 'delete', '--assignee', userId, '--role', 'AcrPull', '--scope', stage.registry]
    await az(...words)
    assert.deepEqual(await az('role', 'assignment', 'list', '--assignee', userId, '--scope', stage.registry), [])
    assert.notEqual((await person.run(...list)).code, 0)
  })

  test('the same role twice is one assignment', async () => {
    const words = ['role', 'assignment', 'create', '--assignee', userId, '--role', 'AcrPull', '--scope', stage.registry]
    const first = await az<Assignment>(...words)
    const second = await az<Assignment>(...words)
    assert.equal(second.id, first.id)
    await az('role', 'assignment', 'delete', '--ids', first.id)
    assert.deepEqual(await az('role', 'assignment', 'list', '--assignee', userId, '--scope', stage.registry), [])
  })

  test('a role is inherited from the group and the subscription, and through a group of people', async () => {
    const subscription = `/subscriptions/${stage.subscription}`
    for (const scope of [`${subscription}/resourceGroups/local`, subscription]) {
      const { id } = await az<Assignment>('role', 'assignment', 'create', '--assignee', userId, '--role', 'Reader', '--scope', scope)
      await person.az('account', 'list', '--refresh')
      assert.deepEqual(
        (await person.az<{ name: string }[]>('acr', 'list')).map(({ name }) => name),
        ['local'],
        scope,
      )
      await az('role', 'assignment', 'delete', '--ids', id)
    }
    const group = await az<{ id: string }>('ad', 'group', 'create', '--display-name', 'readers', '--mail-nickname', 'readers')
    await az('ad', 'group', 'member', 'add', '--group', 'readers', '--member-id', userId)
    const words = ['--assignee-object-id', group.id, '--assignee-principal-type', 'Group', '--role', 'AcrPull', '--scope', stage.registry]
    const made = await az<Assignment>('role', 'assignment', 'create', ...words)
    assert.equal(made.principalType, 'Group')
    await person.az('account', 'list', '--refresh')
    assert.deepEqual(await person.az('acr', 'repository', 'list', '-n', 'local'), ['team/app'])
    await az('ad', 'group', 'member', 'remove', '--group', 'readers', '--member-id', userId)
    assert.notEqual((await person.run('acr', 'repository', 'list', '-n', 'local')).code, 0)
    await az('ad', 'group', 'delete', '--group', 'readers')
  })

  test('a role of our own through its life', async () => {
    const file = join(stage.directory, 'role.json')
    const role = {
      Name: 'Usage Reader',
      Description: 'Sees how much is stored.',
      Actions: ['Microsoft.ContainerRegistry/registries/read', 'Microsoft.ContainerRegistry/registries/listUsages/read'],
      NotActions: [],
      AssignableScopes: [`/subscriptions/${stage.subscription}`],
    }
    await writeFile(file, JSON.stringify(role))
    const made = await az<Definition>('role', 'definition', 'create', '--role-definition', `@${file}`)
    assert.equal(made.roleName, 'Usage Reader')
    assert.equal(made.roleType, 'CustomRole')
    const [listed] = await az<Definition[]>('role', 'definition', 'list', '--custom-role-only', 'true')
    assert.equal(listed?.name, made.name)
    const { id } = await az<Assignment>(
      'role',
      'assignment',
      'create',
      '--assignee',
      userId,
      '--role',
      'Usage Reader',
      '--scope',
      stage.registry,
    )
    await person.az('account', 'list', '--refresh')
    await person.az('acr', 'show-usage', '-n', 'local')
    await person.fails(/AuthorizationFailed/, 'acr', 'update', '-n', 'local', '--admin-enabled', 'true')
    await fails(/in use|assign/i, 'role', 'definition', 'delete', '--name', 'Usage Reader')
    await writeFile(file, JSON.stringify({ ...role, Actions: [...role.Actions, 'Microsoft.ContainerRegistry/registries/write'] }))
    await az('role', 'definition', 'update', '--role-definition', `@${file}`)
    await person.az('acr', 'update', '-n', 'local', '--tags', 'by=alice')
    await az('role', 'assignment', 'delete', '--ids', id)
    await az('role', 'definition', 'delete', '--name', 'Usage Reader')
    assert.deepEqual(await az('role', 'definition', 'list', '--custom-role-only', 'true'), [])
  })

  test('who may not give roles gives none; the refusal names the action and the scope', async () => {
    const contributor = await stage.principal('contributor', 'Contributor')
    const words = ['role', 'assignment', 'create', '--assignee-object-id', userId, '--assignee-principal-type', 'User', '--role', 'Owner']
    await contributor.fails(
      /AuthorizationFailed.*Microsoft\.Authorization\/roleAssignments\/write.*registries\/local/s,
      ...words,
      '--scope',
      stage.registry,
    )
    await contributor.az('acr', 'update', '-n', 'local', '--tags', 'by=contributor')
    await contributor.az('acr', 'credential', 'show', '-n', 'local').catch((error: Error) => assert.match(error.message, /--admin-enabled/))
  })

  test('three people: what each sees of the registry', async () => {
    const [pusher, puller] = [await stage.principal('push-holder', 'AcrPush'), await stage.principal('pull-holder', 'AcrPull')]
    assert.deepEqual(
      (await az<{ name: string }[]>('acr', 'list')).map(({ name }) => name),
      ['local'],
    )
    for (const holder of [pusher, puller]) {
      assert.deepEqual(await holder.az('acr', 'list'), [], 'no registries/read, no registry')
      await holder.fails(/could not be found/, 'acr', 'show', '-n', 'local')
      await holder.fails(
        /AuthorizationFailed.*Microsoft\.ContainerRegistry\/registries\/read/s,
        'acr',
        'show',
        '-n',
        'local',
        '-g',
        'local',
      )
      assert.deepEqual(await holder.az('acr', 'repository', 'list', '-n', 'local'), ['team/app'])
      const accounts = await holder.az<{ id: string }[]>('account', 'list')
      assert.deepEqual(
        accounts.map(({ id }) => id),
        [stage.subscription],
      )
      await holder.fails(/could not be found|AuthorizationFailed/, 'acr', 'delete', '-n', 'local', '--yes')
    }
    await pushNew(stage, pusher, [`local.${stage.domain}/by/pusher:v1`])
    await assert.rejects(pushNew(stage, puller, [`local.${stage.domain}/by/puller:v1`]), /denied|unauthorized|authentication required/)
  })
})
