import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  adminOf,
  everyCredential,
  makeMap,
  makeToken,
  passwordOf,
  permissionOf,
  pushOwn,
  type Password,
} from '../../world/plane-credentials.ts'
import { succeeded, type Plane, type PlaneRegistry } from '../../world/plane.ts'
import { type Customers, openCustomers } from '../../world/plane-customers.ts'
import { header, type Principal } from '../../world/send.ts'

let plane: Plane
let at: Customers['at']
before(async () => {
  ;({ plane, at } = await openCustomers())
})
after(() => plane.stop())

test('A15 harbor 89e1c4baa7: nothing that opened a registry opens the one that somebody else makes under its name', async () => {
  const old = await plane.registry('recreated')
  const made = await makeAll(old)
  const assigned = await plane.user('a15', { Owner: old.id })
  const credentials = await everyCredential(plane, old, assigned)
  for (const [name, as] of Object.entries(credentials)) assert.equal((await old.ask('GET', '/v2/', { as })).status, 200, name)
  assert.equal((await plane.arm('GET', old.id, { as: assigned })).status, 200)
  const digest = await pushOwn(old, 'team/app', credentials.admin as Principal)
  const session = header(
    succeeded(await old.ask('POST', '/v2/team/app/blobs/uploads/', { as: credentials.admin as Principal }), 202),
    'location',
  )

  succeeded(await plane.arm('DELETE', old.id), 200)
  for (const [name, as] of Object.entries(credentials))
    assert.equal((await old.ask('GET', '/v2/', { as })).status, 404, `${name}, while there is none`)
  const fresh = await plane.registry('recreated')
  await makeAll(fresh)
  for (const [name, as] of Object.entries(credentials))
    for (const path of ['/v2/', `/v2/team/app/blobs/${digest}`, '/acr/v1/_catalog', '/acr/v1/team/app'])
      assert.equal((await fresh.ask('GET', path, { as })).status, 401, `${name} ${path}`)
  assert.equal((await plane.arm('GET', fresh.id, { as: assigned })).status, 403, 'the roles of the first went with it')
  assert.equal((await plane.arm('GET', `${plane.subscription}/resources`, { as: assigned })).status, 404)
  const admin = await adminOf(plane, fresh.id)
  assert.equal((await fresh.ask('HEAD', `/v2/team/app/blobs/${digest}`, { as: admin })).status, 404, 'nor is any content left')
  assert.equal((await fresh.ask('GET', new URL(session, plane.control).pathname, { as: admin })).status, 404, 'nor an upload')
  assert.equal((await fresh.ask('GET', '/v2/_catalog', { as: { user: 'guest', password: made.password } })).status, 401)
})

test('A15 a token, a group of resources, a user and a role that are made again begin with nothing of what was there before', async () => {
  const { id, ask } = at('second')
  await makeToken(plane, id, 'again', 'guests')
  const before = await passwordOf(plane, id, 'again')
  assert.equal((await ask('GET', '/v2/', { as: before })).status, 200)
  succeeded(await plane.arm('DELETE', `${id}/tokens/again`), 202)
  await makeToken(plane, id, 'again', 'guests')
  assert.equal((await ask('GET', '/v2/', { as: before })).status, 401, 'a token')

  const group = `${plane.subscription}/resourceGroups/again`
  succeeded(await plane.arm('PUT', group, { body: { location: 'local' } }), 201)
  const holder = await plane.user('a15-group', { Contributor: group })
  succeeded(await plane.arm('DELETE', group), 202)
  succeeded(await plane.arm('PUT', group, { body: { location: 'local' } }), 201)
  assert.equal((await plane.arm('GET', group, { as: holder })).status, 403, 'a group')

  const user = await plane.user('a15-user', { Owner: plane.subscription })
  succeeded(await plane.graph('DELETE', `/users/${user.id}`), 204)
  const next = await plane.user('a15-user')
  assert.equal((await plane.arm('GET', id, { as: user })).status, 401, 'the token of the first user')
  assert.equal((await plane.arm('GET', id, { as: next })).status, 403, 'the roles of the first user')

  const roleId = randomUUID()
  const definition = `${plane.subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`
  const define = async () =>
    succeeded(
      await plane.arm('PUT', definition, {
        body: { properties: { roleName: 'A15', permissions: [permissionOf('*')], assignableScopes: [plane.subscription] } },
      }),
      201,
    )
  await define()
  const assigned = await plane.give(next.id, roleId, id)
  assert.equal((await plane.arm('GET', id, { as: next })).status, 200)
  assert.equal((await plane.arm('DELETE', definition)).status, 409, 'a role that is held stays')
  succeeded(await plane.arm('DELETE', assigned), 200)
  succeeded(await plane.arm('DELETE', definition), 200)
  await define()
  assert.equal((await plane.arm('GET', id, { as: next })).status, 403, 'a role')
})

test('A15 a registry that is gone has no name: none of its Host headers leads anywhere', async () => {
  const old = await plane.registry('ghostly')
  const { store } = plane.door.open.deps
  const { id: number = 0 } = (await store.registry('ghostly')) ?? {}
  succeeded(await plane.arm('DELETE', old.id), 200)
  for (const name of [`#${number}`, `%23${number}`, 'ghostly', '#', `#${number} `]) {
    const answer = await old.ask('GET', '/oauth2/token?scope=repository:a:pull', { headers: { host: `${name}.longshore.localhost:1` } })
    assert.ok([400, 404, 421].includes(answer.status), `${name} ${answer.status}`)
  }
})

/** A scope map and a token of the same names as in the other registries. */
async function makeAll({ id }: PlaneRegistry): Promise<Password> {
  await makeMap(plane, id, 'guests', ['repositories/team/app/content/read'])
  await makeToken(plane, id, 'guest', 'guests')
  return passwordOf(plane, id, 'guest')
}
