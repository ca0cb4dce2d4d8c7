import 'reflect-metadata'
import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { randomUUID, webcrypto, X509Certificate } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { SignJWT, UnsecuredJWT } from 'jose'
import { newCertificate } from '#app/identity/new-secrets.ts'
import { adfsToken, ask, claimsOf, entraToken, type EntraScene, openEntra, program, refusalOf, tenant } from '../world/authority.ts'
import { send } from '../world/send.ts'

let scene: EntraScene
let signer: Signer
before(async () => {
  scene = await openEntra()
  signer = await makeSigner()
  await register(signer)
})
after(() => scene.stop())
beforeEach(() => scene.restart())

interface Signer {
  pem: string
  keys: webcrypto.CryptoKeyPair
}

const day = 24 * 60 * 60 * 1000
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }

async function makeSigner(from = -day, to = day): Promise<Signer> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto)
  const keys = (await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Builder',
    notBefore: new Date(Date.now() + from),
    notAfter: new Date(Date.now() + to),
    keys,
    signingAlgorithm: rsa,
  })
  return { pem: certificate.toString('pem'), keys }
}

const register = async ({ pem }: Signer): Promise<void> => {
  const secret = newCertificate(scene.deps, { objectId: program.objectId, name: null }, pem)
  await scene.store.putSecret({ secret })
}

interface Shape {
  by?: Signer
  alg?: 'RS256' | 'PS256'
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

/** As az writes it (RS256, `x5t`, fractional times), or as the JavaScript SDK does (PS256, `x5t#S256`). */
async function assertion({ by = signer, alg = 'RS256', header, claims = {} }: Shape = {}): Promise<string> {
  const certificate = new X509Certificate(by.pem)
  const bytes = (fingerprint: string) => Buffer.from(fingerprint.replaceAll(':', ''), 'hex')
  // Python's thumbprints are padded.
  const x5t = `${bytes(certificate.fingerprint).toString('base64url')}=`
  const named = alg === 'RS256' ? { x5t } : { 'x5t#S256': bytes(certificate.fingerprint256).toString('base64url') }
  const now = scene.time.at / 1000
  const payload = { aud: scene.origin + adfsToken, iss: program.appId, sub: program.appId, jti: randomUUID(), iat: now, exp: now + 600.25 }
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', by.keys.privateKey)
  const name = alg === 'RS256' ? rsa.name : 'RSA-PSS'
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, { name, hash: 'SHA-256' }, false, ['sign'])
  return new SignJWT({ ...payload, ...claims }).setProtectedHeader({ alg, typ: 'JWT', ...(header ?? named) }).sign(key)
}

const post = (text: string, more: Record<string, string> = {}, path = adfsToken, headers: Record<string, string> = {}) =>
  ask(scene, path, {
    headers,
    form: {
      grant_type: 'client_credentials',
      client_id: program.appId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: text,
      scope: `${scene.origin}/.default`,
      ...more,
    },
  })

for (const alg of ['RS256', 'PS256'] as const)
  for (const path of [adfsToken, entraToken])
    test(`${alg} with its thumbprint gets a token at ${path}`, async () => {
      const text = await assertion({ alg, claims: { aud: scene.origin + path } })
      const { status, json } = await post(text, {}, path)
      assert.equal(status, 200)
      assert.equal(claimsOf(json.access_token).oid, program.objectId)
    })

test('the audience may be the token endpoint in any of its shapes, and the client id may be in the assertion alone', async () => {
  for (const path of [adfsToken, entraToken, `/${tenant.domain}/oauth2/token`, '/organizations/oauth2/v2.0/token'])
    assert.equal((await post(await assertion({ claims: { aud: scene.origin + path } }), { client_id: '' })).status, 200, path)
})

test('the audience is one of the configuration, whatever name or port the request says that we have', async () => {
  const { host } = new URL(scene.origin)
  for (const named of ['127.0.0.1:6666', 'localhost:6666', 'elsewhere.example', host.replace('127.0.0.1', 'localhost')]) {
    const text = await assertion({ claims: { aud: `http://${named}${adfsToken}` } })
    assert.equal(await rawPost(text, named), 401, named)
  }
  assert.equal(await rawPost(await assertion(), '127.0.0.1:6666'), 200, 'what is for us is good by any name')
})

/** As `post`, under a Host header of the client's choice. */
async function rawPost(text: string, host: string): Promise<number> {
  const { hostname, port } = new URL(scene.origin)
  const target = { address: { host: hostname, port: Number(port) }, user: '', password: '', agent: new Agent() }
  const fields = { grant_type: 'client_credentials', client_assertion: text, scope: `${scene.origin}/.default` }
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const answer = await send(target, 'POST', adfsToken, {
    as: 'nobody',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, client_assertion_type: type }).toString(),
  })
  return answer.status
}

const seconds = () => scene.time.at / 1000
const wrongClaims: readonly [what: string, claims: () => Record<string, unknown>, refusal: string][] = [
  ['for another server', () => ({ aud: `https://login.microsoftonline.com${entraToken}` }), '401 invalid_client 700023'],
  ['for a port that is nobody’s', () => ({ aud: `http://127.0.0.1:6666${adfsToken}` }), '401 invalid_client 700023'],
  ['for another endpoint', () => ({ aud: `${scene.origin}/adfs/oauth2/authorize` }), '401 invalid_client 700023'],
  ['for another tenant', () => ({ aud: `${scene.origin}/fabrikam/oauth2/token` }), '401 invalid_client 700023'],
  ['for several', () => ({ aud: [scene.origin + adfsToken] }), '401 invalid_client 50027'],
  ['that has ended', () => ({ exp: seconds() - 301 }), '401 invalid_client 700024'],
  ['that begins later', () => ({ nbf: seconds() + 400 }), '401 invalid_client 700024'],
  ['that was issued later', () => ({ iat: seconds() + 400 }), '401 invalid_client 700024'],
  ['without an end', () => ({ exp: undefined }), '401 invalid_client 50027'],
  ['that lives for days', () => ({ exp: seconds() + 2 * 86_400 }), '401 invalid_client 50027'],
  ['of another issuer', () => ({ iss: randomUUID() }), '401 invalid_client 50027'],
  ['about another client', () => ({ sub: randomUUID() }), '401 invalid_client 50027'],
  ['without an id', () => ({ jti: undefined }), '401 invalid_client 50027'],
]
for (const [what, claims, refusal] of wrongClaims)
  test(`an assertion ${what} is refused: ${refusal}`, async () => {
    assert.equal(refusalOf(await post(await assertion({ claims: claims() }))), refusal)
  })

