import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { hashOfSecret } from '#app/identity/credentials.ts'
import { azureCli, objectOf } from '../world/people.ts'
import {
  adfsToken,
  alice,
  ask,
  byPassword,
  bySecret,
  claimsOf,
  entraToken,
  type EntraScene,
  minute,
  openEntra,
  program,
  refusalOf,
  secret,
  secretOf,
  tenant,
  type Wire,
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

for (const path of [adfsToken, entraToken, '/organizations/oauth2/v2.0/token', `/${tenant.domain}/oauth2/token`, '/adfs/oauth2/v2.0/token'])
  test(`a client secret gets a token at ${path}`, async () => {
    const { status, json, headers } = await post(bySecret(scene), path)
    assert.equal(status, 200)
    assert.deepEqual([json.token_type, json.expires_in], ['Bearer', 3599])
    assert.equal(headers.get('cache-control'), 'no-store')
    const claims = claimsOf(json.access_token)
    assert.deepEqual([claims.oid, claims.appid, claims.idtyp, claims.tid], [program.objectId, program.appId, 'app', tenant.id])
    assert.deepEqual([json.refresh_token, json.id_token, json.client_info], [undefined, undefined, undefined])
  })

test('a client secret may come as Basic, form-encoded', async () => {
  const authorization = `Basic ${Buffer.from(`${program.appId}:${encodeURIComponent(secret)}`).toString('base64')}`
  const form = { grant_type: 'client_credentials', resource: `${scene.origin}/` }
  const { status, json } = await post(form, adfsToken, { authorization })
  assert.equal(status, 200)
  assert.equal(claimsOf(json.access_token).aud, `${scene.origin}/`)
  assert.deepEqual([json.resource, Number(json.expires_on) - Number(json.not_before)], [`${scene.origin}/`, 3599])
  const wrong = await post(form, adfsToken, { authorization: `Basic ${Buffer.from(`${program.appId}:x`).toString('base64')}` })
  assert.equal(refusalOf(wrong), '401 invalid_client 7000215')
  assert.match(wrong.headers.get('www-authenticate') ?? '', /^Basic /)
  const both = await post({ ...form, client_secret: secret }, adfsToken, { authorization })
  assert.equal(refusalOf(both), '400 invalid_request 900971')
})

const audiences: readonly [asked: Record<string, string>, audience: string][] = [
  [{ scope: 'ORIGIN/.default' }, 'ORIGIN'],
  [{ scope: 'ORIGIN//.default' }, 'ORIGIN/'],
  [{ scope: 'ORIGIN/graph/.default' }, 'ORIGIN/graph'],
  [{ scope: 'https://containerregistry.azure.net/.default' }, 'https://containerregistry.azure.net'],
  [{ scope: 'https://management.core.windows.net//.default' }, 'https://management.core.windows.net/'],
  [{ resource: 'https://management.azure.com/' }, 'https://management.azure.com/'],
  [{ resource: '00000003-0000-0000-c000-000000000000' }, '00000003-0000-0000-c000-000000000000'],
]
for (const [asked, audience] of audiences)
  test(`asking for ${JSON.stringify(asked)} gets the audience as it was written`, async () => {
    const here = (text: string) => text.replace('ORIGIN', scene.origin)
    const { scope: _, ...form } = bySecret(scene)
    const written = Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, here(value)]))
    const { json } = await post({ ...form, ...written })
    assert.equal(claimsOf(json.access_token).aud, here(audience))
  })

const programRefusals: readonly [what: string, change: Record<string, string>, refusal: string][] = [
  ['a wrong secret', { client_secret: 'wrong' }, '401 invalid_client 7000215'],
  ['no secret', { client_secret: '' }, '401 invalid_client 7000218'],
  ['an unknown application', { client_id: 'dddddddd-0000-0000-0000-000000000001' }, '400 unauthorized_client 700016'],
  ['a public program', { client_id: azureCli, client_secret: '' }, '401 invalid_client 7000218'],
  ['a client id that is none', { client_id: "x' OR 1=1 --" }, '400 unauthorized_client 700016'],
  ['no client id', { client_id: '' }, '400 invalid_request 900144'],
  ['no grant', { grant_type: '' }, '400 invalid_request 900144'],
  ['an unknown grant', { grant_type: 'implicit' }, '400 unsupported_grant_type 70003'],
  ['no scope', { scope: '' }, '400 invalid_request 900144'],
  ['a scope that is not default', { scope: 'https://management.azure.com/user_impersonation' }, '400 invalid_scope 1002012'],
  ['a resource that is not here', { scope: 'https://vault.azure.net/.default' }, '400 invalid_resource 500011'],
  ['two resources', { scope: 'https://management.azure.com/.default https://graph.microsoft.com/.default' }, '400 invalid_request 28000'],
]
for (const [what, change, refusal] of programRefusals)
  test(`a program with ${what} is refused: ${refusal}`, async () => {
    assert.equal(refusalOf(await post(bySecret(scene, change))), refusal)
  })

test('a parameter that comes twice is refused', async () => {
  const form = new URLSearchParams(bySecret(scene))
  form.append('client_id', azureCli)
  assert.equal(refusalOf(await ask(scene, adfsToken, { form })), '400 invalid_request 9000411')
})

