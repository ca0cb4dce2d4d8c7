import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { accessOf, adminOf, makeToken, passwordOf, permissionOf, tokenUser } from '../../world/plane-credentials.ts'
import { codeOf, succeeded, type Plane } from '../../world/plane.ts'
import { type Customers, openCustomers } from '../../world/plane-customers.ts'
import { header, json } from '../../world/send.ts'

let plane: Plane
let at: Customers['at']
before(async () => {
  ;({ plane, at } = await openCustomers())
})
after(() => plane.stop())

test('A21 Gitea CVE-2026-56654: no right on content makes a credential, and no narrow credential a wider one', async () => {
  const { id, ask, form } = at('first')
  const pusher = await plane.user('a21', { AcrPush: id })
  const refresh = await at('first').exchange(pusher.token)
  const guest = await passwordOf(plane, id, 'guest')
  const admin = await adminOf(plane, id)
  const narrow = await at('first').accessToken(refresh, 'repository:a:pull')
  const asPassword = { user: tokenUser, password: narrow }
  const makers: readonly (readonly [method: string, path: string, body?: object])[] = [
    ['PUT', `${id}/tokens/made-by-push`, { properties: { scopeMapId: `${id}/scopeMaps/guests` } }],
    ['PUT', `${id}/scopeMaps/made-by-push`, { properties: { actions: ['repositories/*/content/write'] } }],
    ['PATCH', `${id}/scopeMaps/guests`, { properties: { actions: ['repositories/*/content/write'] } }],
    ['PATCH', `${id}/tokens/guest`, { properties: { scopeMapId: `${id}/scopeMaps/_repositories_admin` } }],
    ['POST', `${id}/generateCredentials`, { tokenId: `${id}/tokens/guest` }],
    ['POST', `${id}/regenerateCredential`, { name: 'password' }],
    ['POST', `${id}/listCredentials`],
    ['PATCH', id, { properties: { anonymousPullEnabled: true } }],
    [
      'PUT',
      `${id}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`,
      { properties: { roleDefinitionId: 'AcrPush', principalId: pusher.id } },
    ],
  ]
  for (const [method, path, body] of makers) {
    assert.equal((await plane.arm(method, path, { as: pusher, ...(body ? { body } : {}) })).status, 403, `${method} ${path}`)
    // What the registry itself gave is nothing to ARM and Graph.
    for (const as of [{ token: refresh }, { token: narrow }, guest, admin, 'nobody' as const])
      assert.equal((await plane.arm(method, path, { as, ...(body ? { body } : {}) })).status, 401, `${method} ${path}`)
  }
  assert.equal((await plane.graph('GET', '/me', { as: { token: refresh } })).status, 401)
  assert.equal((await form('exchange', { grant_type: 'access_token', access_token: narrow })).status, 401)
  assert.equal((await form('token', { grant_type: 'refresh_token', refresh_token: narrow, scope: 'repository:a:push' })).status, 401)
  const wider = await ask(
    'GET',
    `/oauth2/token?service=${at('first').host}&scope=repository:a:pull,push&scope=repository:b:pull&offline_token=true`,
    { as: asPassword },
  )
  assert.deepEqual(accessOf(json<{ access_token: string }>(succeeded(wider, 200)).access_token), [
    { type: 'repository', name: 'a', actions: ['pull', 'metadata_read'] },
  ])
  assert.equal(json<{ refresh_token?: string }>(wider).refresh_token, undefined)
})

