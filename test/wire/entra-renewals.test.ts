import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { grantDevice, findDevice } from '#app/identity/devices.ts'
import { makeCode } from '#app/identity/codes.ts'
import { hashOfSecret } from '#app/identity/credentials.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { azureCli, objectOf } from '../world/people.ts'
import {
  adfsToken,
  alice,
  ask,
  byPassword,
  claimsOf,
  type EntraScene,
  minute,
  openEntra,
  program,
  putPassword,
  refusalOf,
  secret,
  secretOf,
  tenant,
} from '../world/authority.ts'

let scene: EntraScene
before(async () => {
  scene = await openEntra()
})
after(() => scene.stop())
// What was guessed wrong in one test slows no other down.
beforeEach(() => scene.restart())

const user = objectOf({ id: alice.id, kind: 'user', name: 'Alice', login: alice.login })
const post = (form: Record<string, string>, path = adfsToken, headers: Record<string, string> = {}) => ask(scene, path, { form, headers })

const day = 24 * 60 * minute
const refreshToken = async (more: Record<string, string> = {}): Promise<string> =>
  String((await post(byPassword(scene, more))).json.refresh_token)
const refresh = (token: string, more: Record<string, string> = {}) =>
  post({ grant_type: 'refresh_token', client_id: azureCli, client_info: '1', refresh_token: token, ...more })

test('a refresh token is good for each of our services, again and again, after a restart', async () => {
  const token = await refreshToken()
  scene.restart()
  for (const scope of [`${scene.origin}/graph/.default openid`, 'https://containerregistry.azure.net/.default openid', '']) {
    const { status, json } = await refresh(token, { scope })
    assert.equal(status, 200)
    assert.equal(claimsOf(json.access_token).aud, scope.split('/.default')[0] || scene.origin)
    assert.equal(json.refresh_token, token)
    assert.equal(typeof json.id_token, 'string')
  }
  assert.equal(await scene.store.signIn(token), undefined, 'the store knows its hash only')
})

test('a refresh token belongs to its program, and ends', async () => {
  const token = await refreshToken()
  const other = await refresh(token, { client_id: '1950a258-227b-4e31-a9cf-717495945fc2' })
  assert.equal(refusalOf(other), '400 invalid_grant 700005')
  assert.equal(refusalOf(await refresh('nonsense')), '400 invalid_grant 70008')
  scene.time.at += 46 * day
  const renewed = await refresh(token)
  assert.notEqual(renewed.json.refresh_token, token)
  scene.time.at += 80 * day
  assert.equal(refusalOf(await refresh(token)), '400 invalid_grant 70008')
  assert.equal((await refresh(String(renewed.json.refresh_token))).status, 200)
})

test('a replaced refresh token works for an hour, by several at once; a use after that ends the family, and no other', async () => {
  const [token, other] = [await refreshToken(), await refreshToken()]
  scene.time.at += 46 * day
  const given = await Promise.all([refresh(token), refresh(token), refresh(token)])
  const [next = ''] = given.map(({ json }) => String(json.refresh_token))
  assert.notEqual(next, token)
  scene.restart()
  scene.time.at += 60 * minute
  for (const answer of [...given, await refresh(token), await refresh(next)])
    assert.deepEqual([answer.status, answer.json.refresh_token], [200, next])
  scene.time.at += 1
  assert.equal((await refresh(next)).status, 200)
  assert.equal(refusalOf(await refresh(token)), '400 invalid_grant 50173')
  assert.equal(refusalOf(await refresh(next)), '400 invalid_grant 70008')
  assert.equal((await refresh(other)).status, 200)
})

