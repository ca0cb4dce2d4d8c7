import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { claimsOf, makeImage, pushImage, putManifest, tokenFor } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { exchanged } from '../world/exchanged.ts'
import { succeeded } from '../world/plane.ts'
import { type Answer, errorCode, header, json, type Principal, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
let ca: string
before(async () => {
  server = await Server.start({ https: '127.0.0.1:0' })
  ca = readFileSync(server.started.caPath ?? '', 'utf8')
  await pushImage(server, 'team/app', 'v1')
})
after(() => server.stop())

const challengeOf = (answer: Answer) => header(answer, 'www-authenticate')
const tokenUser = '00000000-0000-0000-0000-000000000000'
const read = (as: Principal) => send(server, 'GET', '/v2/team/app/manifests/v1', { as })

function grant(form: Record<string, string>, path = '/oauth2/token', as: Principal = 'nobody'): Promise<Answer> {
  return send(server, 'POST', path, {
    as,
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
}
// The name that was spoken to.
const service = () => `${server.address.host}:${server.address.port}`
const password = () => ({ grant_type: 'password', username: server.user, password: server.password, service: service() })

test('the challenge has ACR’s exact form, without a space after a comma', async () => {
  const start = `Bearer realm="${server.origin}/oauth2/token",service="${service()}"`
  for (const [method, path, end] of [
    ['GET', '/v2/', ''],
    ['GET', '/v2/_catalog', ',scope="registry:catalog:*"'],
    ['GET', '/v2/team/app/manifests/v1', ',scope="repository:team/app:pull"'],
    ['HEAD', '/v2/team/app/blobs/sha256:' + 'a'.repeat(64), ',scope="repository:team/app:pull"'],
    ['GET', '/v2/team/app/tags/list', ',scope="repository:team/app:metadata_read"'],
    ['POST', '/v2/team/app/blobs/uploads/', ',scope="repository:team/app:pull,push"'],
    ['PUT', '/v2/team/app/manifests/v1', ',scope="repository:team/app:pull,push"'],
    ['DELETE', '/v2/team/app/manifests/v1', ',scope="repository:team/app:delete"'],
    [
      'POST',
      `/v2/team/app/blobs/uploads/?mount=sha256:${'a'.repeat(64)}&from=base`,
      ',scope="repository:team/app:pull,push repository:base:pull"',
    ],
  ] as const) {
    const answer = await send(server, method, path, { as: 'nobody' })
    assert.equal(answer.status, 401)
    assert.equal(challengeOf(answer), `${start}${end}`, `${method} ${path}`)
  }
})

test('the body of a 401 repeats the scope: Type, Name, one Action each', async () => {
  const answer = await send(server, 'POST', '/v2/team/app/blobs/uploads/', { as: 'nobody' })
  assert.deepEqual(json(answer), {
    errors: [
      {
        code: 'UNAUTHORIZED',
        message: 'authentication required, visit https://aka.ms/acr/authorization for more information.',
        detail: [
          { Type: 'repository', Name: 'team/app', Action: 'pull' },
          { Type: 'repository', Name: 'team/app', Action: 'push' },
        ],
      },
    ],
  })
})

test('error= tells a bad token from one that is too narrow; without a token there is none', async () => {
  const { token } = await tokenFor(server, 'repository:other:pull')
  assert.match(challengeOf(await read({ token })), /,error="insufficient_scope"$/)
  assert.match(challengeOf(await read({ token: 'a.b.c' })), /,error="invalid_token"$/)
  assert.match(challengeOf(await read({ user: tokenUser, password: 'a.b.c' })), /,error="invalid_token"$/)
  assert.doesNotMatch(challengeOf(await read('nobody')), /error=/)
  assert.doesNotMatch(challengeOf(await read({ user: server.user, password: 'wrong' })), /error=/)
})

test('GET grant: Basic, the scopes asked for, ACR’s claims', async () => {
  const query = new URLSearchParams({
    service: service(),
    scope: 'repository:team/app:pull,push',
    account: server.user,
    client_id: 'docker',
  })
  const answer = await send(server, 'GET', `/oauth2/token?${query}`)
  assert.equal(answer.status, 200)
  assert.match(header(answer, 'cache-control'), /no-store/)
  const body = json<{ access_token: string; expires_in: number; refresh_token?: string }>(answer)
  assert.equal(body.refresh_token, undefined)
  assert.equal(body.expires_in, 75 * 60)
  const claims = claimsOf(body.access_token)
  assert.deepEqual(
    [claims.iss, claims.aud, claims.version, claims.grant_type, claims.sub],
    ['Azure Container Registry', service(), '1.0', 'access_token', server.user],
  )
  assert.deepEqual(claims.access, [{ type: 'repository', name: 'team/app', actions: ['pull', 'push', 'metadata_read'] }])
  assert.equal(Number(claims.exp) - Number(claims.iat), body.expires_in)
  assert.equal((await read({ token: body.access_token })).status, 200)
})

const offline = (as: Principal) =>
  send(server, 'GET', `/oauth2/token?service=${service()}&scope=repository:team/app:pull&client_id=docker&offline_token=true`, { as })

test('a password is given no refresh token, however it is asked for: the client keeps what lasts longer', async () => {
  for (const answer of [await offline('admin'), await grant({ ...password(), access_type: 'offline', offline_token: 'true' })]) {
    assert.equal(answer.status, 200)
    assert.deepEqual(Object.keys(json<object>(answer)).sort(), ['access_token', 'expires_in'])
  }
})

test('a refresh token that was presented is given again as it is, by each way; an access token never becomes one', async () => {
  const refresh = await exchanged(server)
  const given = (answer: Answer) => json<{ refresh_token?: string }>(succeeded(answer, 200)).refresh_token
  assert.equal(given(await offline({ user: tokenUser, password: refresh })), refresh)
  assert.equal(given(await grant({ grant_type: 'refresh_token', refresh_token: refresh, service: service() })), refresh)
  const { token } = await tokenFor(server, 'repository:team/app:pull')
  assert.equal(given(await offline({ user: tokenUser, password: token })), undefined)
})

test('a refresh token is exchanged by POST and works as a password', async () => {
  const refresh = await exchanged(server)
  const claims = claimsOf(refresh)
  assert.deepEqual([claims.grant_type, Number(claims.exp) - Number(claims.iat)], ['refresh_token', 3 * 60 * 60])
  const answer = await grant({ grant_type: 'refresh_token', refresh_token: refresh, service: service(), scope: 'repository:team/app:pull' })
  assert.equal(answer.status, 200)
  const access = json<{ access_token: string }>(answer).access_token
  assert.equal((await read({ token: access })).status, 200)
  for (const secret of [refresh, access]) {
    assert.equal((await read({ user: tokenUser, password: secret })).status, 200)
    assert.equal((await read({ user: 'somebody', password: secret })).status, 401, 'under its own user name only')
  }
  const put = await putManifest(server, 'team/app', 'v2', makeImage().manifest, { as: { user: tokenUser, password: access } })
  assert.equal(put.status, 401, 'as a password it is as narrow as it is')
})

test('a refresh token outlives a repository: who keeps it for hours pushes the name again', async () => {
  await pushImage(server, 'team/again', 'v1')
  const scope = 'repository:team/again:pull,push,delete'
  const refresh = await exchanged(server)
  const { token: before } = await tokenFor(server, scope)
  const ask = (method: string, path: string, token: string) => send(server, method, path, { as: { token } }).then(({ status }) => status)
  assert.equal(await ask('DELETE', '/acr/v1/team%2Fagain', before), 202)
  const { access_token: after } = json<{ access_token: string }>(
    await grant({ grant_type: 'refresh_token', refresh_token: refresh, service: service(), scope }),
  )
  assert.deepEqual(
    [await ask('GET', '/v2/team/again/manifests/v1', before), await ask('GET', '/v2/team/again/manifests/v1', after)],
    [401, 404],
  )
  assert.equal(await ask('POST', '/v2/team/again/blobs/uploads/', after), 202)
})

test('POST password grant: with scope as form fields, several, and with none', async () => {
  const one = await grant({ ...password(), scope: 'repository:team/app:pull' })
  assert.equal((await read({ token: json<{ access_token: string }>(one).access_token })).status, 200)
  const none = json<{ access_token: string }>(await grant(password()))
  assert.deepEqual(claimsOf(none.access_token).access, [])
  assert.equal((await send(server, 'GET', '/v2/', { as: { token: none.access_token } })).status, 200)
  assert.equal((await read({ token: none.access_token })).status, 401)
})

test('what a token request may not be: 400 or 401, as JSON', async () => {
  for (const [form, status] of [
    [{}, 400],
    [{ grant_type: 'password', username: server.user }, 400],
    [{ grant_type: 'password', password: server.password }, 400],
    [{ ...password(), grant_type: 'client_credentials' }, 400],
    [{ ...password(), service: 'other.example' }, 400],
    [{ ...password(), password: 'wrong' }, 401],
    [{ grant_type: 'refresh_token', refresh_token: 'x', service: service() }, 401],
  ] as const) {
    const answer = await grant(form as Record<string, string>)
    assert.equal(answer.status, status, JSON.stringify(form))
    assert.match(errorCode(answer), /^[A-Z_]+$/)
  }
  assert.equal((await grant({ ...password(), scope: 'x'.repeat(70_000) })).status, 400)
  for (const method of ['PUT', 'DELETE', 'PATCH']) assert.equal((await send(server, method, '/oauth2/token')).status, 405)
  assert.equal((await send(server, 'GET', '/oauth2/other')).status, 404)
})

test('Basic works directly on /v2, with either password and the user name in any case', async () => {
  const { passwords } = await server.change((deps, registry) => showCredentials(deps, registry))
  for (const each of passwords)
    for (const user of [server.user, server.user.toUpperCase()]) assert.equal((await read({ user, password: each.value })).status, 200)
})

test('a token got over HTTP works over HTTPS, and back', async () => {
  const port = server.started.https?.port ?? 0
  const over = (as: Principal) => send(server, 'GET', '/v2/team/app/manifests/v1', { as, ca, port })
  const { token } = await tokenFor(server, 'repository:team/app:pull')
  assert.equal((await over({ token })).status, 200)
  const query = new URLSearchParams({ service: service(), scope: 'repository:team/app:pull' })
  const got = await send(server, 'GET', `/oauth2/token?${query}`, { ca, port })
  assert.equal((await read({ token: json<{ access_token: string }>(got).access_token })).status, 200)
  const challenge = await send(server, 'GET', '/v2/', { as: 'nobody', ca, port, headers: { host: `localhost:${port}` } })
  assert.match(challengeOf(challenge), new RegExp(`^Bearer realm="https://localhost:${port}/oauth2/token",`))
})

test('a Host in upper case is the same host; another name gets 421', async () => {
  const upper = await send(server, 'GET', '/v2/', { as: 'nobody', headers: { host: 'LOCALHOST:5000' } })
  assert.match(challengeOf(upper), /^Bearer realm="http:\/\/localhost:5000\/oauth2\/token",service="localhost:\d+"$/)
  const query = new URLSearchParams({ service: 'LocalHost', scope: 'repository:team/app:pull' })
  assert.equal((await send(server, 'GET', `/oauth2/token?${query}`)).status, 200, 'service is compared as hosts are')
  const unknown = await send(server, 'GET', '/v2/', { headers: { host: 'registry.unknown.example' } })
  assert.deepEqual([unknown.status, errorCode(unknown)], [421, 'UNSUPPORTED'])
  assert.match(unknown.body.toString(), /registry\.unknown\.example.*LONGSHORE_NAMES/)
})

test('the keys are public: ES256, without a private part', async () => {
  const { keys } = json<{ keys: Record<string, string>[] }>(await send(server, 'GET', '/oauth2/keys', { as: 'nobody' }))
  assert.ok(keys.length >= 1)
  for (const key of keys) {
    assert.deepEqual([key.kty, key.crv, key.alg, key.use], ['EC', 'P-256', 'ES256', 'sig'])
    assert.equal(key.d, undefined)
    assert.match(key.kid ?? '', /^[A-Za-z0-9_-]{43}$/)
  }
  const { token } = await tokenFor(server, 'repository:team/app:pull')
  const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
  assert.ok(keys.some((key) => key.kid === kid))
})

test('tokens outlive a restart of the server', async () => {
  const { token } = await tokenFor(server, 'repository:team/app:pull')
  await server.down()
  await server.up()
  assert.equal((await read({ token })).status, 200)
})

test('a renewed password ends the old one at once, on a server that runs', async () => {
  const door: Door = await openDoor()
  try {
    const { deps, registry } = door.open
    const { token } = await tokenFor(door, 'registry:catalog:*')
    const ask = (as: Principal) => send(door, 'GET', '/v2/_catalog', { as })
    assert.deepEqual([(await ask('admin')).status, (await ask({ token })).status], [200, 200])
    await renewCredential(deps, registry, 'password')
    assert.deepEqual([(await ask('admin')).status, (await ask({ token })).status], [401, 401])
  } finally {
    await door.stop()
  }
})

test('anonymous pull: opened and closed by the registry, for reading repositories only', async () => {
  const door = await openDoor()
  try {
    const { deps } = door.open
    const image = await pushImage(door, 'public', 'v1')
    const ask = (method: string, path: string, as: Principal = 'nobody') => send(door, method, path, { as }).then(({ status }) => status)
    assert.equal(await ask('GET', '/v2/public/manifests/v1'), 401)
    await putRegistry(deps.store, 'local', { anonymousPull: true })
    assert.equal(await ask('GET', '/v2/public/manifests/v1'), 200)
    const query = new URLSearchParams({ service: door.loginServer, scope: 'repository:public:pull,push,delete' })
    const answer = await send(door, 'GET', `/oauth2/token?${query}`, { as: 'nobody' })
    const { access_token: token } = json<{ access_token: string }>(answer)
    assert.deepEqual(claimsOf(token).access, [{ type: 'repository', name: 'public', actions: ['pull', 'metadata_read'] }])
    for (const as of ['nobody', { token }] as const) {
      assert.equal(await ask('GET', `/v2/public/manifests/${image.digest}`, as), 200)
      assert.equal(await ask('GET', '/v2/public/tags/list', as), 200)
      for (const [method, path] of [
        ['POST', '/v2/public/blobs/uploads/'],
        ['PUT', '/v2/public/manifests/v2'],
        ['DELETE', '/v2/public/manifests/v1'],
        ['GET', '/v2/_catalog'],
      ] as const)
        assert.equal(await ask(method, path, as), 401, `${method} ${path}`)
    }
    // As the SDKs ask, which have a client for nobody: by a form, with a refresh token that is empty or absent.
    const form = (scope: string, more: Record<string, string> = {}) =>
      send(door, 'POST', '/oauth2/token', {
        as: 'nobody',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'password', service: door.loginServer, scope, ...more }).toString(),
      }).then((sent) => json<{ access_token: string; refresh_token?: string }>(sent))
    const catalog = await form('registry:catalog:*', { refresh_token: '', access_type: 'offline' })
    assert.equal(catalog.refresh_token, undefined)
    const lists = { token: catalog.access_token }
    assert.deepEqual([await ask('GET', '/v2/_catalog', lists), await ask('GET', '/acr/v1/_catalog', lists)], [200, 200])
    assert.equal(await ask('GET', '/v2/public/manifests/v1', lists), 401)
    const pulls = { token: (await form('repository:public:pull,push')).access_token }
    assert.deepEqual(claimsOf(pulls.token).access, [{ type: 'repository', name: 'public', actions: ['pull', 'metadata_read'] }])
    assert.equal(await ask('GET', '/v2/public/manifests/v1', pulls), 200)
    await putRegistry(deps.store, 'local', { anonymousPull: false })
    assert.equal(await ask('GET', '/v2/public/manifests/v1', { token }), 401, 'a token from before gives nothing')
    assert.equal(await ask('GET', '/acr/v1/_catalog', lists), 401)
    assert.deepEqual(claimsOf((await form('registry:catalog:* repository:public:pull')).access_token).access, [])
  } finally {
    await door.stop()
  }
})
