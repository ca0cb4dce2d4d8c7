import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { authenticate } from '#app/tokens/authenticate.ts'
import { type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
let registry: string
before(async () => {
  scene = await openArm()
  registry = registryId(scene, 'tokens1')
  await scene.ask('PUT', registry, { body: { location: 'local', sku: { name: 'Basic' } } })
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

const pullHello = ['repositories/hello/content/read', 'repositories/hello/metadata/read']
const putMap = (name: string, actions: readonly string[] = pullHello) =>
  scene.ask('PUT', `${registry}/scopeMaps/${name}`, { body: { properties: { actions, description: 'of a test' } } })
const putToken = (name: string, map: string, properties: object = {}) =>
  scene.ask('PUT', `${registry}/tokens/${name}`, {
    body: { properties: { scopeMapId: `${registry}/scopeMaps/${map}`, status: 'enabled', ...properties } },
  })

interface Generated {
  username: string
  passwords: { name: string; value: string; creationTime: string; expiry?: string }[]
}
async function generate(token: string, more: object = {}): Promise<Generated> {
  const answer = await scene.ask('POST', `${registry}/generateCredentials`, { body: { tokenId: `${registry}/tokens/${token}`, ...more } })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body as Generated
}
const signIn = async (username: string, password: string) => {
  const found = await scene.deps.store.registry('tokens1')
  assert.ok(found)
  return authenticate(scene.deps, found, () => true, { kind: 'basic', username, password })
}
interface Token {
  properties: {
    status: string
    scopeMapId: string
    credentials: { passwords: { name: string; creationTime: string; expiry?: string; value?: string }[] }
  }
}

test('each registry has the system scope maps, and nobody changes them', async () => {
  const { value } = (await scene.ask('GET', `${registry}/scopeMaps`)).body as { value: { name: string; properties: { type: string } }[] }
  assert.deepEqual(
    value.map(({ name, properties }) => [name, properties.type]),
    ['admin', 'pull', 'pull_metadata_read', 'push', 'push_metadata_write'].map((name) => [`_repositories_${name}`, 'SystemDefined']),
  )
  assert.equal((await scene.ask('GET', `${registry}/scopemaps/_repositories_pull`)).status, 200)
  for (const method of ['PUT', 'PATCH', 'DELETE'])
    assert.equal(
      errorOf(
        await scene.ask(
          method,
          `${registry}/scopeMaps/_repositories_pull`,
          method === 'DELETE' ? {} : { body: { properties: { actions: pullHello } } },
        ),
      ).code,
      'SystemDefinedResource',
    )
})

test('a scope map of a user: made, changed as a whole list, checked', async () => {
  assert.equal((await putMap('reader')).status, 200)
  const changed = await scene.ask('PATCH', `${registry}/scopeMaps/reader`, {
    body: { properties: { actions: ['repositories/a/*/content/write'.replace('/*', '')] } },
  })
  assert.deepEqual((changed.body as { properties: { actions: string[]; description: string } }).properties.actions, [
    'repositories/a/content/write',
  ])
  assert.equal((changed.body as { properties: { description: string } }).properties.description, 'of a test')
  for (const actions of [
    [],
    ['repositories/hello/content/fly'],
    ['repositories/sample/*/teamA/content/read'],
    ['repositories/UPPER/content/read'],
    ['*'],
  ]) {
    const refused = await putMap('reader', actions)
    assert.deepEqual([refused.status, errorOf(refused).target], [400, 'properties.actions'], JSON.stringify(actions))
  }
  const many = Array.from({ length: 501 }, (_, index) => `repositories/r${index}/content/read`)
  assert.equal(errorOf(await putMap('reader', many)).code, 'QuotaExceeded')
  assert.equal((await putMap('gateway1', ['gateway/connreg1/config/read', 'repositories/a/content/read'])).status, 200)
  assert.equal(errorOf(await putMap('no', pullHello)).code, 'InvalidResourceName')
})

test('a token: its map is one of the registry, its passwords are shown once and work at once', async () => {
  await putMap('pullers')
  assert.equal(errorOf(await putToken('helper', 'absent-map')).target, 'properties.scopeMapId')
  const foreign = registry.replace('tokens1', 'tokens2')
  const wrong = await putToken('helper', 'pullers', { scopeMapId: `${foreign}/scopeMaps/pullers` })
  assert.equal(errorOf(wrong).target, 'properties.scopeMapId')
  const made = await putToken('helper', 'pullers')
  assert.equal(made.status, 201)
  assert.deepEqual((made.body as Token).properties.credentials.passwords, [])
  const result = await generate('helper')
  assert.equal(result.username, 'helper')
  assert.deepEqual(
    result.passwords.map((each) => each.name),
    ['password1', 'password2'],
  )
  const [first, second] = result.passwords
  const { caller } = await signIn('helper', first?.value ?? '')
  assert.deepEqual(caller.held, [{ type: 'repository', name: 'hello', actions: ['pull', 'metadata_read'] }])
  const shown = (await scene.ask('GET', `${registry}/tokens/helper`)).body as Token
  assert.deepEqual(
    shown.properties.credentials.passwords.map((each) => [each.name, each.value]),
    [
      ['password1', undefined],
      ['password2', undefined],
    ],
  )
  // Only one slot is renewed; the other goes on.
  scene.time.at += 1000
  const expiry = new Date(scene.time.at + 3_600_000).toISOString()
  const renewed = await generate('helper', { name: 'password1', expiry })
  assert.deepEqual(
    renewed.passwords.map((each) => [each.name, each.expiry]),
    [['password1', expiry]],
  )
  await assert.rejects(signIn('helper', first?.value ?? ''))
  await signIn('helper', second?.value ?? '')
  scene.time.at += 3_600_001
  await assert.rejects(signIn('helper', renewed.passwords[0]?.value ?? ''))
  // az deletes a password by sending back the rest.
  const rest = shown.properties.credentials.passwords.filter((each) => each.name === 'password1')
  const patched = await scene.ask('PATCH', `${registry}/tokens/helper`, { body: { properties: { credentials: { passwords: rest } } } })
  assert.deepEqual(
    (patched.body as Token).properties.credentials.passwords.map((each) => each.name),
    ['password1'],
  )
  await assert.rejects(signIn('helper', second?.value ?? ''))
})

test('a token that is disabled, or whose map changes, is so at the next request', async () => {
  await putMap('changing')
  await putToken('changed', 'changing')
  const value = (await generate('changed')).passwords[0]?.value ?? ''
  await putMap('changing', ['repositories/other/content/read'])
  assert.equal((await signIn('changed', value)).caller.held[0]?.name, 'other')
  await scene.ask('PATCH', `${registry}/tokens/changed`, { body: { properties: { status: 'disabled' } } })
  await assert.rejects(signIn('changed', value))
  await putToken('changed', '_repositories_push')
  assert.deepEqual((await signIn('changed', value)).caller.held[0], { type: 'repository', name: '*', actions: ['pull', 'push'] })
  const inUse = await scene.ask('DELETE', `${registry}/scopeMaps/changing`)
  assert.equal(inUse.status, 202)
  await scene.ask('DELETE', `${registry}/tokens/changed`)
  await putToken('changed', '_repositories_push')
  await assert.rejects(signIn('changed', value), 'a token of the same name has nothing of the old one')
})

test('a scope map that a token has is not deleted', async () => {
  await putMap('held-map')
  await putToken('holder', 'held-map')
  const refused = await scene.ask('DELETE', `${registry}/scopeMaps/HELD-MAP`)
  assert.deepEqual([refused.status, errorOf(refused).code], [409, 'ScopeMapInUse'])
  await scene.ask('DELETE', `${registry}/tokens/holder`)
  assert.equal((await scene.ask('DELETE', `${registry}/scopeMaps/held-map`)).status, 202)
})

test('what a password was is nowhere in the database', async () => {
  await putMap('sealed-map')
  await putToken('sealed', 'sealed-map')
  const { passwords } = await generate('sealed')
  const stored = JSON.stringify(
    await scene.deps.store.credentialsOf(
      Number((await scene.deps.store.registry('tokens1'))?.id),
      `${registry}/tokens/sealed`.toLowerCase(),
    ),
  )
  assert.ok(stored.includes('password1'))
  for (const { value } of passwords) assert.ok(!stored.includes(value))
})

test('generateCredentials refuses a foreign token, a past expiry, a wrong name', async () => {
  const ask = (body: object) => scene.ask('POST', `${registry}/generateCredentials`, { body })
  await putMap('any-map')
  await putToken('anyone', 'any-map')
  const tokenId = `${registry}/tokens/anyone`
  assert.equal(errorOf(await ask({ tokenId: `${registry}/tokens/absent` })).target, 'tokenId')
  assert.equal(errorOf(await ask({ tokenId: `${registry}/scopeMaps/any-map` })).target, 'tokenId')
  assert.equal(errorOf(await ask({ tokenId, expiry: '2020-01-01T00:00:00Z' })).target, 'expiry')
  assert.equal(errorOf(await ask({ tokenId, expiry: 'tomorrow' })).target, 'expiry')
  assert.equal(errorOf(await ask({ tokenId, name: 'password3' })).target, 'name')
  assert.equal(errorOf(await ask({})).target, 'tokenId')
})

test('the limit of the tier for tokens and scope maps', async () => {
  const small = registryId(scene, 'smallone')
  await scene.ask('PUT', small, { body: { location: 'local', sku: { name: 'Basic' } } })
  for (let index = 0; index < 100; index++)
    await scene.ask('PUT', `${small}/scopeMaps/map-${index}`, { body: { properties: { actions: pullHello } } })
  const over = await scene.ask('PUT', `${small}/scopeMaps/map-100`, { body: { properties: { actions: pullHello } } })
  assert.deepEqual([over.status, errorOf(over).code], [403, 'QuotaExceeded'])
  assert.equal(errorOf(over).message, 'Quota exceeded for resource type scopeMaps for the registry SKU Basic.')
  assert.equal((await scene.ask('PUT', `${small}/scopeMaps/map-0`, { body: { properties: { actions: pullHello } } })).status, 200)
  const page = (await scene.ask('GET', `${small}/scopeMaps`, { query: { $top: '60' } })).body as { value: unknown[]; nextLink: string }
  const next = (await scene.ask('GET', page.nextLink)).body as { value: unknown[]; nextLink?: string }
  assert.deepEqual([page.value.length, next.value.length, next.nextLink], [60, 45, undefined])
})

test('a part of a registry that is not there has a parent that is not there', async () => {
  const absent = registryId(scene, 'absent1')
  const put = await scene.ask('PUT', `${absent}/tokens/helper`, {
    body: { properties: { scopeMapId: `${absent}/scopeMaps/_repositories_pull` } },
  })
  assert.deepEqual([put.status, errorOf(put).code], [404, 'ParentResourceNotFound'])
  assert.equal(errorOf(await scene.ask('GET', `${absent}/tokens`)).code, 'ParentResourceNotFound')
  assert.equal(errorOf(await scene.ask('GET', `${absent}/tokens/helper`)).code, 'ResourceNotFound')
})
