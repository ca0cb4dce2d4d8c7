import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { openSigner } from '#adapters/jose/signer.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import { mountBlob } from '#app/distribution/blobs.ts'
import { type Authenticated, authenticate, type Presented, tokenUser } from '#app/tokens/authenticate.ts'
import { formatClaims, parseClaims, type TokenClaims } from '#app/tokens/claims.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { issueAccessToken, issueRefreshToken } from '#app/tokens/issue.ts'
import { FailedLogins } from '#app/tokens/rate-limits.ts'
import { signIn } from '#app/tokens/sign-in.ts'
import { type Access, decide } from '#core/access.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName } from '#core/reference.ts'
import { parseScopes } from '#core/scope.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { Registry } from '#ports/registries.ts'
import { a, b, Scene } from '#ports/metadata-scene.contract.ts'
import type { Signer } from '#ports/signer.ts'
import { FakeClock, nextId, worldSettings } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-tokens-'))
after(() => rmSync(folder, { recursive: true }))
const secrets = openSecretBox(join(folder, 'secret.key'))
const audience = 'first.registry.example'

let store: MetadataStore
let clock: FakeClock
let signer: Signer
let scene: Scene
let password: string

const deps = () => ({
  store,
  signers: { of: () => signer },
  clock,
  ids: { next: nextId },
  secrets,
  random: (bytes: number) => randomBytes(bytes),
  settings: worldSettings,
  failpoint: () => {},
})
const isAudience = (name: string) => name === audience
const registry = async (): Promise<Registry> => (await store.registry('first')) as Registry
const present = async (presented: Presented, at = audience): Promise<Authenticated> =>
  authenticate(deps(), await registry(), (name) => name === at, presented)
const login = () => present({ kind: 'basic', username: 'first', password })
const accessToken = async (by: Authenticated, ...scopes: string[]) =>
  issueAccessToken(deps(), { registry: await registry(), audience, by, scopes: parseScopes(scopes) })
const refreshToken = async (by: Authenticated) => issueRefreshToken(deps(), { registry: await registry(), audience, by })
const refused = { name: 'RegistryError', failure: 'unauthorized' }
const on = (name: string, ...actions: ('pull' | 'push' | 'delete')[]): Access => ({ kind: 'scope', type: 'repository', name, actions })
const allowed = async ({ caller }: Authenticated, name: RepositoryName, ...actions: ('pull' | 'push' | 'delete')[]) =>
  decide(caller, on(name, ...actions), { repositoryDeletedSeq: await store.repositoryDeletedSeq(scene.registryId, name) }).allowed

beforeEach(async () => {
  store = openMemoryMetadataStore()
  clock = new FakeClock()
  scene = await Scene.open(store)
  await scene.change({ adminEnabled: true })
  signer = openSigner({ store, secrets, clock }, scene.registryId)
  for (const slot of ['password', 'password2'] as const) await renewCredential(deps(), await registry(), slot)
  password = (await showCredentials(deps(), await registry())).passwords[0]?.value ?? ''
})
afterEach(() => store.close())

test('both passwords of the admin sign in, whatever the case of the name; nothing else does', async () => {
  const { username, passwords } = await showCredentials(deps(), await registry())
  assert.deepEqual([username, passwords.map((each) => each.name)], ['first', ['password', 'password2']])
  for (const { value } of passwords)
    assert.equal((await present({ kind: 'basic', username: 'FIRST', password: value })).caller.kind, 'admin')
  for (const wrong of ['', `${password} `, password.slice(0, -1), password.toUpperCase(), 'first'])
    await assert.rejects(present({ kind: 'basic', username: 'first', password: wrong }), refused)
  for (const username of ['', 'admin', 'first ', 'second', '__proto__'])
    await assert.rejects(present({ kind: 'basic', username, password }), refused)
})

test('passwords are not stored as they are', async () => {
  for (const each of await store.credentials(scene.registryId)) assert.equal(JSON.stringify(each).includes(password), false)
})

test('C11 while the admin user is off neither its passwords nor its tokens are good, and the passwords are not shown', async () => {
  const token = await accessToken(await login(), 'repository:a:pull')
  await scene.change({ adminEnabled: false })
  await assert.rejects(login(), refused)
  await assert.rejects(present({ kind: 'bearer', token }), refused)
  await assert.rejects(showCredentials(deps(), await registry()), { failure: 'denied' })
  await scene.change({ adminEnabled: true })
  await assert.rejects(present({ kind: 'bearer', token }), refused, 'what was ended does not wake')
  assert.ok(await login())
})

