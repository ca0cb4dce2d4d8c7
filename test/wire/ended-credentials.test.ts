import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { directoryKeys } from '#ports/signer.ts'
import { runOperatorCli } from '../world/cli-run.ts'
import { makeMap, makeToken, passwordOf } from '../world/plane-credentials.ts'
import { azureCli, openPlane, type Plane, type PlaneRegistry, type Somebody, succeeded } from '../world/plane.ts'
import { type Answer, header, json } from '../world/send.ts'

let plane: Plane
let registry: PlaneRegistry
before(async () => {
  plane = await openPlane()
  registry = await plane.registry('ended')
})
after(() => plane.stop())

/** `longshore identity …` on the machine itself. */
const operate = async (...words: string[]) => {
  const { code, problem } = await runOperatorCli(plane.operatorDeps, 'identity', ...words)
  assert.equal(code, 0, problem)
}

const scope = 'registry:catalog:*'

/** Everything that one secret gives, each tried: `arm graph exchange refresh access renewal`. */
interface Given {
  statuses: () => Promise<string>
}

async function givenBy({ name, password }: Pick<Somebody, 'name' | 'password'>): Promise<Given> {
  const isUser = name.includes('@')
  const proof = isUser
    ? { grant_type: 'password', client_id: azureCli, username: name, password }
    : { grant_type: 'client_credentials', client_id: name, client_secret: password }
  const granted = json<{ access_token: string; refresh_token?: string }>(
    succeeded(await plane.grant({ ...proof, resource: plane.control }), 200),
  )
  const [arm, graph] = [{ token: granted.access_token }, { token: await plane.tokenOf({ name, password }, `${plane.control}/graph`) }]
  const refresh = await registry.exchange(arm.token)
  const access = { token: await registry.accessToken(refresh, scope) }
  const renew = { grant_type: 'refresh_token', client_id: azureCli, refresh_token: granted.refresh_token ?? '', resource: plane.control }
  const tries: (() => Promise<Answer>)[] = [
    () => plane.arm('GET', registry.id, { as: arm }),
    () => plane.graph('GET', '/organization', { as: graph }),
    () => registry.form('exchange', { grant_type: 'access_token', access_token: arm.token }),
    () => registry.form('token', { grant_type: 'refresh_token', refresh_token: refresh, scope }),
    () => registry.ask('GET', '/v2/_catalog', { as: access }),
    ...(isUser ? [() => plane.grant(renew)] : []),
  ]
  return {
    statuses: async () => {
      const all: number[] = []
      for (const each of tries) all.push((await each()).status)
      return all.join(' ')
    },
  }
}

const good = { user: '200 200 200 200 200 200', program: '200 200 200 200 200' }
const over = { user: '401 401 401 401 401 400', program: '401 401 401 401 401' }

let made = 0
const newUser = () => plane.user(`person${++made}`, { Owner: registry.id })
const setEnabled = async (collection: string, { id }: Somebody, accountEnabled: boolean) =>
  succeeded(await plane.graph('PATCH', `/${collection}/${id}`, { body: { accountEnabled } }), 204)

for (const [how, end] of [
  [
    'reset through Graph',
    async ({ id }: Somebody) => {
      const body = { passwordProfile: { password: 'Another word-1', forceChangePasswordNextSignIn: false } }
      succeeded(await plane.graph('PATCH', `/users/${id}`, { body }), 204)
    },
  ],
  [
    'reset by the operator',
    async ({ id }: Somebody) => {
      await operate('user', 'reset-password', id)
    },
  ],
] as const)
  test(`a password that is ${how} ends each token that it gave at the next request, and nobody else's`, async () => {
    const [user, other] = [await newUser(), await newUser()]
    const [mine, others] = [await givenBy(user), await givenBy(other)]
    assert.deepEqual([await mine.statuses(), await others.statuses()], [good.user, good.user])
    await end(user)
    assert.deepEqual([await mine.statuses(), await others.statuses()], [over.user, good.user])
  })

test('switched off and on again, a user and a program have no token any more; a new sign-in has', async () => {
  const [user, program] = [await newUser(), await plane.program('switched', { Owner: registry.id })]
  for (const [somebody, collection, kind] of [
    [user, 'users', 'user'],
    [program, 'servicePrincipals', 'program'],
  ] as const) {
    const given = await givenBy(somebody)
    await setEnabled(collection, somebody, false)
    assert.equal(await given.statuses(), over[kind])
    await setEnabled(collection, somebody, true)
    assert.equal(await given.statuses(), over[kind])
    assert.equal(await (await givenBy(somebody)).statuses(), good[kind])
  }
})

test('of two secrets of a program, the one that is removed ends what it gave; adding and removing others ends nothing', async () => {
  const program = await plane.program('several', { Owner: registry.id })
  const add = async () =>
    json<{ keyId: string; secretText: string }>(succeeded(await plane.graph('POST', path('addPassword'), { body: {} }), 200))
  const path = (verb: string) => `/servicePrincipals/${program.id}/${verb}`
  const first = await givenBy(program)
  const second = await add()
  const bySecond = await givenBy({ name: program.name, password: second.secretText })
  const third = await add()
  succeeded(await plane.graph('POST', path('removePassword'), { body: { keyId: third.keyId } }), 204)
  assert.deepEqual([await first.statuses(), await bySecond.statuses()], [good.program, good.program])
  succeeded(await plane.graph('POST', path('removePassword'), { body: { keyId: second.keyId } }), 204)
  assert.deepEqual([await first.statuses(), await bySecond.statuses()], [good.program, over.program])
  await operate('sp', 'reset-credential', program.id)
  assert.equal(await first.statuses(), over.program)
})