test('a secret has its time, several are good together, and a disabled principal gets nothing', async () => {
  const at = scene.time.at
  const more = [
    secretOf({ objectId: program.objectId, hash: hashOfSecret('second') }),
    secretOf({ objectId: program.objectId, hash: hashOfSecret('ended'), endsAt: at - 1 }),
    secretOf({ objectId: program.objectId, hash: hashOfSecret('later'), startsAt: at + day }),
  ]
  for (const each of more) await scene.store.putSecret({ secret: each })
  const withSecret = (text: string) => post(bySecret(scene, { client_secret: text }))
  assert.equal((await withSecret('second')).status, 200)
  assert.equal((await withSecret(secret)).status, 200)
  assert.equal(refusalOf(await withSecret('ended')), '401 invalid_client 7000222')
  assert.equal(refusalOf(await withSecret('later')), '401 invalid_client 7000222')
  await scene.store.deleteSecret({ objectId: program.objectId, keyId: more[0]?.keyId ?? '' })
  assert.equal(refusalOf(await withSecret('second')), '401 invalid_client 7000215')
  const principal = objectOf({ id: program.objectId, kind: 'servicePrincipal', name: 'Builder', appId: program.appId })
  await scene.store.putDirectoryObject({ object: { ...principal, enabled: false } })
  assert.equal(refusalOf(await withSecret(secret)), '400 unauthorized_client 7000112')
  await scene.store.putDirectoryObject({ object: principal })
})

test('a password gets all that az reads', async () => {
  const { status, json } = await post(byPassword(scene), entraToken)
  assert.equal(status, 200)
  assert.equal(typeof json.refresh_token, 'string')
  assert.ok(String(json.scope).split(' ').includes(`${scene.origin}/.default`))
  const clientInfo = JSON.parse(Buffer.from(String(json.client_info), 'base64url').toString()) as unknown
  assert.deepEqual(clientInfo, { uid: alice.id, utid: tenant.id })
  const id = claimsOf(json.id_token)
  assert.deepEqual(
    [id.aud, id.iss, id.tid, id.oid, id.preferred_username, id.upn, id.name],
    [azureCli, `${scene.origin}/${tenant.id}/v2.0`, tenant.id, alice.id, alice.login, alice.login, 'Alice'],
  )
  assert.ok(Number(id.exp) > scene.time.at / 1000)
  const plain = await post(byPassword(scene, { scope: `${scene.origin}/.default`, client_info: '' }))
  assert.deepEqual([plain.json.id_token, plain.json.client_info], [undefined, undefined])
})

test('a name without a domain, in any case, is a user of the directory', async () => {
  assert.equal((await post(byPassword(scene, { username: 'Alice' }))).status, 200)
  assert.equal((await post(byPassword(scene, { username: alice.login.toUpperCase() }))).status, 200)
})

test('a wrong password and an unknown user are answered alike', async () => {
  const wrong = await post(byPassword(scene, { password: 'wrong' }))
  const unknown = await post(byPassword(scene, { username: `mallory@${tenant.domain}` }))
  assert.equal(refusalOf(wrong), '400 invalid_grant 50126')
  assert.equal(refusalOf(unknown), '400 invalid_grant 50126')
  const sentence = (text: unknown) => String(text).split(' Trace ID')[0]
  assert.equal(sentence(wrong.json.error_description), sentence(unknown.json.error_description))
})

test('both cost one slow hash', async () => {
  const verified: string[] = []
  const { hasher } = scene.deps
  scene.deps = { ...scene.deps, hasher: { ...hasher, verify: (password, hash) => (verified.push(hash), hasher.verify(password, hash)) } }
  await post(byPassword(scene, { password: 'wrong' }))
  await post(byPassword(scene, { username: `mallory@${tenant.domain}` }))
  const cost = (hash: string | undefined) => hash?.split('$').slice(0, 4).join('$')
  assert.equal(verified.length, 2)
  assert.equal(cost(verified[0]), cost(verified[1]))
})

test('only who knows the password learns that the account is off', async () => {
  await scene.store.putDirectoryObject({ object: { ...user, enabled: false } })
  assert.equal(refusalOf(await post(byPassword(scene, { password: 'wrong' }))), '400 invalid_grant 50126')
  assert.equal(refusalOf(await post(byPassword(scene))), '400 invalid_grant 50057')
  await scene.store.putDirectoryObject({ object: user })
})

test('guessing is slowed down by name and address, also when the guesses come at once', async () => {
  const guess = (address: string, password = 'wrong') => post(byPassword(scene, { password }), adfsToken, { 'x-test-address': address })
  const answers = await Promise.all(Array.from({ length: 30 }, () => guess('10.9.9.9')))
  const slowed = answers.filter((each) => each.status === 429)
  assert.equal(slowed.length, 9)
  assert.equal(refusalOf(slowed[0] as Wire), '429 invalid_grant 50053')
  assert.equal(slowed[0]?.headers.get('retry-after'), '2')
  assert.equal((await guess('10.9.9.9', alice.password)).status, 429, 'the right one waits too')
  assert.equal((await guess('10.9.9.8', alice.password)).status, 200, 'elsewhere it does not')
  scene.time.at += 3000
  assert.equal((await guess('10.9.9.9', alice.password)).status, 200)
})

test('guessing client secrets is slowed down too', async () => {
  const guesses = Array.from({ length: 22 }, () => post(bySecret(scene, { client_secret: 'wrong' })))
  assert.equal((await Promise.all(guesses)).filter((each) => each.status === 429).length, 1)
})

test('nothing went wrong that nobody expected', () => {
  assert.deepEqual(
    scene.logs.filter((each) => each.unexpected !== undefined).map((each) => each.unexpected),
    [],
  )
})