test('A16 a renewed password ends at once, with every token that was got with it; the other slot goes on', async () => {
  const by = await login()
  const [access, refresh] = [await accessToken(by, 'repository:a:pull'), await refreshToken(by)]
  const second = (await showCredentials(deps(), await registry())).passwords[1]?.value ?? ''
  const other = await accessToken(await present({ kind: 'basic', username: 'first', password: second }), 'repository:a:pull')
  assert.ok(await present({ kind: 'bearer', token: access }))
  await renewCredential(deps(), await registry(), 'password')
  await assert.rejects(login(), refused)
  await assert.rejects(present({ kind: 'bearer', token: access }), refused)
  await assert.rejects(present({ kind: 'refresh', token: refresh }), refused)
  assert.ok(await present({ kind: 'bearer', token: other }))
})

test('C6 an access token is no refresh token and a refresh token no access token', async () => {
  const by = await login()
  const [access, refresh] = [await accessToken(by, 'repository:a:pull'), await refreshToken(by)]
  await assert.rejects(present({ kind: 'refresh', token: access }), refused)
  await assert.rejects(present({ kind: 'bearer', token: refresh }), refused)
  assert.equal((await present({ kind: 'refresh', token: refresh })).caller.kind, 'admin')
  for (const token of [access, refresh]) assert.ok(await present({ kind: 'basic', username: tokenUser, password: token }))
  await assert.rejects(present({ kind: 'basic', username: 'first', password: access }), refused)
})

test('A12 a token may do what it was asked for and no more, however it is presented', async () => {
  const token = await accessToken(await login(), 'repository:a:pull')
  for (const presented of [
    { kind: 'bearer', token },
    { kind: 'basic', username: tokenUser, password: token },
  ] as const) {
    const by = await present(presented)
    assert.deepEqual([await allowed(by, a, 'pull'), await allowed(by, a, 'push'), await allowed(by, b, 'pull')], [true, false, false])
  }
})

test('A21 what is got with an access token is never more than it, nor ever a refresh token', async () => {
  const narrow = await present({ kind: 'bearer', token: await accessToken(await login(), 'repository:a:pull') })
  const wider = await present({
    kind: 'bearer',
    token: await accessToken(narrow, 'repository:a:pull,push', 'repository:*:*', 'registry:catalog:*'),
  })
  assert.deepEqual(wider.caller.narrowedTo, parseScopes(['repository:a:pull,metadata_read']))
  assert.equal(wider.caller.mayAskMore, false)
  assert.equal(await allowed(wider, a, 'push'), false)
  await assert.rejects(refreshToken(narrow), { failure: 'denied' })
  await assert.rejects(refreshToken(await present({ kind: 'none' })), { failure: 'denied' })
})

test('a token is good from its beginning to its end and a minute either side, not beyond', async () => {
  const token = await accessToken(await login(), 'repository:a:pull')
  const begun = clock.wall
  for (const [after, good] of [
    [0, true],
    [75 * 60, true],
    [75 * 60 + 60, true],
    [75 * 60 + 61, false],
    [-60, true],
    [-61, false],
  ] as const) {
    clock.wall = begun + after * 1000
    if (good) assert.ok(await present({ kind: 'bearer', token }), `${after} s`)
    else await assert.rejects(present({ kind: 'bearer', token }), { ...refused, detail: { error: 'invalid_token' } }, `${after} s`)
  }
  clock.wall = begun
  const refresh = await refreshToken(await login())
  clock.wall = begun + 3 * 60 * 60 * 1000 + 61_000
  await assert.rejects(present({ kind: 'refresh', token: refresh }), refused)
})

test('C6 a token is good for its own audience alone', async () => {
  const token = await accessToken(await login(), 'repository:a:pull')
  for (const other of ['second.registry.example', '', `${audience}.evil.example`, audience.toUpperCase()])
    await assert.rejects(present({ kind: 'bearer', token }, other), refused)
})

test('C6 a token that we signed but would not have written is refused', async () => {
  const raw = (await signer.verify(await accessToken(await login(), 'repository:a:pull'))) as Record<string, unknown>
  const good = parseClaims(raw) as TokenClaims
  assert.ok(await present({ kind: 'bearer', token: await signer.sign(raw) }), 'the one as it was is good')
  const changes: Record<string, unknown>[] = [
    { exp: undefined },
    { nbf: undefined },
    { iat: undefined },
    { aud: undefined },
    { iss: undefined },
    { jti: undefined },
    { sub: undefined },
    { exp: '9999999999' },
    { exp: Number.POSITIVE_INFINITY },
    { nbf: -1 },
    { aud: [audience] },
    { iss: 'someone else' },
    { grant_type: 'refresh_token' },
    { seq: undefined },
    { cver: 99 },
    { cid: 'other' },
    { cid: undefined },
  ]
  for (const change of changes)
    await assert.rejects(present({ kind: 'bearer', token: await signer.sign({ ...raw, ...change }) }), refused, JSON.stringify(change))
  assert.ok(await present({ kind: 'bearer', token: await signer.sign(formatClaims(good)) }))
})

