import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { directoryKeys } from '#ports/signer.ts'
import { claimsOf } from '../../world/content.ts'
import { azureCli, openPlane, type Plane, type PlaneRegistry, succeeded } from '../../world/plane.ts'
import { json } from '../../world/send.ts'

/** In milliseconds, on a machine that does much else: what these tokens cost who falls for them is minutes. */
const bearable = 20_000

interface Jwk {
  kid: string
  kty: string
  crv: string
  x: string
  y: string
}

let plane: Plane
let registry: PlaneRegistry
/** The owner's token for ARM, its claims, and the directory's public key as anybody sees it. */
let good: string
let claims: Record<string, unknown>
let jwk: Jwk
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })

before(async () => {
  plane = await openPlane()
  registry = await plane.registry('tokens1')
  good = plane.owner.token
  claims = claimsOf(good)
  const keys = await plane.arm('GET', '/adfs/discovery/keys?', { as: 'nobody' })
  jwk = json<{ keys: [Jwk] }>(succeeded(keys, 200)).keys[0]
})
after(() => plane.stop())

/** What each place that takes a token of the directory answers. */
async function statuses(token: string): Promise<number[]> {
  return [
    (await plane.arm('GET', registry.id, { as: { token } })).status,
    (await plane.graph('GET', '/me', { as: { token } })).status,
    (await registry.form('exchange', { grant_type: 'access_token', access_token: token })).status,
  ]
}