test('times within the leeway of clocks are good', async () => {
  assert.equal((await post(await assertion({ claims: { exp: seconds() - 200.5 } }))).status, 200)
  assert.equal((await post(await assertion({ claims: { nbf: seconds() + 200.5 } }))).status, 200)
})

test('a key that is not the application’s, a foreign thumbprint, and no thumbprint are refused', async () => {
  const stranger = await makeSigner()
  const { x5t } = JSON.parse(Buffer.from((await assertion()).split('.')[0] ?? '', 'base64url').toString()) as { x5t: string }
  assert.equal(refusalOf(await post(await assertion({ by: stranger }))), '401 invalid_client 700027')
  assert.equal(refusalOf(await post(await assertion({ by: stranger, header: { x5t } }))), '401 invalid_client 700027')
  assert.equal(refusalOf(await post(await assertion({ header: {} }))), '401 invalid_client 700027')
  assert.equal(refusalOf(await post(await assertion({ header: { x5t: '', 'x5t#S256': '' } }))), '401 invalid_client 700027')
})

test('the algorithm is one of two, and the signature is checked', async () => {
  const good = await assertion()
  const [head = '', body = '', signature = ''] = good.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>
  const withHeader = (change: Record<string, unknown>) => Buffer.from(JSON.stringify({ ...header, ...change })).toString('base64url')
  for (const alg of ['none', 'HS256', 'RS512', 'PS256'])
    assert.equal(refusalOf(await post(`${withHeader({ alg })}.${body}.${signature}`)), '401 invalid_client 700027', alg)
  const unsecured = new UnsecuredJWT(claimsOf(good)).encode()
  assert.equal(refusalOf(await post(unsecured)), '401 invalid_client 700027')
  const changed = Buffer.from(JSON.stringify({ ...claimsOf(good), jti: randomUUID() })).toString('base64url')
  assert.equal(refusalOf(await post(`${head}.${changed}.${signature}`)), '401 invalid_client 700027')
  for (const text of ['x', 'a.b.c', `${head}.${body}`, 'x'.repeat(20_000)])
    assert.equal(refusalOf(await post(text)), '401 invalid_client 50027', text.slice(0, 20))
})

test('a certificate has its time', async () => {
  for (const [from, to] of [
    [-2 * day, -day],
    [day, 2 * day],
  ] as const) {
    const other = await makeSigner(from, to)
    await register(other)
    assert.equal(refusalOf(await post(await assertion({ by: other }))), '401 invalid_client 700027')
  }
})

test('whatever end its entry in the directory has, a certificate that has ended signs nothing', async () => {
  const other = await makeSigner(-2 * day, -day)
  const secret = newCertificate(scene.deps, { objectId: program.objectId, name: null }, other.pem)
  await scene.store.putSecret({ secret: { ...secret, endsAt: scene.time.at + day } })
  assert.equal(refusalOf(await post(await assertion({ by: other }))), '401 invalid_client 700027')
})

test('an assertion of another application is refused', async () => {
  const other = randomUUID()
  const text = await assertion({ claims: { iss: other, sub: other } })
  assert.equal(refusalOf(await post(text, { client_id: '' })), '400 unauthorized_client 700016')
  assert.equal(refusalOf(await post(text)), '401 invalid_client 50027')
})

test('MSAL sends one assertion with several requests; from elsewhere it is a replay, also after a restart', async () => {
  const text = await assertion()
  const from = (address: string) => post(text, {}, adfsToken, { 'x-test-address': address })
  const atOnce = await Promise.all([from('::1'), from('127.0.0.1'), from('::1'), from('127.0.0.1')])
  assert.deepEqual(
    atOnce.map((each) => each.status),
    [200, 200, 200, 200],
  )
  assert.equal(refusalOf(await from('10.0.0.2')), '401 invalid_client 50013')
  scene.restart()
  assert.equal(refusalOf(await from('10.0.0.2')), '401 invalid_client 50013')
  assert.equal((await from('127.0.0.1')).status, 200)
  const other = await assertion()
  const v6 = (address: string) => post(other, {}, adfsToken, { 'x-test-address': address })
  assert.equal((await v6('2001:db8:1:2::1')).status, 200)
  assert.equal((await v6('2001:db8:1:2::2')).status, 200)
  assert.equal(refusalOf(await v6('2001:db8:1:3::1')), '401 invalid_client 50013')
})

test('two proofs at once, or an assertion of another kind, are refused', async () => {
  const text = await assertion()
  assert.equal(refusalOf(await post(text, { client_secret: 'x' })), '400 invalid_request 900971')
  assert.equal(refusalOf(await post(text, { client_assertion_type: 'urn:saml' })), '400 invalid_request 900971')
})

test('nothing went wrong that nobody expected', () => {
  assert.deepEqual(
    scene.logs.filter((each) => each.unexpected !== undefined).map((each) => each.unexpected),
    [],
  )
})
