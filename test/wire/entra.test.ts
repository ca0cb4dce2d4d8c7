import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { directoryTokenHolder } from '#app/identity/bearer.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isEntra } from '#surfaces/entra/request.ts'
import { objectOf } from '../world/people.ts'
import {
  adfsToken,
  alice,
  ask,
  bySecret,
  byPassword,
  claimsOf,
  entraToken,
  type EntraScene,
  openEntra,
  program,
  refusalOf,
  secret,
  tenant,
} from '../world/authority.ts'

let scene: EntraScene
before(async () => {
  scene = await openEntra()
})
after(() => scene.stop())

const configurations: readonly [path: string, issuer: string, oauth: string][] = [
  ['/adfs', '/adfs', '/adfs/oauth2'],
  ['/ADFS', '/adfs', '/adfs/oauth2'],
  ['/adfs/v2.0', '/adfs', '/adfs/oauth2'],
  [`/${tenant.id}/v2.0`, `/${tenant.id}/v2.0`, `/${tenant.id}/oauth2/v2.0`],
  [`/${tenant.domain}/v2.0`, `/${tenant.id}/v2.0`, `/${tenant.domain}/oauth2/v2.0`],
  ['/organizations/v2.0', `/${tenant.id}/v2.0`, '/organizations/oauth2/v2.0'],
  ['/common/v2.0', `/${tenant.id}/v2.0`, '/common/oauth2/v2.0'],
  [`/${tenant.id}`, `/${tenant.id}/`, `/${tenant.id}/oauth2`],
]

for (const [path, issuer, oauth] of configurations)
  test(`${path} tells its endpoints, and each of them is there`, async () => {
    const { status, json } = await ask(scene, `${path}/.well-known/openid-configuration`)
    assert.equal(status, 200)
    assert.equal(json.issuer, scene.origin + issuer)
    assert.equal(json.token_endpoint, `${scene.origin}${oauth}/token`)
    assert.equal(json.authorization_endpoint, `${scene.origin}${oauth}/authorize`)
    assert.equal(json.end_session_endpoint, `${scene.origin}${oauth}/logout`)
    assert.equal(json.device_authorization_endpoint, `${scene.origin}${oauth}/devicecode`)
    const at = (url: unknown) => String(url).slice(scene.origin.length)
    assert.equal((await ask(scene, at(json.token_endpoint), { form: bySecret(scene) })).status, 200)
    const keys = await ask(scene, at(json.jwks_uri))
    assert.ok((keys.json.keys as unknown[]).length > 0)
    assert.equal(JSON.stringify(keys.json).includes('"d"'), false, 'no private key')
  })

test('URLs follow the host that the client came by when it is the control host', async () => {
  scene.deps = { ...scene.deps, origins: { ...scene.deps.origins, control: 'https://registry.example:5443' } }
  const issuer = async (host: string) => {
    const { request } = await import('node:http')
    return new Promise<unknown>((resolve, reject) => {
      const sent = request(`${scene.origin}/adfs/.well-known/openid-configuration`, { headers: { host } }, (answer) => {
        let text = ''
        answer.on('data', (piece: Buffer) => (text += piece.toString()))
        answer.on('end', () => resolve((JSON.parse(text) as { issuer: string }).issuer))
      })
      sent.on('error', reject)
      sent.end()
    })
  }
  assert.equal(await issuer('registry.example:8443'), 'http://registry.example:8443/adfs')
  assert.equal(await issuer('elsewhere.example'), 'https://registry.example:5443/adfs')
  scene.restart()
})

test('another tenant is refused in the shape of Entra, and so is a wrong method', async () => {
  for (const path of ['/fabrikam.example/v2.0/.well-known/openid-configuration', '/fabrikam.example/oauth2/v2.0/authorize'])
    assert.equal(refusalOf(await ask(scene, path)), '400 invalid_tenant 90002')
  const refused = await ask(scene, '/fabrikam.example/oauth2/v2.0/token', { form: bySecret(scene) })
  assert.equal(refusalOf(refused), '400 invalid_tenant 90002')
  assert.match(String(refused.json.error_description), /Tenant 'fabrikam\.example' not found/)
  assert.equal(refusalOf(await ask(scene, entraToken)), '400 invalid_request 900561')
  assert.equal((await ask(scene, `/${tenant.id}/nothing`)).status, 404)
})

test('the correlation id is the client’s own when it is a GUID', async () => {
  const id = '11111111-aaaa-bbbb-cccc-222222222222'
  const { json, headers } = await ask(scene, adfsToken, { form: {}, headers: { 'client-request-id': id } })
  assert.equal(json.correlation_id, id)
  assert.equal(headers.get('client-request-id'), id)
  const other = await ask(scene, adfsToken, { form: {}, headers: { 'client-request-id': 'x"<script>' } })
  assert.match(String(other.json.correlation_id), /^[0-9a-f-]{36}$/)
})

test('instance discovery knows this host and no other', async () => {
  const at = (endpoint: string) => `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`
  const { json } = await ask(scene, at(`${scene.origin}/organizations/oauth2/v2.0/authorize`))
  assert.equal(json.tenant_discovery_endpoint, `${scene.origin}/organizations/v2.0/.well-known/openid-configuration`)
  assert.equal(refusalOf(await ask(scene, at('https://login.example/x/oauth2/authorize'))), '400 invalid_instance 50049')
  assert.equal(refusalOf(await ask(scene, '/common/discovery/instance')), '400 invalid_request 900144')
})