test('a new password, a disabled user and a deleted one end refresh tokens at once', async () => {
  const token = await refreshToken()
  await scene.store.putDirectoryObject({ object: { ...user, enabled: false } })
  assert.equal(refusalOf(await refresh(token)), '400 invalid_grant 50057')
  await scene.store.putDirectoryObject({ object: user })
  assert.equal(refusalOf(await refresh(token)), '400 invalid_grant 50173', 'what was ended does not wake')
  const next = await refreshToken()
  assert.equal((await refresh(next)).status, 200)
  await putPassword(scene.store, alice.id, alice.password, scene.time.at)
  assert.equal(refusalOf(await refresh(next)), '400 invalid_grant 50173', 'even if it is the same word')
  const bob = objectOf({ id: 'cccccccc-0000-0000-0000-0000000000b0', kind: 'user', name: 'Bob', login: `bob@${tenant.domain}` })
  await scene.store.putDirectoryObject({ object: bob })
  await putPassword(scene.store, bob.id, 'password of bob', scene.time.at)
  const bobs = await refreshToken({ username: 'bob', password: 'password of bob' })
  assert.equal((await refresh(bobs)).status, 200)
  await scene.store.deleteDirectoryObject({ id: bob.id })
  assert.equal(refusalOf(await refresh(bobs)), '400 invalid_grant 70008')
})

for (const path of ['/adfs/oauth2/logout', `/${tenant.id}/oauth2/v2.0/logout`, '/common/oauth2/logout'])
  test(`sign-out at ${path} ends what the sign-in of the id token gave, and nothing else`, async () => {
    const { json: given } = await post(byPassword(scene))
    const [mine, other] = [String(given.refresh_token), await refreshToken()]
    for (const hint of ['nonsense', String(given.access_token), mine]) assert.equal((await post({ id_token_hint: hint }, path)).status, 200)
    assert.equal((await refresh(mine)).status, 200, 'no id token, no end')
    const back = encodeURIComponent('http://localhost:8400/after')
    const query = `id_token_hint=${String(given.id_token)}&post_logout_redirect_uri=${back}&state=s1`
    const left = await ask(scene, `${path}?${query}`)
    assert.deepEqual([left.status, left.headers.get('location')], [303, 'http://localhost:8400/after?state=s1'])
    assert.match(left.headers.get('set-cookie') ?? '', /^longshore-sign-in=; Path=\/; Max-Age=0/)
    assert.equal(refusalOf(await refresh(mine)), '400 invalid_grant 70008')
    assert.equal((await refresh(other)).status, 200)
    const elsewhere = await ask(scene, `${path}?post_logout_redirect_uri=${encodeURIComponent('https://evil.example/')}`)
    assert.deepEqual([elsewhere.status, elsewhere.headers.get('location')], [200, null])
    assert.match(elsewhere.text, /You are signed out/)
  })

test('a registered program that has a secret must show it, and gets a refresh token only when it asks', async () => {
  const form = byPassword(scene, { client_id: program.appId, scope: `${scene.origin}/.default openid` })
  assert.equal(refusalOf(await post(form)), '401 invalid_client 7000218')
  const proven = await post({ ...form, client_secret: secret })
  assert.equal(proven.status, 200)
  assert.equal(proven.json.refresh_token, undefined)
  const offline = await post({ ...form, client_secret: secret, scope: `${form.scope} offline_access` })
  const token = String(offline.json.refresh_token)
  assert.equal(refusalOf(await refresh(token, { client_id: program.appId })), '401 invalid_client 7000218')
  assert.equal((await refresh(token, { client_id: program.appId, client_secret: secret })).status, 200)
})

