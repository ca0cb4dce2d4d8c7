import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessOf, everyCredential } from '../../world/plane-credentials.ts'
import { azureCli, codeOf, succeeded, type Plane } from '../../world/plane.ts'
import { type Customers, openCustomers } from '../../world/plane-customers.ts'
import { json, type Principal } from '../../world/send.ts'

let plane: Plane
let at: Customers['at']
before(async () => {
  ;({ plane, at } = await openCustomers())
})
after(() => plane.stop())

test('A14 zot CVE-2025-23208: who leaves a group, and a group that is gone, has its rights no more at the next request', async () => {
  const { id, ask, exchange, accessToken, form } = at('first')
  const member = await plane.user('a14')
  const makeGroup = async (displayName: string) =>
    json<{ id: string }>(
      succeeded(
        await plane.graph('POST', '/groups', {
          body: { displayName, mailNickname: displayName, mailEnabled: false, securityEnabled: true },
        }),
        201,
      ),
    ).id
  const reference = (each: string) => ({ body: { '@odata.id': `${plane.control}/graph/v1.0/directoryObjects/${each}` } })
  for (const ending of ['member', 'group', 'group inside'] as const) {
    const [inner, outer] = [await makeGroup(`inner-${ending}`), await makeGroup(`outer-${ending}`)]
    succeeded(await plane.graph('POST', `/groups/${inner}/members/$ref`, reference(member.id)), 204)
    succeeded(await plane.graph('POST', `/groups/${outer}/members/$ref`, reference(inner)), 204)
    await plane.give(outer, 'AcrPush', id)
    await plane.give(outer, 'Reader', id)
    const refresh = await exchange(member.token)
    const as = { token: await accessToken(refresh, 'repository:a14:pull,push') }
    const tries = async () => [
      (await ask('POST', '/v2/a14/blobs/uploads/', { as })).status,
      (await plane.arm('GET', id, { as: member })).status,
      (await form('exchange', { grant_type: 'access_token', access_token: member.token })).status,
    ]
    assert.deepEqual(await tries(), [202, 200, 200], ending)
    if (ending === 'member') succeeded(await plane.graph('DELETE', `/groups/${inner}/members/${member.id}/$ref`), 204)
    else if (ending === 'group') succeeded(await plane.graph('DELETE', `/groups/${outer}`), 204)
    else succeeded(await plane.graph('DELETE', `/groups/${inner}`), 204)
    assert.deepEqual(await tries(), [401, 403, 401], ending)
    assert.equal((await form('token', { grant_type: 'refresh_token', refresh_token: refresh, scope: 'repository:a14:push' })).status, 200)
    assert.deepEqual(accessOf(await accessToken(refresh, 'repository:a14:push')), [], 'a refresh token opens nothing any more')
  }
})

test('A16 CVE-2026-33031: a principal that is switched off is out at once, by each thing that it has; signing in does not switch it on', async () => {
  const { id, ask, form } = at('second')
  const [user, program] = [await plane.user('a16', { Owner: id }), await plane.program('a16-program', { Owner: id })]
  for (const [somebody, collection] of [
    [user, 'users'],
    [program, 'servicePrincipals'],
  ] as const) {
    const isUser = collection === 'users'
    const credentials = await everyCredential(plane, at('second'), somebody)
    const signIn = () =>
      isUser
        ? plane.grant({
            grant_type: 'password',
            client_id: azureCli,
            username: somebody.name,
            password: somebody.password,
            resource: plane.control,
            scope: 'openid offline_access',
          })
        : plane.grant({
            grant_type: 'client_credentials',
            client_id: somebody.name,
            client_secret: somebody.password,
            resource: plane.control,
          })
    const first = json<{ refresh_token?: string }>(succeeded(await signIn(), 200))
    const mine = ['token of a principal', 'refresh token of a principal'].map((name) => credentials[name] as Principal)
    if (!isUser) mine.push({ user: somebody.name, password: somebody.password })
    const everything = async () => [
      ...(await Promise.all(mine.map(async (as) => (await ask('GET', '/v2/', { as })).status))),
      (await plane.arm('GET', id, { as: somebody })).status,
      (await plane.graph('GET', '/organization', { as: somebody })).status,
      (await form('exchange', { grant_type: 'access_token', access_token: somebody.token })).status,
      (await signIn()).status,
    ]
    const refreshed = () =>
      plane.grant({
        grant_type: 'refresh_token',
        client_id: azureCli,
        refresh_token: first.refresh_token ?? '',
        resource: plane.control,
      })
    assert.ok((await everything()).every((status) => status === 200))
    if (isUser) assert.equal((await refreshed()).status, 200)
    succeeded(await plane.graph('PATCH', `/${collection}/${somebody.id}`, { body: { accountEnabled: false } }), 204)
    for (const status of await everything()) assert.ok(status === 401 || status === 400, String(status))
    if (isUser) assert.equal((await refreshed()).status, 400)
    const shown = json<{ accountEnabled: boolean }>(await plane.graph('GET', `/${collection}/${somebody.id}?$select=accountEnabled`))
    assert.equal(shown.accountEnabled, false, 'trying does not switch it on')
    succeeded(await plane.graph('PATCH', `/${collection}/${somebody.id}`, { body: { accountEnabled: true } }), 204)
    assert.equal((await signIn()).status, 200)
    if (isUser) assert.equal((await refreshed()).status, 400, 'what was ended stays ended')
  }
})

test('A16 a token of a registry and the admin user that are switched off are out at once', async () => {
  const { id, ask } = at('second')
  const somebody = await plane.user('a16-owner', { Owner: id })
  const credentials = await everyCredential(plane, at('second'), somebody)
  const states = async (of: string) =>
    Promise.all(
      Object.entries(credentials)
        .filter(([name]) => name.includes(of))
        .map(async ([, as]) => (await ask('GET', '/v2/', { as })).status),
    )
  assert.deepEqual(await states('guest'), [200, 200])
  succeeded(await plane.arm('PATCH', `${id}/tokens/guest`, { body: { properties: { status: 'disabled' } } }), 200)
  assert.deepEqual(await states('guest'), [401, 401])
  succeeded(await plane.arm('PATCH', `${id}/tokens/guest`, { body: { properties: { status: 'enabled' } } }), 200)
  assert.deepEqual(await states('admin'), [200, 200])
  succeeded(await plane.arm('PATCH', id, { body: { properties: { adminUserEnabled: false } } }), 200)
  assert.deepEqual(await states('admin'), [401, 401])
  assert.equal(codeOf(await plane.arm('POST', `${id}/listCredentials`)), 'UnAuthorizedForCredentialOperations')
  succeeded(await plane.arm('PATCH', id, { body: { properties: { adminUserEnabled: true } } }), 200)
})
