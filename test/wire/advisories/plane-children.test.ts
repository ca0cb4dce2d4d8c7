import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { types } from '#surfaces/arm/types.ts'
import { makeMap, makeToken, permissionOf } from '../../world/plane-credentials.ts'
import { succeeded, type Plane } from '../../world/plane.ts'
import { type Customers, openCustomers } from '../../world/plane-customers.ts'
import { json } from '../../world/send.ts'

let plane: Plane
let at: Customers['at']
before(async () => {
  ;({ plane, at } = await openCustomers())
})
after(() => plane.stop())

test('A19 artifact-keeper#3321: who may not see a registry cannot tell it from one that is not there', async () => {
  const stranger = await plane.user('a19', { Reader: at('first').id })
  const [hidden, missing] = [at('second').id, `${plane.group}/providers/Microsoft.ContainerRegistry/registries/notthere`]
  const name = (id: string) => id.split('/').at(-1) ?? ''
  for (const [method, suffix, body] of [
    ['GET', ''],
    ['HEAD', ''],
    ['PUT', '', {}],
    ['PATCH', '', {}],
    ['DELETE', ''],
    ['GET', '/tokens'],
    ['GET', '/tokens/guest'],
    ['GET', '/scopeMaps'],
    ['GET', '/listUsages'],
    ['POST', '/listCredentials'],
    ['POST', '/generateCredentials', {}],
    ['GET', '/providers/Microsoft.Authorization/roleAssignments'],
    ['GET', '/providers/Microsoft.Authorization/permissions'],
    ['GET', '/providers/Microsoft.Resources/tags/default'],
  ] as const) {
    const [one, other] = await Promise.all(
      [hidden, missing].map(async (id) => {
        const answer = await plane.arm(method, `${id}${suffix}`, { as: stranger, ...(body ? { body } : {}) })
        const names = Object.keys(answer.headers).toSorted()
        return [answer.status, answer.body.toString().replaceAll(new RegExp(name(id), 'gi'), 'NAME'), names]
      }),
    )
    assert.deepEqual(one, other, `${method} ${suffix}`)
  }
  const owner = await plane.user('a19-owner', { Owner: at('first').id })
  const named = async (scope: string) => {
    const id = `${at('first').id}/providers/Microsoft.Authorization/roleDefinitions/${randomUUID()}`
    const body = {
      properties: { roleName: randomUUID(), permissions: [permissionOf('*/read')], assignableScopes: [at('first').id, scope] },
    }
    return (await plane.arm('PUT', id, { as: owner, body })).status
  }
  assert.deepEqual([await named(hidden), await named(missing)], [403, 403], 'nor by naming it')
  const listed = json<{ value: { name: string }[] }>(await plane.arm('GET', `${plane.group}/resources`, { as: stranger }))
  assert.deepEqual(
    listed.value.map((each) => each.name),
    ['firstone'],
  )
})

test('A20 Harbor CVE-2022-31667: a child is found below the registry in the URL only, whatever its type', async () => {
  const owner = await plane.user('a20', { Owner: at('first').id })
  await makeMap(plane, at('second').id, 'theirs', ['repositories/secret/content/read'])
  await makeToken(plane, at('second').id, 'theirs-1', 'theirs')
  const prefix = 'Microsoft.ContainerRegistry/registries/'
  const children = types.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length))
  assert.ok(children.includes('tokens') && children.includes('webhooks') && children.length > 12)
  for (const child of children) {
    const name = child === 'scopeMaps' ? 'theirs' : 'theirs-1'
    const own = `${at('first').id}/${child}/${name}`
    const theirs = `${at('second').id}/${child}/${name}`
    for (const method of ['GET', 'PATCH', 'DELETE', 'PUT'] as const) {
      const body = method === 'PUT' || method === 'PATCH' ? { body: { id: theirs, name, properties: {} } } : {}
      const { status } = await plane.arm(method, own, { as: owner, ...body })
      // A DELETE of what is not there has nothing to do.
      assert.ok(method === 'DELETE' ? status === 204 : status === 404 || status === 400, `${method} ${child} ${status}`)
      assert.equal((await plane.arm(method, theirs, { as: owner, ...body })).status, 403, `${method} ${child}`)
    }
  }
  assert.equal((await plane.arm('GET', `${at('second').id}/tokens/theirs-1`)).status, 200)
  const foreign = { body: { properties: { scopeMapId: `${at('second').id}/scopeMaps/theirs` } } }
  for (const [method, path] of [
    ['PUT', `${at('first').id}/tokens/borrower`],
    ['PATCH', `${at('first').id}/tokens/guest`],
  ] as const)
    assert.equal((await plane.arm(method, path, { as: owner, ...foreign })).status, 400)
  const credentials = await plane.arm('POST', `${at('first').id}/generateCredentials`, {
    as: owner,
    body: { tokenId: `${at('second').id}/tokens/theirs-1` },
  })
  assert.equal(credentials.status, 400)
})

test('A20 Harbor CVE-2019-16097: what only the service writes is not taken from a body', async () => {
  const { id } = at('first')
  const before = json<{ systemData: { createdBy: string; createdAt: string } }>(await plane.arm('GET', id))
  const body = {
    id: at('second').id,
    name: 'secondone',
    type: 'Microsoft.Evil/things',
    location: 'local',
    sku: { name: 'Premium', tier: 'Free' },
    systemData: { createdBy: 'somebody', createdAt: '1999-01-01T00:00:00Z' },
    properties: {
      adminUserEnabled: true,
      provisioningState: 'Failed',
      loginServer: 'evil.example',
      creationDate: '1999-01-01T00:00:00Z',
      status: { x: 1 },
    },
  }
  for (const method of ['PUT', 'PATCH']) {
    const after = json<typeof before & { id: string; name: string; type: string; sku: object; properties: Record<string, unknown> }>(
      succeeded(await plane.arm(method, id, { body }), 200),
    )
    assert.deepEqual(
      [after.id, after.name, after.type, after.sku, after.systemData.createdBy, after.systemData.createdAt],
      [
        id,
        'firstone',
        'Microsoft.ContainerRegistry/registries',
        { name: 'Premium', tier: 'Premium' },
        before.systemData.createdBy,
        before.systemData.createdAt,
      ],
    )
    assert.equal(after.properties.provisioningState, 'Succeeded')
    assert.equal(after.properties.loginServer, at('first').host)
    assert.ok(!JSON.stringify(after).includes('1999'))
  }
  const mine = await plane.user('a20-person')
  for (const change of [
    { id: plane.owner.id },
    { userType: 'Admin' },
    { isAdmin: true },
    { memberOf: [] },
    { createdDateTime: '1999-01-01T00:00:00Z' },
  ])
    assert.equal((await plane.graph('PATCH', `/users/${mine.id}`, { body: change })).status, 400, JSON.stringify(change))
})