test('a registered program without its secret, and one whose application is gone, get nothing more', async () => {
  const lost = { appId: 'aaaaaaaa-0000-0000-0000-0000000000aa', id: 'bbbbbbbb-0000-0000-0000-0000000000aa' }
  const application = objectOf({ id: lost.id, kind: 'application', name: 'Lost', appId: lost.appId })
  await scene.store.putDirectoryObject({ object: application })
  const proof = secretOf({ objectId: lost.id, hash: hashOfSecret('secret of lost') })
  await scene.store.putSecret({ secret: proof })
  const given = { client_id: lost.appId, client_secret: 'secret of lost' }
  const token = await refreshToken(given)
  assert.equal((await refresh(token, given)).status, 200)
  await scene.store.deleteSecret({ objectId: lost.id, keyId: proof.keyId })
  const bare = { client_id: lost.appId }
  assert.equal(refusalOf(await refresh(token, given)), '401 invalid_client 7000215')
  assert.equal(refusalOf(await refresh(token, bare)), '401 invalid_client 7000218')
  assert.equal(refusalOf(await post(byPassword(scene, bare))), '401 invalid_client 7000218')
  await scene.store.putDirectoryObject({ object: { ...application, details: { isFallbackPublicClient: true } } })
  assert.equal(refusalOf(await refresh(token, bare)), '401 invalid_client 7000218', 'given to one that proved itself')
  assert.equal((await post(byPassword(scene, bare))).status, 200)
  await scene.store.deleteDirectoryObject({ id: lost.id })
  assert.equal(refusalOf(await refresh(token, bare)), '400 invalid_grant 70008')
})

const askDevice = async (path = '/adfs/oauth2/devicecode') =>
  (await post({ client_id: azureCli, scope: `${scene.origin}/.default offline_access openid profile` }, path)).json
const poll = (deviceCode: unknown, more: Record<string, string> = {}) =>
  post({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: azureCli,
    client_info: '1',
    device_code: String(deviceCode),
    code: String(deviceCode),
    ...more,
  })
const signedIn = () => signInUser(scene.deps, { username: alice.login, password: alice.password, address: '10.0.0.1' })

test('a device waits, is granted, and gets its tokens once, restarts in between', async () => {
  const asked = await askDevice(`/${tenant.id}/oauth2/v2.0/devicecode`)
  assert.match(String(asked.user_code), /^[BCDFGHJKLMNPQRSTVWXZ]{9}$/)
  assert.equal(asked.verification_uri, `${scene.origin}/devicelogin`)
  assert.ok(String(asked.message).includes(String(asked.user_code)))
  assert.deepEqual([asked.expires_in, asked.interval], [900, 5])
  assert.equal(refusalOf(await poll(asked.device_code)), '400 authorization_pending 70016')
  scene.restart()
  const typed = `${String(asked.user_code).slice(0, 4).toLowerCase()} ${String(asked.user_code).slice(4)}`
  await grantDevice(scene.deps, await findDevice(scene.deps, { typed, address: '10.0.0.1' }), await signedIn())
  scene.restart()
  assert.equal(
    refusalOf(await poll(asked.device_code, { client_id: program.appId, client_secret: secret })),
    '400 bad_verification_code 70018',
  )
  const { status, json } = await poll(asked.device_code)
  assert.equal(status, 200)
  assert.equal(claimsOf(json.id_token).preferred_username, alice.login)
  assert.equal(typeof json.refresh_token, 'string')
  assert.equal(refusalOf(await poll(asked.device_code)), '400 bad_verification_code 70018')
})

test('a device’s question ends, and a new password between the answer and the fetch is seen', async () => {
  const late = await askDevice()
  scene.time.at += 15 * minute
  assert.equal(refusalOf(await poll(late.device_code)), '400 expired_token 70020')
  const asked = await askDevice()
  await grantDevice(scene.deps, await findDevice(scene.deps, { typed: String(asked.user_code), address: '10.0.0.1' }), await signedIn())
  await putPassword(scene.store, alice.id, alice.password, scene.time.at)
  assert.equal(refusalOf(await poll(asked.device_code)), '400 invalid_grant 50173')
})

test('who asks for device codes without end is slowed down, and what ended is swept away', async () => {
  const answers = []
  for (let each = 0; each < 22; each++)
    answers.push(await post({ client_id: azureCli, scope: `${scene.origin}/.default` }, '/adfs/oauth2/devicecode'))
  assert.equal(answers.filter((each) => each.status === 429).length, 1)
  const first = hashOfSecret(String(answers[0]?.json.device_code))
  scene.time.at += 16 * minute
  assert.ok(await scene.store.signIn(first))
  await askDevice()
  assert.equal(await scene.store.signIn(first), undefined)
})