test('A15 a token from before its repository was deleted is not good for the next of that name; others are', async () => {
  await scene.pushImage(a, 'x')
  await scene.pushImage(b, 'y')
  const by = await login()
  const token = await accessToken(by, 'repository:a:pull,push', 'repository:b:pull')
  const refresh = await refreshToken(by)
  await scene.deleteRepository(a)
  await scene.pushImage(a, 'z')
  const old = await present({ kind: 'bearer', token })
  assert.deepEqual([await allowed(old, a, 'pull'), await allowed(old, b, 'pull')], [false, true])
  const renewed = await present({
    kind: 'bearer',
    token: await accessToken(await present({ kind: 'refresh', token: refresh }), 'repository:a:pull'),
  })
  assert.equal(await allowed(renewed, a, 'pull'), true, 'a refresh token stands for the credential, not for a repository')
  const exchanged = await present({ kind: 'bearer', token: await accessToken(old, 'repository:a:pull') })
  assert.equal(await allowed(exchanged, a, 'pull'), false, 'a token is never younger than the access token that it was got with')
  const fresh = await present({ kind: 'bearer', token: await accessToken(await login(), 'repository:a:pull') })
  assert.equal(await allowed(fresh, a, 'pull'), true)
})

test('A4 a token from before the source of a mount was deleted and made again does not mount from it', async () => {
  const blob = await scene.push(b, 'secret')
  await scene.pushImage(b, 'x')
  const token = await accessToken(await login(), 'repository:a:pull,push', 'repository:b:pull')
  const mount = async (text: string, digest: Digest) =>
    mountBlob(deps(), {
      registry: await registry(),
      caller: (await present({ kind: 'bearer', token: text })).caller,
      name: a,
      digest,
      from: b,
    })
  assert.equal(await mount(token, blob.digest), true)
  await scene.deleteRepository(b)
  const again = await scene.push(b, 'another secret')
  await scene.pushImage(b, 'x')
  assert.equal(await mount(token, again.digest), false)
  assert.equal(await store.blob(scene.registryId, a, again.digest), undefined)
  assert.equal(await mount(await accessToken(await login(), 'repository:a:push', 'repository:b:pull'), again.digest), true)
})

test('A3 a mount from where the token may not read is as one from nowhere, whether the blob exists or not', async () => {
  const blob = await scene.push(b, 'secret')
  const narrow = await present({
    kind: 'bearer',
    token: await accessToken(
      await present({ kind: 'bearer', token: await accessToken(await login(), 'repository:a:pull,push') }),
      'repository:a:pull,push',
    ),
  })
  for (const digest of [blob.digest, blob.digest.replace(/.$/, '0') as Digest])
    for (const from of [b, undefined, 'absent' as RepositoryName])
      assert.equal(await mountBlob(deps(), { registry: await registry(), caller: narrow.caller, name: a, digest, from }), false)
  assert.equal(await store.blob(scene.registryId, a, blob.digest), undefined)
})

test('nobody holds nothing, or reading while anonymous pull is on; a token of nobody follows the switch', async () => {
  assert.equal(await allowed(await present({ kind: 'none' }), a, 'pull'), false)
  await scene.change({ anonymousPull: true })
  const nobody = await present({ kind: 'none' })
  const token = await accessToken(nobody, 'repository:a:pull,push')
  const by = await present({ kind: 'bearer', token })
  assert.deepEqual([await allowed(by, a, 'pull'), await allowed(by, a, 'push'), await allowed(by, b, 'pull')], [true, false, false])
  await scene.change({ anonymousPull: false })
  assert.equal(await allowed(await present({ kind: 'bearer', token }), a, 'pull'), false)
})

test('wrong passwords are sent away for who goes on with them; tokens are not counted, and the right password is believed', async () => {
  const failedLogins = new FailedLogins(clock)
  const attempt = async (secret: string, address = '10.0.0.1') =>
    signIn({ ...deps(), failedLogins }, await registry(), isAudience, { kind: 'basic', username: 'first', password: secret }, address)
  for (let tries = 0; tries < 21; tries++) await assert.rejects(attempt('wrong'), refused)
  await assert.rejects(attempt('wrong'), { failure: 'too-many-requests' })
  assert.ok(await attempt(password))
  await assert.rejects(attempt('wrong', '10.0.0.2'), refused)
  clock.wall += 3000
  await assert.rejects(attempt('wrong'), refused)
  const bearer = async () => signIn({ ...deps(), failedLogins }, await registry(), isAudience, { kind: 'bearer', token: 'x' }, '10.0.0.1')
  for (let tries = 0; tries < 50; tries++) await assert.rejects(bearer(), refused)
})

test('a revoked signing key ends all tokens; a rotated one none', async () => {
  const token = await accessToken(await login(), 'repository:a:pull')
  await signer.rotate({ revoke: false })
  assert.ok(await present({ kind: 'bearer', token }))
  await signer.rotate({ revoke: true })
  await assert.rejects(present({ kind: 'bearer', token }), refused)
  const reopened = openSigner({ store, secrets, clock }, scene.registryId)
  assert.equal(await reopened.verify(token), undefined)
})