async function refused(token: string, why: string): Promise<void> {
  for (const status of await statuses(token)) assert.ok(status === 401 || status === 400, `${why}: ${status}`)
}

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
function signed(header: object, body: object = claims, key: KeyObject = own.privateKey): string {
  const text = `${encode(header)}.${encode(body)}`
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

test('the token that the others are made from is good', async () => {
  assert.deepEqual(await statuses(good), [200, 200, 200])
})

test('C1 distribution CVE-2025-24976: a key inside a directory token is not believed, nor fetched', async () => {
  let fetched = 0
  const trap = createServer((_request, response) => {
    fetched++
    response.end(JSON.stringify({ keys: [own.publicKey.export({ format: 'jwk' })] }))
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`
  const mine = own.publicKey.export({ format: 'jwk' })
  const plain = { alg: 'ES256', typ: 'JWT', kid: jwk.kid }
  for (const more of [{}, { jwk: mine }, { x5c: ['MIIB'] }, { x5u: url }, { jku: url }, { crit: ['exp'] }, { b64: false, crit: ['b64'] }])
    await refused(signed({ ...plain, ...more }), JSON.stringify(more))
  // Also where the issuer of the claims itself is the trap.
  await refused(signed(plain, { ...claims, iss: `http://127.0.0.1:${(trap.address() as AddressInfo).port}/` }), 'issuer')
  await refused(signed({ alg: 'ES256', typ: 'JWT' }), 'no kid')
  assert.equal(fetched, 0, 'the server asks nobody')
  trap.close()
})

test('C2 jsonwebtoken CVE-2022-23540: a directory token has the algorithm of its key, in no other spelling', async () => {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  const [, payload = '', signature = ''] = good.split('.')
  const base = { typ: 'JWT', kid: jwk.kid }
  for (const alg of ['none', 'None', '', 'es256', 'ES384', 'RS256', null])
    for (const end of ['', signature]) await refused(`${encode({ ...base, alg })}.${payload}.${end}`, `alg ${alg}`)
  for (const secret of [key.export({ type: 'spki', format: 'pem' }), key.export({ type: 'spki', format: 'der' }), JSON.stringify(jwk), ''])
    for (const alg of ['HS256', 'ES256']) {
      const text = `${encode({ ...base, alg })}.${payload}`
      await refused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`, `HMAC with the public key, ${alg}`)
    }
  const text = `${encode({ ...base, alg: 'ES256' })}.${payload}`
  await refused(`${text}.${Buffer.alloc(64).toString('base64url')}`, 'r = s = 0')
  await refused(`${text}.${sign('sha256', Buffer.from(text), own.privateKey).toString('base64url')}`, 'DER')
})

test('C3 golang-jwt CVE-2025-30204, C4 jose GHSA-jv3g-j58f-9mq9: what is no signed token of three parts is refused at once', async () => {
  const encrypted = { alg: 'PBES2-HS256+A128KW', enc: 'A128CBC-HS256', p2c: 2 ** 31 - 1, p2s: 'AAAA' }
  const zipped = { alg: 'dir', enc: 'A256GCM', zip: 'DEF' }
  const tokens = [encrypted, zipped].map((head) => `${encode(head)}.${encode('key')}.${encode('iv')}.${encode('text')}.${encode('tag')}`)
  for (const token of [...tokens, '.', '..', '.'.repeat(8000), `${good}.`, `.${good}`, `${good}.${good}`, good.slice(0, -1), 'x']) {
    const started = performance.now()
    await refused(token, token.slice(0, 20))
    assert.ok(performance.now() - started < bearable)
  }
})

test('C5 CVE-2026-49998: a key is good for what it is of: not a registry’s for the directory, nor the directory’s for a registry', async () => {
  const { deps } = plane.door.open
  const other = await plane.registry('tokens2')
  const [first, second] = [await deps.store.registry('tokens1'), await deps.store.registry('tokens2')]
  assert.ok(first && second)
  for (const { id } of [first, second])
    await refused(await deps.signers.of(id).sign(claims), 'the claims of a directory token by a registry’s key')
  const refresh = await registry.exchange(good)
  const access = await registry.accessToken(refresh, 'registry:catalog:*')
  const catalog = async (of: PlaneRegistry, token: string) => (await of.ask('GET', '/v2/_catalog', { as: { token } })).status
  assert.deepEqual([await catalog(registry, access), await catalog(other, access)], [200, 401])
  const wanted = { ...claimsOf(access), aud: other.host }
  for (const owner of [first.id, directoryKeys]) assert.equal(await catalog(other, await deps.signers.of(owner).sign(wanted)), 401)
  assert.equal(await catalog(other, await deps.signers.of(second.id).sign(wanted)), 200, 'its own key would do')
  // The same name of a key in the head changes nothing.
  const [, text = '', signature = ''] = (await deps.signers.of(first.id).sign(claims)).split('.')
  await refused(`${encode({ alg: 'ES256', typ: 'JWT', kid: jwk.kid })}.${text}.${signature}`, 'the directory’s kid, a registry’s key')
  assert.equal(await catalog(registry, good), 401, 'nor is the token of the one shown to the other')
})

test('C6 CVE-2026-42602: each claim of a directory token must be there, of its type, and right', async () => {
  const now = Math.floor(Date.now() / 1000)
  const wrong = [
    ...['aud', 'iss', 'exp', 'nbf', 'iat', 'oid', 'tid', 'uti', 'ver', 'idtyp', 'appid', 'upn', 'name'].flatMap((name) =>
      [undefined, null, ['x'], { a: 1 }, true].map((value) => ({ [name]: value })),
    ),
    ...['aud', 'iss', 'oid', 'tid', 'uti', 'ver', 'idtyp', 'appid', 'upn', 'name'].map((name) => ({ [name]: 5 })),
    ...['exp', 'nbf', 'iat'].flatMap((name) => ['9999999999', -1, 1.5, Number.MAX_VALUE, 2 ** 60].map((value) => ({ [name]: value }))),
    { aud: 'https://other.example' },
    { aud: [claims.aud] },
    { aud: `${String(claims.aud)}.evil.example` },
    { aud: `${String(claims.aud)}/x` },
    { exp: now - 120 },
    { nbf: now + 3600 },
    { tid: '00000000-0000-4000-8000-000000000000' },
    { oid: '00000000-0000-4000-8000-000000000000' },
    { oid: '*' },
    { oid: String(claims.oid).toUpperCase() },
    { idtyp: 'app' },
    { idtyp: 'app', upn: undefined },
    { ver: '2.0' },
  ]
  const signer = plane.door.open.deps.signers.of(directoryKeys)
  assert.deepEqual(await statuses(await signer.sign(claims)), [200, 200, 200])
  for (const each of wrong) {
    const told = JSON.stringify(each, (_, value) => (value === undefined ? 'absent' : value))
    await refused(await signer.sign({ ...claims, ...each }), told)
  }
})

test('C6 an id token, a refresh token, a code and a client assertion are no access tokens', async () => {
  const fields = { grant_type: 'password', client_id: azureCli, username: plane.owner.name, password: plane.owner.password }
  const got = json<{ id_token: string; refresh_token: string; access_token: string }>(
    succeeded(await plane.grant({ ...fields, scope: `${plane.control}/.default openid offline_access` }, '/adfs/oauth2/v2.0/token'), 200),
  )
  assert.equal((await statuses(got.access_token))[0], 200)
  await refused(got.id_token, 'id token')
  await refused(got.refresh_token, 'refresh token')
  const asRefresh = (token: string) =>
    plane.grant({ grant_type: 'refresh_token', client_id: azureCli, refresh_token: token, resource: plane.control })
  for (const token of [got.access_token, got.id_token, await registry.exchange(good)]) assert.equal((await asRefresh(token)).status, 400)
  const assertion = { grant_type: 'client_credentials', client_id: azureCli, resource: plane.control }
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  for (const token of [got.access_token, got.id_token])
    assert.ok([400, 401].includes((await plane.grant({ ...assertion, client_assertion_type: type, client_assertion: token })).status))
})

test('C7 docker wildcard scopes: what a scope of the authority does not mean is refused, and it never widens a role', async () => {
  const fields = { grant_type: 'password', client_id: azureCli, username: plane.owner.name, password: plane.owner.password }
  const asked = async (scope: string) => (await plane.grant({ ...fields, scope }, '/adfs/oauth2/v2.0/token')).status
  for (const scope of [
    '*',
    'repository:a:pull',
    `${plane.control}.evil.example/.default`,
    `${plane.control}/.default https://graph.microsoft.com/.default`,
    'https://evil.example/.default',
    `${plane.control}/../graph/.default`,
    '/.default',
  ])
    assert.equal(await asked(scope), 400, scope.slice(0, 80))
  const nobody = await plane.user('c7')
  for (const scope of [`${plane.control}/.default`, `${plane.control}/user_impersonation`]) {
    const answer = await plane.grant({ ...fields, username: nobody.name, password: nobody.password, scope }, '/adfs/oauth2/v2.0/token')
    const { access_token: token } = json<{ access_token: string }>(succeeded(answer, 200))
    assert.equal((await plane.arm('GET', registry.id, { as: { token } })).status, 403)
  }
})

test('C12 a role that is taken away is gone at the next request, with the tokens that it gave', async () => {
  const puller = await plane.user('c12')
  const assignment = await plane.give(puller.id, 'AcrPull', registry.id)
  const reader = await plane.give(puller.id, 'Reader', registry.id)
  const refresh = await registry.exchange(puller.token)
  const token = await registry.accessToken(refresh, 'registry:catalog:*')
  const tries = async () => [
    (await registry.ask('GET', '/v2/_catalog', { as: { token } })).status,
    (await registry.ask('GET', '/acr/v1/_catalog', { as: { token } })).status,
    (await plane.arm('GET', registry.id, { as: puller })).status,
  ]
  assert.deepEqual(await tries(), [200, 200, 200])
  succeeded(await plane.arm('DELETE', assignment), 200)
  succeeded(await plane.arm('DELETE', reader), 200)
  assert.deepEqual(await tries(), [401, 401, 403])
  const fresh = await registry.accessToken(refresh, 'registry:catalog:*')
  assert.equal((await registry.ask('GET', '/v2/_catalog', { as: { token: fresh } })).status, 401)
  assert.equal((await registry.form('exchange', { grant_type: 'access_token', access_token: puller.token })).status, 401)
})