test('A21 a token for one service opens no other, and who may change registries may not change who may', async () => {
  const { id, form } = at('first')
  const contributor = await plane.user('a21-contributor', { Contributor: plane.subscription })
  const resources = { arm: plane.control, graph: `${plane.control}/graph`, registry: 'https://containerregistry.azure.net' }
  const tries = async (token: string) => [
    (await plane.arm('GET', id, { as: { token } })).status,
    (await plane.graph('GET', '/me', { as: { token } })).status,
    (await form('exchange', { grant_type: 'access_token', access_token: token })).status,
  ]
  assert.deepEqual(await tries(await plane.tokenOf(contributor, resources.arm)), [200, 200, 200])
  assert.deepEqual(await tries(await plane.tokenOf(contributor, resources.graph)), [401, 200, 401])
  assert.deepEqual(await tries(await plane.tokenOf(contributor, resources.registry)), [401, 401, 200])
  succeeded(
    await plane.arm('PATCH', id, { body: { properties: { policies: { azureADAuthenticationAsArmPolicy: { status: 'disabled' } } } } }),
    200,
  )
  assert.deepEqual(await tries(await plane.tokenOf(contributor, resources.arm)), [200, 200, 401])
  succeeded(
    await plane.arm('PATCH', id, { body: { properties: { policies: { azureADAuthenticationAsArmPolicy: { status: 'enabled' } } } } }),
    200,
  )

  const assignment = `${plane.subscription}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`
  const definition = `${plane.subscription}/providers/Microsoft.Authorization/roleDefinitions/${randomUUID()}`
  const owner = `${plane.subscription}/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635`
  for (const [path, properties] of [
    [assignment, { roleDefinitionId: owner, principalId: contributor.id }],
    [definition, { roleName: 'Mine', permissions: [permissionOf('*')], assignableScopes: [plane.subscription] }],
  ] as const)
    assert.equal((await plane.arm('PUT', path, { as: contributor, body: { properties } })).status, 403)
  // Who owns one registry gives no role above it, and changes none that reaches beyond it.
  const small = await plane.user('a21-small', { Owner: id })
  assert.equal(
    (await plane.arm('PUT', assignment, { as: small, body: { properties: { roleDefinitionId: owner, principalId: small.id } } })).status,
    403,
  )
  const wide = randomUUID()
  const role = (scopes: readonly string[]) => ({
    body: { properties: { roleName: 'Wide', permissions: [permissionOf('*')], assignableScopes: scopes } },
  })
  const within = (scope: string) => `${scope}/providers/Microsoft.Authorization/roleDefinitions/${wide}`
  assert.equal((await plane.arm('PUT', within(id), { as: small, ...role([id, plane.subscription]) })).status, 403)
  succeeded(await plane.arm('PUT', within(plane.subscription), role([id, at('second').id])), 201)
  assert.equal((await plane.arm('PUT', within(id), { as: small, ...role([id]) })).status, 403)
  assert.equal((await plane.arm('DELETE', within(id), { as: small })).status, 403)
  for (const somebody of [contributor, small])
    for (const [method, path, body] of [
      ['POST', '/users', {}],
      ['PATCH', `/users/${plane.owner.id}`, { displayName: 'x' }],
      ['PATCH', `/users/${somebody.id}`, { displayName: 'x' }],
      ['DELETE', `/users/${plane.owner.id}`],
      ['POST', '/groups', { displayName: 'x' }],
      ['POST', '/applications', { displayName: 'x' }],
    ] as const) {
      const { status } = await plane.graph(method, path, { as: somebody, ...(body ? { body } : {}) })
      assert.ok(status === 403 || status === 400, `${method} ${path} ${status}`)
    }
})

test('A22 quay 44b56d435: who may only read reads no credential', async () => {
  const { id } = at('first')
  const readers = [
    await plane.user('a22-reader', { Reader: plane.subscription }),
    await plane.user('a22-pull', { AcrPull: id }),
    await plane.user('a22-push', { AcrPush: id }),
  ]
  for (const as of readers)
    for (const path of [
      'listCredentials',
      'regenerateCredential',
      'generateCredentials',
      'listBuildSourceUploadUrl',
      'scheduleRun',
      'importImage',
      'webhooks/hook1/getCallbackConfig',
      'webhooks/hook1/ping',
      'runs/run1/listLogSasUrl',
      'tasks/task1/listDetails',
      'taskRuns/task1/listDetails',
    ]) {
      const answer = await plane.arm('POST', `${id}/${path}`, { as, body: { name: 'password', tokenId: `${id}/tokens/guest` } })
      assert.deepEqual([answer.status, codeOf(answer)], [403, 'AuthorizationFailed'], path)
    }
  // How an operation ended is for who began it, and for who may read what it was about.
  await makeToken(plane, id, 'a22-gone', 'guests')
  const begun = succeeded(await plane.arm('DELETE', `${id}/tokens/a22-gone`), 202)
  for (const as of readers.slice(1)) assert.equal((await plane.arm('GET', header(begun, 'location'), { as })).status, 404)
  assert.equal((await plane.arm('GET', header(begun, 'location'))).status, 200)
})
