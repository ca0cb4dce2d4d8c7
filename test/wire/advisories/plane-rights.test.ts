import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { adminOf, makeMap, makeToken, passwordOf, permissionOf, pushOwn, tokenUser } from '../../world/plane-credentials.ts'
import { succeeded, type Plane } from '../../world/plane.ts'
import { type Customers, openCustomers } from '../../world/plane-customers.ts'
import { json } from '../../world/send.ts'

let plane: Plane
let at: Customers['at']
before(async () => {
  ;({ plane, at } = await openCustomers())
})
after(() => plane.stop())

test('A11 harbor c080060316: a token or a user that is named like an inner identity has its own rights and no more', async () => {
  const { id, ask } = at('first')
  const admin = await adminOf(plane, id)
  const names = ['scanner-1', 'system', 'anonymous', 'operator', 'longshore', 'admin-1', tokenUser, 'firstone', plane.owner.id]
  for (const name of names.filter((each) => each.length >= 5)) {
    await makeToken(plane, id, name, 'guests')
    const as = await passwordOf(plane, id, name)
    assert.equal((await ask('POST', '/v2/a/blobs/uploads/', { as })).status, 401, name)
    assert.equal((await ask('GET', '/v2/_catalog', { as })).status, 401, name)
    for (const [method, path] of [
      ['GET', id],
      ['POST', `${id}/listCredentials`],
    ] as const)
      assert.equal((await plane.arm(method, path, { as })).status, 401, name)
  }
  assert.equal((await ask('GET', '/v2/_catalog', { as: admin })).status, 200, 'a token of the admin user’s name does not keep it out')
  for (const name of ['operator', 'longshore', 'system', 'admin', 'firstone', 'anonymous']) {
    const user = await plane.user(name)
    assert.equal((await plane.arm('GET', id, { as: user })).status, 403, name)
    assert.equal(
      (
        await plane.graph('POST', '/groups', {
          as: user,
          body: { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true },
        })
      ).status,
      403,
      name,
    )
    assert.equal((await at('first').form('exchange', { grant_type: 'access_token', access_token: user.token })).status, 401, name)
  }
})

test('A12 artifact-keeper#3261: a token of a scope map opens what the map says, as Basic and Bearer, on each surface', async () => {
  const { id, ask, form } = at('first')
  const admin = await adminOf(plane, id)
  const digest = await pushOwn(at('first'), 'a12', admin)
  await pushOwn(at('first'), 'a12-other', admin)
  for (const actions of [
    ['content/write'],
    ['content/read'],
    ['content/delete'],
    ['metadata/read'],
    ['metadata/write'],
    ['content/read', 'content/write'],
  ]) {
    const name = `a12-${actions.join('-').replaceAll('/', '-')}`
    await makeMap(
      plane,
      id,
      name,
      actions.map((each) => `repositories/a12/${each}`),
    )
    await makeToken(plane, id, name, name)
    const basic = await passwordOf(plane, id, name)
    const bearer = async (repository: string) => {
      const fields = { grant_type: 'password', username: basic.user, password: basic.password }
      const got = await form('token', { ...fields, scope: `repository:${repository}:* registry:catalog:*` })
      return { token: json<{ access_token: string }>(succeeded(got, 200)).access_token }
    }
    for (const repository of ['a12', 'a12-other', 'a12/below'])
      for (const [method, path, ...needs] of [
        ['HEAD', `/v2/${repository}/blobs/${digest}`, 'content/read'],
        ['POST', `/v2/${repository}/blobs/uploads/`, 'content/write'],
        ['DELETE', `/v2/${repository}/manifests/none`, 'content/delete'],
        ['GET', `/acr/v1/${repository}`, 'metadata/read'],
        ['PATCH', `/acr/v1/${repository}`, 'metadata/write'],
        ['GET', '/acr/v1/_catalog', 'never'],
      ] as const)
        for (const as of [basic, await bearer(repository)]) {
          const body = method === 'PATCH' ? { body: {} } : {}
          const { status } = await ask(method, path, { as, ...body })
          const may = repository === 'a12' && needs.some((each) => actions.includes(each))
          assert.equal(status !== 401, may, `${name} ${method} ${path} ${status}`)
        }
  }
})

test('A13 zot 7bb211bc: each method of ARM needs its own action, and no other’s is enough', async () => {
  const { id } = at('first')
  const registry = 'Microsoft.ContainerRegistry/registries'
  const assignment = () => `${id}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`
  const deeds: readonly (readonly [action: string, method: string, path: () => string, body?: unknown])[] = [
    [`${registry}/read`, 'GET', () => id],
    [`${registry}/read`, 'HEAD', () => id],
    [`${registry}/write`, 'PATCH', () => id, {}],
    [`${registry}/write`, 'PUT', () => id, {}],
    [`${registry}/delete`, 'DELETE', () => id],
    [`${registry}/listCredentials/action`, 'POST', () => `${id}/listCredentials`],
    [`${registry}/regenerateCredential/action`, 'POST', () => `${id}/regenerateCredential`, {}],
    [`${registry}/generateCredentials/action`, 'POST', () => `${id}/generateCredentials`, {}],
    [`${registry}/listUsages/read`, 'GET', () => `${id}/listUsages`],
    [`${registry}/tokens/read`, 'GET', () => `${id}/tokens/guest`],
    [`${registry}/tokens/write`, 'PUT', () => `${id}/tokens/guest`, {}],
    [`${registry}/tokens/delete`, 'DELETE', () => `${id}/tokens/missing`],
    [`${registry}/scopeMaps/write`, 'PATCH', () => `${id}/scopeMaps/guests`, {}],
    ['Microsoft.Authorization/roleAssignments/read', 'GET', assignment],
    ['Microsoft.Authorization/roleAssignments/write', 'PUT', assignment, {}],
    ['Microsoft.Authorization/roleAssignments/delete', 'DELETE', assignment],
    ['Microsoft.Resources/tags/read', 'GET', () => `${id}/providers/Microsoft.Resources/tags/default`],
    ['Microsoft.Resources/tags/write', 'PATCH', () => `${id}/providers/Microsoft.Resources/tags/default`, {}],
  ]
  const somebody = await plane.user('a13')
  const roleId = randomUUID()
  const definition = `${plane.subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`
  const become = async (action: string) =>
    succeeded(
      await plane.arm('PUT', definition, {
        body: { properties: { roleName: 'A13', permissions: [permissionOf(action)], assignableScopes: [plane.subscription] } },
      }),
      201,
    )
  await become(`${registry}/read`)
  await plane.give(somebody.id, roleId, id)
  for (const action of new Set(deeds.map(([each]) => each)).values()) {
    // Deleting is not tried with the right to it: the registry is needed further on.
    await become(action)
    for (const [needs, method, path, body] of deeds) {
      if (needs === action && action === `${registry}/delete`) continue
      const { status } = await plane.arm(method, path(), { as: somebody, ...(body === undefined ? {} : { body }) })
      assert.equal(status === 403, needs !== action, `with ${action}: ${method} ${path()} ${status}`)
    }
  }
})
