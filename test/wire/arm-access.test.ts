import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
before(async () => {
  scene = await openArm()
  for (const name of ['readable', 'hidden'])
    await scene.ask('PUT', registryId(scene, name), {
      body: { location: 'local', sku: { name: 'Premium' }, properties: { adminUserEnabled: true } },
    })
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

const names = (body: unknown): string[] => (body as { value: { name: string }[] }).value.map((each) => each.name)
const lists = () => [
  `${scene.subscription}/resources`,
  `${scene.group}/resources`,
  `${scene.subscription}/providers/Microsoft.ContainerRegistry/registries`,
  `${scene.group}/providers/Microsoft.ContainerRegistry/registries`,
]

test('who has AcrPull sees the subscription and no registry, and GET by id names the action and the scope', async () => {
  const at = registryId(scene, 'readable')
  const puller = await scene.person('puller', { AcrPull: at })
  assert.deepEqual(
    ((await scene.ask('GET', '/subscriptions', { as: puller })).body as { value: { id: string }[] }).value.map((each) => each.id),
    [scene.subscription],
  )
  for (const path of [...lists(), `${scene.subscription}/resourcegroups`, `${at}/tokens`, `${at}/scopeMaps`, `${at}/replications`]) {
    const answer = await scene.ask('GET', path, { as: puller })
    assert.deepEqual([answer.status, names(answer.body)], [200, []], path)
  }
  const refused = await scene.ask('GET', at, { as: puller })
  assert.equal(refused.status, 403)
  const { code, message } = errorOf(refused)
  assert.equal(code, 'AuthorizationFailed')
  assert.match(
    message,
    /^The client 'puller@longshore\.example' with object id '[0-9a-f-]{36}' does not have authorization to perform action 'Microsoft\.ContainerRegistry\/registries\/read' over scope '\/subscriptions\/[^']+\/registries\/readable' or the scope is invalid\. If access was recently granted, please refresh your credentials\.$/,
  )
  assert.equal((await scene.ask('POST', `${at}/listCredentials`, { as: puller })).status, 403)
  // What is not there is refused in the same words: nothing is told of it.
  assert.equal((await scene.ask('GET', registryId(scene, 'absent1'), { as: puller })).status, 403)
})

test('a reader of one registry sees that one everywhere, and changes nothing', async () => {
  const at = registryId(scene, 'readable')
  const reader = await scene.person('reader', { Reader: at })
  for (const path of lists()) assert.deepEqual(names((await scene.ask('GET', path, { as: reader })).body), ['readable'], path)
  assert.equal((await scene.ask('GET', at, { as: reader })).status, 200)
  assert.equal(names((await scene.ask('GET', `${at}/scopeMaps`, { as: reader })).body).length, 5)
  const refusals: [string, string, unknown?][] = [
    ['PUT', at, { location: 'local', sku: { name: 'Basic' } }],
    ['PATCH', at, { tags: {} }],
    ['DELETE', at],
    ['POST', `${at}/listCredentials`],
    ['POST', `${at}/regenerateCredential`, { name: 'password' }],
    ['POST', `${at}/generateCredentials`, { tokenId: 'x' }],
    ['PUT', `${at}/tokens/helper`, {}],
    ['DELETE', `${at}/tokens/helper`],
    ['GET', scene.group],
    ['PUT', `${at}/providers/Microsoft.Resources/tags/default`, { properties: { tags: {} } }],
    ['POST', `${scene.subscription}/providers/Microsoft.ContainerRegistry/register`],
    ['DELETE', scene.group],
    ['GET', registryId(scene, 'hidden')],
  ]
  for (const [method, path, body] of refusals) {
    const answer = await scene.ask(method, path, { as: reader, ...(body === undefined ? {} : { body }) })
    assert.deepEqual([answer.status, errorOf(answer).code], [403, 'AuthorizationFailed'], `${method} ${path}`)
  }
})

test('who has nothing has no subscription; nobody is asked who they are', async () => {
  const stranger = await scene.person('stranger')
  assert.deepEqual((await scene.ask('GET', '/subscriptions', { as: stranger })).body, { value: [], count: { type: 'Total', value: 0 } })
  assert.equal(errorOf(await scene.ask('GET', `${scene.subscription}/resources`, { as: stranger })).code, 'SubscriptionNotFound')
  for (const as of ['', 'not-a-token']) {
    const answer = await scene.ask('GET', '/subscriptions', { as })
    assert.deepEqual([answer.status, errorOf(answer).code], [401, 'AuthenticationFailed'])
    assert.match(
      String(answer.headers['www-authenticate']),
      as === ''
        ? /^Bearer authorization_uri="https:\/\/localhost:5443\/adfs", error="invalid_token"/
        : /^Bearer authorization_uri="https:\/\/localhost:5443\/adfs", error="insufficient_claims", claims="[A-Za-z0-9+/]+=*"$/,
    )
  }
})

test('a role that is given or taken holds at the next request; a principal that is switched off is out', async () => {
  const at = registryId(scene, 'hidden')
  const late = await scene.person('late', { AcrPull: at })
  const { oid } = JSON.parse(Buffer.from(late.split('.')[1] ?? '', 'base64url').toString()) as { oid: string }
  assert.equal((await scene.ask('GET', at, { as: late })).status, 403)
  const assignment = {
    name: '99999999-2222-4333-8444-555555555555',
    scope: at.toLowerCase(),
    scopeId: at,
    principalId: oid,
    principalType: 'User',
  }
  await scene.deps.store.putRoleAssignment({
    assignment: { ...assignment, roleId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', details: {}, createdAt: 0, createdBy: 'setup' },
  })
  assert.equal((await scene.ask('GET', at, { as: late })).status, 200)
  await scene.deps.store.deleteRoleAssignment({ scope: assignment.scope, name: assignment.name })
  assert.equal((await scene.ask('GET', at, { as: late })).status, 403)
  const object = await scene.deps.store.directoryObject(oid)
  assert.ok(object)
  await scene.deps.store.putDirectoryObject({ object: { ...object, enabled: false } })
  assert.equal((await scene.ask('GET', '/subscriptions', { as: late })).status, 401)
})