test('a principal that is deleted, or whose application is, has no token any more', async () => {
  const [user, program] = [await newUser(), await plane.program('gone', { Owner: registry.id })]
  const [byUser, byProgram] = [await givenBy(user), await givenBy(program)]
  succeeded(await plane.graph('DELETE', `/users/${user.id}`), 204)
  assert.equal(await byUser.statuses(), over.user)
  succeeded(await plane.graph('DELETE', `/applications(appId='${program.name}')`), 204)
  assert.equal(await byProgram.statuses(), over.program)
})

test('what a program got with its secret at the registry itself ends with that secret', async () => {
  const program = await plane.program('basic', { Owner: registry.id })
  const asked = { grant_type: 'password', username: program.name, password: program.password, scope }
  const { access_token: token } = json<{ access_token: string }>(succeeded(await registry.form('token', asked), 200))
  const use = async () => (await registry.ask('GET', '/v2/_catalog', { as: { token } })).status
  assert.equal(await use(), 200)
  await operate('sp', 'reset-credential', program.id)
  assert.equal(await use(), 401)
})

test('a password of a token of the registry ends what it gave, the other one goes on; disabled and enabled, neither wakes', async () => {
  await makeMap(plane, registry.id, 'readers', ['repositories/a/metadata/read'])
  await makeToken(plane, registry.id, 'reader', 'readers')
  const path = `${registry.id}/tokens/reader`
  const one = await passwordOf(plane, registry.id, 'reader')
  const body = { tokenId: path, name: 'password2' }
  const begun = succeeded(await plane.arm('POST', `${registry.id}/generateCredentials`, { body }), 200, 202)
  const place = begun.headers.location
  const result = place === undefined ? begun : succeeded(await plane.arm('GET', place), 200)
  const two = json<{ passwords: { name: string; value: string }[] }>(result).passwords.find(({ name }) => name === 'password2')?.value ?? ''
  const tokenBy = async (password: string) => {
    const asked = { grant_type: 'password', username: 'reader', password, scope: 'repository:a:metadata_read' }
    return { token: json<{ access_token: string }>(succeeded(await registry.form('token', asked), 200)).access_token }
  }
  const [byOne, byTwo] = [await tokenBy(one.password), await tokenBy(two)]
  const statuses = async () => [byOne, byTwo].map(async (as) => (await registry.ask('GET', '/v2/', { as })).status)
  const both = async () => (await Promise.all(await statuses())).join(' ')
  assert.equal(await both(), '200 200')
  await passwordOf(plane, registry.id, 'reader')
  assert.equal(await both(), '401 200')
  for (const status of ['disabled', 'enabled']) {
    succeeded(await plane.arm('PATCH', path, { body: { properties: { status } } }), 200, 201)
    assert.equal(await both(), '401 401')
  }
  assert.equal((await registry.ask('GET', '/v2/', { as: await tokenBy(two) })).status, 200)
})

test('the admin user switched off and on again: its passwords are good, what they gave is not', async () => {
  const { username, passwords } = json<{ username: string; passwords: [{ value: string }] }>(
    succeeded(await plane.arm('POST', `${registry.id}/listCredentials`), 200),
  )
  const admin = { user: username, password: passwords[0].value }
  const asked = { grant_type: 'password', username, password: admin.password, scope }
  const { access_token: token } = json<{ access_token: string }>(succeeded(await registry.form('token', asked), 200))
  const statuses = async () => [
    (await registry.ask('GET', '/v2/_catalog', { as: { token } })).status,
    (await registry.ask('GET', '/v2/_catalog', { as: admin })).status,
  ]
  assert.deepEqual(await statuses(), [200, 200])
  for (const [adminUserEnabled, expected] of [
    [false, [401, 401]],
    [true, [401, 200]],
  ] as const) {
    succeeded(await plane.arm('PATCH', registry.id, { body: { properties: { adminUserEnabled } } }), 200)
    assert.deepEqual(await statuses(), expected)
  }
})

test('after a key was revoked ARM asks for a younger token, as az and the SDKs understand it, and the refresh token gives one', async () => {
  const user = await newUser()
  const asked = { grant_type: 'password', client_id: azureCli, username: user.name, password: user.password, resource: plane.control }
  const first = json<{ access_token: string; refresh_token: string }>(succeeded(await plane.grant(asked), 200))
  await plane.door.open.deps.signers.of(directoryKeys).rotate({ revoke: true })
  const refused = succeeded(await plane.arm('GET', registry.id, { as: { token: first.access_token } }), 401)
  const [, claims = ''] = /, error="insufficient_claims", claims="([^"]+)"$/.exec(header(refused, 'www-authenticate')) ?? []
  const { access_token: wanted } = JSON.parse(Buffer.from(claims, 'base64').toString()) as { access_token: { nbf: { essential: boolean } } }
  assert.equal(wanted.nbf.essential, true)
  const again = { grant_type: 'refresh_token', client_id: azureCli, refresh_token: first.refresh_token, resource: plane.control }
  const { access_token: token } = json<{ access_token: string }>(succeeded(await plane.grant(again), 200))
  assert.equal((await plane.arm('GET', registry.id, { as: { token } })).status, 200)
})
