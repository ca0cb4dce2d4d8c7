// The admin user's passwords, tokens of a registry and their scope maps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeLayout } from '../images.ts'
import { copyImage, mayRead, pushNew } from './pushed.ts'
import { onStage } from './stage.ts'

interface AdminCredentials {
  username: string
  passwords: { name: string; value: string }[]
}
interface ScopeMap {
  name: string
  type: string
  typePropertiesType: string
  actions: string[]
  description: string | null
}
interface Token {
  name: string
  status: string
  scopeMapId: string
  credentials: { username: string | null; passwords: { name: string; value: string | null; expiry: string | null }[] | null } | null
}

onStage('credential', (stage) => {
  const az: typeof stage.owner.az = (...args) => stage.owner.az(...args)
  const fails: typeof stage.owner.fails = (...args) => stage.owner.fails(...args)
  const image = (repository: string) => `${stage.host}/${repository}:v1`

  test('credential show and renew: one password changes, the other stays good', async () => {
    await az('acr', 'update', '-n', 'local', '--admin-enabled', 'true')
    const before = await az<AdminCredentials>('acr', 'credential', 'show', '-n', 'local')
    assert.equal(before.username, 'local')
    assert.deepEqual(
      before.passwords.map(({ name }) => name),
      ['password', 'password2'],
    )
    const [first = '', second = ''] = before.passwords.map(({ value }) => `local:${value}`)
    await pushNew(stage, stage.owner, [image('admin/app')], { credential: first })
    const after = await az<AdminCredentials>('acr', 'credential', 'renew', '-n', 'local', '--password-name', 'password2')
    assert.equal(after.passwords[0]?.value, before.passwords[0]?.value)
    assert.notEqual(after.passwords[1]?.value, before.passwords[1]?.value)
    assert.equal(await mayRead(stage.owner, image('admin/app'), first), true)
    assert.equal(await mayRead(stage.owner, image('admin/app'), second), false)
    assert.equal(await mayRead(stage.owner, image('admin/app'), `local:${after.passwords[1]?.value}`), true)
    assert.deepEqual(await az('acr', 'credential', 'show', '-n', 'local'), after)
  })

  test('while the admin user is off its passwords are not shown and not taken', async () => {
    const { passwords } = await az<AdminCredentials>('acr', 'credential', 'show', '-n', 'local')
    await az('acr', 'update', '-n', 'local', '--admin-enabled', 'false')
    await fails(/--admin-enabled true/, 'acr', 'credential', 'show', '-n', 'local')
    assert.equal(await mayRead(stage.owner, image('admin/app'), `local:${passwords[0]?.value}`), false)
    await az('acr', 'update', '-n', 'local', '--admin-enabled', 'true')
    assert.equal(await mayRead(stage.owner, image('admin/app'), `local:${passwords[0]?.value}`), true)
  })

  test('scope maps: those of the system, and one of our own through its life', async () => {
    const system = await az<ScopeMap[]>('acr', 'scope-map', 'list', '-r', 'local')
    assert.deepEqual(system.map(({ name }) => name).sort(), [
      '_repositories_admin',
      '_repositories_pull',
      '_repositories_pull_metadata_read',
      '_repositories_push',
      '_repositories_push_metadata_write',
    ])
    const pull = system.find(({ name }) => name === '_repositories_pull')
    assert.deepEqual(pull?.actions, ['repositories/*/content/read'])
    const repository = ['--repository', 'team/app', 'content/read', 'metadata/read']
    const made = await az<ScopeMap>('acr', 'scope-map', 'create', '-r', 'local', '-n', 'reader', ...repository, '--description', 'reads')
    assert.deepEqual(made.actions.sort(), ['repositories/team/app/content/read', 'repositories/team/app/metadata/read'])
    assert.equal(made.description, 'reads')
    const more = await az<ScopeMap>(
      'acr',
      'scope-map',
      'update',
      '-r',
      'local',
      '-n',
      'reader',
      '--add-repository',
      'team/web',
      'content/read',
    )
    assert.ok(more.actions.includes('repositories/team/web/content/read'))
    const less = ['--remove-repository', 'team/app', 'metadata/read']
    const fewer = await az<ScopeMap>('acr', 'scope-map', 'update', '-r', 'local', '-n', 'reader', ...less)
    assert.deepEqual(fewer.actions.sort(), ['repositories/team/app/content/read', 'repositories/team/web/content/read'])
    assert.deepEqual((await az<ScopeMap>('acr', 'scope-map', 'show', '-r', 'local', '-n', 'reader')).actions.sort(), fewer.actions)
    await az('acr', 'scope-map', 'delete', '-r', 'local', '-n', 'reader', '--yes')
    await fails(/ResourceNotFound|not found/i, 'acr', 'scope-map', 'show', '-r', 'local', '-n', 'reader')
    await fails(/system|not allowed|cannot/i, 'acr', 'scope-map', 'delete', '-r', 'local', '-n', '_repositories_pull', '--yes')
  })

  test('a token does what its scope map says, and nothing else', async () => {
    await pushNew(stage, stage.owner, [image('team/app'), image('team/web')])
    await az('acr', 'scope-map', 'create', '-r', 'local', '-n', 'puller', '--repository', 'team/app', 'content/read')
    const token = await az<Token>('acr', 'token', 'create', '-r', 'local', '-n', 'robot', '--scope-map', 'puller')
    assert.equal(token.status, 'enabled')
    assert.equal(token.credentials?.username, 'robot')
    assert.deepEqual(
      token.credentials.passwords?.map(({ name }) => name),
      ['password1', 'password2'],
    )
    for (const { value } of token.credentials.passwords ?? []) {
      assert.equal(await mayRead(stage.owner, image('team/app'), `robot:${value}`), true)
      assert.equal(await mayRead(stage.owner, image('team/web'), `robot:${value}`), false)
    }
    const credential = `robot:${token.credentials.passwords?.[0]?.value}`
    const pushed = await copyImage(stage.owner, await makeLayout(stage.directory), image('team/app'), credential)
    assert.notEqual(pushed.code, 0)
    assert.match(pushed.stderr, /unauthorized|denied|authentication required/i)
    const shown = await az<Token>('acr', 'token', 'show', '-r', 'local', '-n', 'robot')
    assert.deepEqual(
      shown.credentials?.passwords?.map(({ value }) => value),
      [null, null],
      'a password is shown once',
    )
    assert.match(shown.scopeMapId, /\/scopeMaps\/puller$/)
    const wider = ['--add-repository', 'team/web', 'content/read']
    await az('acr', 'scope-map', 'update', '-r', 'local', '-n', 'puller', ...wider)
    assert.equal(await mayRead(stage.owner, image('team/web'), credential), true, 'a change holds on the next request')
  })

  test('a password of a token is made anew, ends, and is taken away', async () => {
    const generate = ['acr', 'token', 'credential', 'generate', '-r', 'local', '-n', 'robot']
    const made = await az<{ username: string; passwords: { name: string; value: string | null; expiry: string | null }[] }>(
      ...generate,
      '--password1',
      '--expiration-in-days',
      '2',
    )
    assert.equal(made.username, 'robot')
    const [first] = made.passwords.filter(({ name }) => name === 'password1')
    const left = Date.parse(first?.expiry ?? '') - Date.now()
    assert.ok(left > 1.9 * 86_400_000 && left < 2.1 * 86_400_000, first?.expiry ?? 'no expiry')
    assert.equal(await mayRead(stage.owner, image('team/app'), `robot:${first?.value}`), true)
    await az('acr', 'token', 'credential', 'delete', '-r', 'local', '-n', 'robot', '--password1')
    assert.equal(await mayRead(stage.owner, image('team/app'), `robot:${first?.value}`), false)
    const { credentials } = await az<Token>('acr', 'token', 'show', '-r', 'local', '-n', 'robot')
    assert.deepEqual(
      credentials?.passwords?.map(({ name }) => name),
      ['password2'],
    )
  })

  test('a token that is switched off or deleted lets nobody in', async () => {
    const made = await az<{ passwords: { name: string; value: string | null }[] }>(
      'acr',
      'token',
      'credential',
      'generate',
      '-r',
      'local',
      '-n',
      'robot',
    )
    const credential = `robot:${made.passwords[0]?.value}`
    assert.equal(await mayRead(stage.owner, image('team/app'), credential), true)
    const update = ['acr', 'token', 'update', '-r', 'local', '-n', 'robot', '--status']
    assert.equal((await az<Token>(...update, 'disabled')).status, 'disabled')
    assert.equal(await mayRead(stage.owner, image('team/app'), credential), false)
    assert.equal((await az<Token>(...update, 'enabled')).status, 'enabled')
    assert.equal(await mayRead(stage.owner, image('team/app'), credential), true)
    await fails(/in use|associated|token/i, 'acr', 'scope-map', 'delete', '-r', 'local', '-n', 'puller', '--yes')
    await az('acr', 'token', 'delete', '-r', 'local', '-n', 'robot', '--yes')
    assert.equal(await mayRead(stage.owner, image('team/app'), credential), false)
    assert.deepEqual(await az('acr', 'token', 'list', '-r', 'local'), [])
  })

  test('a token is made switched off, moves to another scope map, and its passwords end at the time that is given', async () => {
    const of = ['-r', 'local', '-n', 'mover']
    await az('acr', 'scope-map', 'create', '-r', 'local', '-n', 'webber', '--repository', 'team/web', 'content/read')
    const days = ['--expiration-in-days', '30', '--status', 'disabled']
    const made = await az<Token>('acr', 'token', 'create', ...of, '--scope-map', '_repositories_pull', ...days)
    assert.equal(made.status, 'disabled')
    const left = (expiry: string | null | undefined) => Math.round((Date.parse(expiry ?? '') - Date.now()) / 86_400_000)
    assert.deepEqual(
      made.credentials?.passwords?.map(({ expiry }) => left(expiry)),
      [30, 30],
    )
    const [first] = made.credentials.passwords ?? []
    assert.equal(await mayRead(stage.owner, image('team/app'), `mover:${first?.value}`), false)
    const moved = await az<Token>('acr', 'token', 'update', ...of, '--scope-map', 'webber', '--status', 'enabled')
    assert.deepEqual([moved.status, moved.scopeMapId.split('/').at(-1)], ['enabled', 'webber'])
    const rights = ['team/app', 'team/web'].map((each) => mayRead(stage.owner, image(each), `mover:${first?.value}`))
    assert.deepEqual(await Promise.all(rights), [false, true])
    const end = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '')
    const generate = ['acr', 'token', 'credential', 'generate', ...of, '--password2', '--expiration']
    const { passwords } = await az<{ passwords: { name: string; value: string | null; expiry: string }[] }>(...generate, end)
    const second = passwords.find((each) => each.name === 'password2')
    assert.equal(Date.parse(second?.expiry ?? ''), Date.parse(end))
    assert.equal(await mayRead(stage.owner, image('team/web'), `mover:${second?.value}`), true)
    assert.equal(await mayRead(stage.owner, image('team/web'), `mover:${first?.value}`), true, 'the other password stays')
    await az('acr', 'token', 'delete', ...of, '--yes')
    await fails(/ResourceNotFound|not found/i, 'acr', 'token', 'show', ...of)
    await az('acr', 'scope-map', 'delete', '-r', 'local', '-n', 'webber', '--yes')
  })

  test('a token that is made with repositories gets a scope map of its own', async () => {
    const create = ['acr', 'token', 'create', '-r', 'local', '-n', 'quick', '--repository', 'team/app', 'content/read', 'content/write']
    const token = await az<Token>(...create, '--no-passwords')
    assert.match(token.scopeMapId, /\/scopeMaps\/quick-scope-map$/)
    const map = await az<ScopeMap>('acr', 'scope-map', 'show', '-r', 'local', '-n', 'quick-scope-map')
    assert.deepEqual(map.actions.sort(), ['repositories/team/app/content/read', 'repositories/team/app/content/write'])
    assert.deepEqual(
      (await az<Token[]>('acr', 'token', 'list', '-r', 'local')).map(({ name }) => name),
      ['quick'],
    )
  })
})