test('guessing a device’s code is slowed down', async () => {
  const guess = () => findDevice(scene.deps, { typed: 'BBBBBBBBB', address: '10.7.7.7' }).catch((error: { reason: string }) => error.reason)
  for (let each = 0; each < 21; each++) assert.equal(await guess(), 'user-code-unknown')
  assert.equal(await guess(), 'too-many-attempts')
})

const redirectUri = 'http://localhost:8400'
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')
const codeFor = async (asked = { scope: `${scene.origin}/.default offline_access openid` }) =>
  makeCode(scene.deps, { clientId: azureCli, redirectUri, challenge, nonce: 'n-1', asked }, await signedIn())
const redeem = (code: string, more: Record<string, string> = {}) =>
  post({
    grant_type: 'authorization_code',
    client_id: azureCli,
    client_info: '1',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    scope: `${scene.origin}/.default offline_access openid profile`,
    ...more,
  })

test('a code is redeemed once, after a restart; a second use ends what the first one gave', async () => {
  const code = await codeFor()
  scene.restart()
  const { status, json } = await redeem(code)
  assert.equal(status, 200)
  assert.equal(claimsOf(json.id_token).nonce, 'n-1')
  assert.equal((await refresh(String(json.refresh_token))).status, 200)
  assert.equal(refusalOf(await redeem(code)), '400 invalid_grant 54005')
  assert.equal(refusalOf(await refresh(String(json.refresh_token))), '400 invalid_grant 70008')
})

test('of two that redeem at once, one at most gets tokens', async () => {
  for (let round = 0; round < 5; round++) {
    const code = await codeFor()
    const answers = await Promise.all([redeem(code), redeem(code), redeem(code)])
    assert.ok(answers.filter((each) => each.status === 200).length <= 1)
    assert.equal(answers.filter((each) => each.status >= 500).length, 0)
  }
})

const codeRefusals: readonly [what: string, change: Record<string, string>, refusal: string][] = [
  ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }, '400 invalid_grant 50148'],
  ['a verifier that is the challenge', { code_verifier: challenge }, '400 invalid_grant 50148'],
  ['another redirect', { redirect_uri: 'http://localhost:8401' }, '400 invalid_grant 500112'],
  ['another program', { client_id: '1950a258-227b-4e31-a9cf-717495945fc2' }, '400 invalid_grant 700005'],
  ['no verifier', { code_verifier: '' }, '400 invalid_request 900144'],
  ['another code', { code: 'nonsense' }, '400 invalid_grant 70008'],
]
for (const [what, change, refusal] of codeRefusals)
  test(`a code with ${what} is refused: ${refusal}`, async () => {
    assert.equal(refusalOf(await redeem(await codeFor(), change)), refusal)
  })

test('a code is no refresh token, and a refresh token no code', async () => {
  assert.equal(refusalOf(await refresh(await codeFor())), '400 invalid_grant 70008')
  assert.equal(refusalOf(await redeem(await refreshToken())), '400 invalid_grant 70008')
  assert.equal(refusalOf(await poll(await codeFor())), '400 bad_verification_code 70018')
})

test('a code ends after ten minutes, and with the password', async () => {
  const late = await codeFor()
  scene.time.at += 10 * minute
  assert.equal(refusalOf(await redeem(late)), '400 invalid_grant 70008')
  const code = await codeFor()
  await putPassword(scene.store, alice.id, alice.password, scene.time.at)
  assert.equal(refusalOf(await redeem(code)), '400 invalid_grant 50173')
})

test('nothing went wrong that nobody expected', () => {
  assert.deepEqual(
    scene.logs.filter((each) => each.unexpected !== undefined).map((each) => each.unexpected),
    [],
  )
})