test('the user realm is the same for who is there and who is not', async () => {
  const realm = async (user: string) => (await ask(scene, `/common/userrealm/${user}?api-version=1.0`)).json
  assert.equal((await realm(alice.login)).account_type, 'Managed')
  assert.deepEqual(await realm(alice.login), await realm(`nobody@${tenant.domain}`))
})

const paths: readonly [path: string, isOurs: boolean][] = [
  ['/adfs/oauth2/token', true],
  ['/adfs', true],
  ['/Adfs/.well-known/openid-configuration', true],
  [`/${tenant.id.toUpperCase()}/oauth2/token?x=1`, true],
  [`/${tenant.domain}/v2.0/.well-known/openid-configuration`, true],
  ['/common/userrealm/x', true],
  ['/stranger/oauth2/v2.0/token', true],
  ['/stranger/discovery/keys', true],
  ['/devicelogin?otc=1', true],
  ['/', false],
  ['/oauth2/token', false],
  ['/oauth2/exchange', false],
  ['/v2/oauth2/token', false],
  ['/acr/v1/_catalog', false],
  ['/metadata/identity/oauth2/token/', false],
  ['/subscriptions', false],
  ['/subscriptions/oauth2/token', false],
  ['/graph/v1.0/me', false],
  ['/stranger/other', false],
  ['/devicelogin2', false],
]
test('the front door is told exactly which paths are the authority’s', () => {
  for (const [path, isOurs] of paths) assert.equal(isEntra(path, tenant), isOurs, path)
})

test('a token verifies by the published keys, says who and for what, and is good for our services', async () => {
  const { json } = await ask(scene, entraToken, { form: byPassword(scene) })
  const keys = createLocalJWKSet((await ask(scene, '/common/discovery/v2.0/keys')).json as unknown as JSONWebKeySet)
  const { payload } = await jwtVerify(String(json.access_token), keys, { audience: scene.origin, issuer: `${scene.origin}/${tenant.id}/` })
  assert.equal(payload.oid, alice.id)
  assert.equal(payload.tid, tenant.id)
  assert.equal(payload.idtyp, 'user')
  const { principal, audience } = await directoryTokenHolder(scene.deps, String(json.access_token), ['arm'])
  assert.equal(principal.id, alice.id)
  assert.equal(audience, 'arm')
})

const refusesBearer = async (token: unknown) =>
  assert.rejects(
    directoryTokenHolder(scene.deps, String(token), ['arm']),
    (error) => error instanceof RegistryError && error.failure === 'unauthorized' && error.detail.error === 'invalid_token',
  )

test('a bearer token is refused for another service, after its end, when its principal is off, and when it is none', async () => {
  const { json } = await ask(scene, entraToken, { form: byPassword(scene) })
  await assert.rejects(directoryTokenHolder(scene.deps, String(json.access_token), ['graph']))
  await refusesBearer(json.refresh_token)
  await refusesBearer('nonsense')
  const user = objectOf({ id: alice.id, kind: 'user', name: 'Alice', login: alice.login })
  await scene.store.putDirectoryObject({ object: { ...user, enabled: false } })
  await refusesBearer(json.access_token)
  await scene.store.putDirectoryObject({ object: user })
  await refusesBearer(json.access_token)
  const next = await ask(scene, entraToken, { form: byPassword(scene) })
  scene.time.at += 3_599_000 + 59_000
  await directoryTokenHolder(scene.deps, String(next.json.access_token), ['arm'])
  scene.time.at += 2_000
  await refusesBearer(next.json.access_token)
})

test('an id token opens nothing, whatever client id it is for', async () => {
  // This id is also a name of ARM's audience.
  const { json } = await ask(scene, entraToken, { form: byPassword(scene, { client_id: '797f4846-ba00-4fd7-ba43-dac1f8f63013' }) })
  assert.equal(claimsOf(json.id_token).aud, '797f4846-ba00-4fd7-ba43-dac1f8f63013')
  await refusesBearer(json.id_token)
})

test('no secret, and nothing that was typed as a name, is in what the log gets', async () => {
  const name = 'my-password-in-the-wrong-field'
  await ask(scene, adfsToken, { form: byPassword(scene, { username: name, password: 'wrong-password-of-mine' }) })
  await ask(scene, adfsToken, { form: bySecret(scene, { client_secret: 'wrong-secret-of-mine' }) })
  await ask(scene, adfsToken, { form: bySecret(scene) })
  const logged = JSON.stringify(scene.logs.map(({ log, unexpected }) => [log, String(unexpected)]))
  for (const word of [name, 'wrong-password-of-mine', 'wrong-secret-of-mine', secret, alice.password])
    assert.equal(logged.includes(word), false)
  assert.equal(scene.logs.at(-1)?.log.principal, program.appId)
  assert.deepEqual(
    scene.logs.filter((each) => each.unexpected !== undefined).map((each) => each.unexpected),
    [],
  )
})
