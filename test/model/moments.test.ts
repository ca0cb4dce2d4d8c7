// The first and the last moment, and the largest and the smallest value, of what the directory gives and believes.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { followLink, linkLife, linkTo } from '#app/distribution/blob-links.ts'
import { authenticateBearer } from '#app/identity/bearer.ts'
import { believeAssertion } from '#app/identity/client-assertion.ts'
import { makeCode, redeemCode } from '#app/identity/codes.ts'
import { credentialNamed, findClientSecret, hashOfSecret, isCurrent } from '#app/identity/credentials.ts'
import { askOnDevice, fetchDevice, findDevice } from '#app/identity/devices.ts'
import { formatDirectoryClaims } from '#app/identity/directory-claims.ts'
import { checkedDisplayName, checkedIdentifierUri, checkedLogin, checkedPassword } from '#app/identity/directory-names.ts'
import { isFamiliar, noteFamiliar } from '#app/identity/familiar-addresses.ts'
import { makePassword, newCertificate, newClientSecret } from '#app/identity/new-secrets.ts'
import { loopbackRedirect } from '#app/identity/redirects.ts'
import { newRefreshToken, useRefreshToken } from '#app/identity/refresh-tokens.ts'
import { FailedLogins } from '#app/tokens/rate-limits.ts'
import type { Digest } from '#core/digest.ts'
import type { Certificate } from '#ports/certificates.ts'
import { guid, objectOf, secretOf } from '#ports/control-scene.contract.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { a, blobOf, Scene } from '#ports/metadata-scene.contract.ts'
import { FakeClock } from './world.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const start = 1_800_000_000_000
const [alice, tenant] = [guid(0x20), guid(1)]
let store: MetadataStore
let clock: FakeClock

beforeEach(() => {
  store = openMemoryMetadataStore()
  clock = new FakeClock()
})
afterEach(() => store.close())

const random = (bytes: number) => randomBytes(bytes)
const secrets = { seal: (text: string) => text, open: (text: string) => text }
const deps = () => ({ store, clock, random, secrets, ids: { next: randomUUID }, failedLogins: new FailedLogins(clock) })
/** What works at some moments and is refused at others, `from` and `until` being the first that are not good. */
async function goodBetween(
  moments: { before?: number; first?: number; last: number; after: number },
  work: () => Promise<unknown>,
  refusal: object,
) {
  for (const good of [moments.first, moments.last].filter((each) => each !== undefined)) {
    clock.wall = good
    await work()
  }
  for (const bad of [moments.before, moments.after].filter((each) => each !== undefined)) {
    clock.wall = bad
    await assert.rejects(work, refusal, `${bad}`)
  }
}

async function aliceSignedIn() {
  await store.putTenant({ id: tenant, domain: 'example.org' })
  await store.putDirectoryObject({ object: objectOf(alice), addSecrets: [secretOf('k1', alice, { startsAt: 0 })] })
  const found = await store.principalWithSecrets(alice)
  assert.ok(found)
  const name = hashOfSecret(`${found.generation} k1 ${found.secrets[0]?.hash}`).slice(0, 32)
  return { principal: found.principal, credential: name }
}

test('a secret is good from its start until its end; one that is not good now is told from a wrong one', () => {
  const within = { startsAt: 10, endsAt: 20 }
  const secret = { ...secretOf('k', alice, within), hash: hashOfSecret('text') }
  for (const [now, good] of [
    [9, false],
    [10, true],
    [19, true],
    [20, false],
  ] as const) {
    assert.equal(isCurrent(secret, now), good)
    assert.deepEqual(findClientSecret([{ secret }], 'text', now), good ? { secret } : 'ended')
    const named = credentialNamed({ principal: objectOf(alice), credentials: [{ secret, name: 'n' }] }, 'n', now)
    assert.equal(named?.secret, good ? secret : undefined)
  }
  assert.equal(isCurrent({ ...secret, endsAt: null }, Number.MAX_SAFE_INTEGER), true)
  assert.equal(findClientSecret([{ secret }], 'other', 10), 'wrong')
  assert.equal(findClientSecret([{ secret: { ...secret, kind: 'certificate' as const } }], 'text', 10), 'wrong')
  const next = { secret: { ...secret, startsAt: 20, endsAt: null } }
  assert.equal(findClientSecret([{ secret }, next], 'text', 20), next)
})

test('a link to a blob is good for twenty minutes, in whole seconds, for its registry, its blob and its addresses', async () => {
  const scene = await Scene.open(store)
  const blob = blobOf('layer')
  await scene.push(a, 'layer')
  const links = {
    sign: (text: string) => `${text.length}:${text}`,
    verify: (text: string, signature: string) => signature === `${text.length}:${text}`,
  }
  const { registry } = scene
  clock.wall = start + 1
  const link = linkTo({ links, clock }, registry, { repository: a, digest: blob.digest })
  assert.equal(link.expires, start + linkLife + 1000)
  const follow = (change: Partial<typeof link> = {}, of = registry) =>
    followLink(
      { store, links, clock, settings: { lease: { length: day, renewBelow: 0, promise: 0, skew: 0 } }, unleased: new Map() } as never,
      of,
      { ...link, ...change },
      '10.0.0.1',
    )
  await goodBetween({ last: link.expires - 1, after: link.expires }, () => follow(), { failure: 'denied', detail: { because: 'expired' } })
  clock.wall = start
  for (const change of [{ expires: link.expires + 1000 }, { digest: blobOf('other').digest as Digest }])
    await assert.rejects(follow(change), { failure: 'denied', detail: { because: 'signature' } })
  await assert.rejects(follow({}, { ...registry, id: registry.id + 1 }), { failure: 'denied' })
  await assert.rejects(follow({}, { ...registry, network: { ...registry.network, defaultAction: 'Deny' } as never }), {
    failure: 'address-refused',
  })
})

test('a token of the directory is good a minute around its times', async () => {
  const { credential } = await aliceSignedIn()
  const claims = formatDirectoryClaims({
    id: 'i',
    audience: 'https://control',
    issuer: 'x',
    tenantId: tenant,
    principalId: alice,
    kind: 'user',
    name: 'A',
    clientId: 'c',
    credential,
    login: 'alice@example.org',
    issuedAt: start / 1000,
    notBefore: start / 1000,
    expiresAt: (start + hour) / 1000,
  })
  const signers = { of: () => ({ verify: async () => claims }) }
  const use = () => authenticateBearer({ store, clock, signers, origins: { control: 'https://control' } } as never, 'token', ['arm'])
  const moments = { before: start - minute - 1, first: start - minute, last: start + hour + minute, after: start + hour + minute + 1 }
  await goodBetween(moments, use, { failure: 'unauthorized' })
})

test('an assertion is good five minutes around its times, for a day at most, and while its certificate is', async () => {
  const certificate = { pem: 'PEM', sha1: 'aa', sha256: 'bb', notBefore: start - 30 * day, notAfter: start + 30 * day } as Certificate
  const secret = secretOf('k', alice, { kind: 'certificate', certificate: 'PEM', startsAt: start - 30 * day, endsAt: null })
  const seconds = start / 1000
  const good = { iss: 'app', sub: 'APP', aud: 'us', jti: 'j', nbf: seconds, exp: seconds + 600 }
  const believe = (claims: object = {}, { of = {}, secretOfIt = secret, header = { x5t: 'qg' } as Record<string, string> } = {}) =>
    believeAssertion(
      {
        store,
        clock,
        assertions: { read: () => ({ header, claims: { ...good, ...claims } }), isSignedBy: async () => true },
        certificates: { read: () => ({ ...certificate, ...of }) },
      } as never,
      'app',
      [{ secret: secretOfIt, name: 'n' }],
      { assertion: 'x', clientId: undefined, address: '10.0.0.1', isTokenEndpoint: (url) => url === 'us' },
    )
  const around = { before: start - 5 * minute - 1, first: start - 5 * minute, last: start + 15 * minute, after: start + 15 * minute + 1 }
  await goodBetween(around, () => believe(), { reason: 'assertion-ended' })
  const long = { exp: seconds + 86_400 + 60 }
  await goodBetween({ last: start + minute, after: start + minute - 1 }, () => believe(long), { reason: 'assertion-malformed' })
  clock.wall = start
  for (const time of ofCertificate) {
    const ends = { reason: 'assertion-certificate-ended' }
    await believe({}, { of: time.good })
    await assert.rejects(believe({}, { of: time.bad }), ends)
  }
  await assert.rejects(believe({}, { secretOfIt: { ...secret, endsAt: start } }), { reason: 'assertion-certificate-ended' })
  for (const claims of [
    { exp: 'x' },
    { exp: Infinity },
    { nbf: -1 },
    { nbf: 'x' },
    { iat: 'x' },
    { iss: 'other' },
    { sub: 'other' },
    { jti: '' },
    { jti: 1 },
    { aud: 1 },
    { iss: 1 },
    { sub: undefined },
  ])
    await assert.rejects(believe(claims), { reason: 'assertion-malformed' }, JSON.stringify(claims))
  for (const claims of [{ nbf: 0 }, { nbf: undefined }, { nbf: undefined, iat: 0 }, { iat: seconds + 300 }, { exp: seconds + 0.5 }])
    await believe(claims)
  await assert.rejects(believe({ iat: seconds + 301 }), { reason: 'assertion-ended' }, 'the later of nbf and iat')
  await assert.rejects(believe({ aud: 'them' }), { reason: 'assertion-audience-wrong' })
  await believe({}, { header: { 'x5t#S256': 'uw', x5t: 'other' } })
  for (const header of [{ x5t: 'uw' }, {}, { 'x5t#S256': 'qg' }])
    await assert.rejects(believe({}, { header: header as never }), { reason: 'assertion-certificate-unknown' })
  await assert.rejects(believe({}, { secretOfIt: secretOf('k', alice) }), { reason: 'assertion-certificate-unknown' })
})

const ofCertificate = [
  { good: { notBefore: start }, bad: { notBefore: start + 1 } },
  { good: { notAfter: start }, bad: { notAfter: start - 1 } },
]

test('a refresh token is replaced after half its life, works for an hour after that, and ends after ninety days', async () => {
  const signedIn = await aliceSignedIn()
  const client = { id: 'c', name: 'C', servicePrincipal: undefined, credential: null }
  const made = async (by = client as Parameters<typeof newRefreshToken>[1]['client']) => {
    clock.wall = start
    const { token, row } = newRefreshToken(deps(), { signedIn: signedIn as never, client: by, asked: { scope: 's' } })
    await store.putSignIn({ signIn: row })
    return { token, use: (as = client) => useRefreshToken(deps(), { token, client: as }) }
  }
  const ended = await made()
  clock.wall = start + 90 * day - 1
  await ended.use()
  const last = await made()
  clock.wall = start + 90 * day
  await assert.rejects(last.use(), { reason: 'refresh-ended' })
  const { token, use } = await made()
  clock.wall = start + 45 * day
  assert.equal((await use()).refreshToken.token, token)
  clock.wall += 1
  const next = (await use()).refreshToken.token
  assert.notEqual(next, token)
  clock.wall += hour
  assert.equal((await use()).refreshToken.token, next)
  await assert.rejects(use({ ...client, id: 'other' }), { reason: 'refresh-of-another' })
  clock.wall += 1
  await assert.rejects(use(), { reason: 'refresh-revoked' })
  await assert.rejects(useRefreshToken(deps(), { token: next, client }), { reason: 'refresh-ended' })
  const proven = await made({ ...client, credential: 'x' })
  await assert.rejects(proven.use(), { reason: 'client-unproven' })
  await proven.use({ ...client, credential: 'y' } as never)
})

test('a device’s question lasts a quarter of an hour, a code ten minutes', async () => {
  const life = 15 * minute
  const { deviceCode, userCode } = await askOnDevice(deps(), { clientId: 'c', asked: {}, address: '10.0.0.1' })
  const find = (typed = userCode) => findDevice(deps(), { typed, address: '10.0.0.1' })
  await goodBetween({ last: start + life - 1, after: start + life }, () => find(), { reason: 'user-code-unknown' })
  clock.wall = start
  await find(`${userCode.slice(0, 3)}-${userCode.slice(3).toLowerCase()} `)
  for (const typed of [userCode.slice(1), `${userCode}B`]) await assert.rejects(find(typed), { reason: 'user-code-unknown' })
  const fetch = (clientId = 'c', code = deviceCode) => fetchDevice(deps(), { deviceCode: code, clientId, address: '10.0.0.1' })
  for (const [at, reason] of [
    [start + life - 1, 'device-pending'],
    [start + life, 'device-ended'],
  ] as const) {
    clock.wall = at
    await assert.rejects(fetch(), { reason })
  }
  await assert.rejects(fetch('other'), { reason: 'device-unknown' })
  const signedIn = await aliceSignedIn()
  for (const [at, reason] of [
    [start + 10 * minute - 1, undefined],
    [start + 10 * minute, 'code-ended'],
  ] as const) {
    clock.wall = start
    const question = { clientId: 'c', redirectUri: 'r', challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', nonce: 'n', asked: {} }
    const code = await makeCode(deps(), question, signedIn as never)
    clock.wall = at
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const found = await redeemCode(deps(), { code, clientId: 'c', redirectUri: 'r', verifier })
    if (reason) await assert.rejects(found.redeem(null), { reason })
    else await found.redeem(null)
  }
})

test('an address is familiar for thirty days, and written once a day', async () => {
  await store.createDirectoryObjects({ objects: [objectOf(alice)] })
  const seen = { credential: 'c', address: '10.0.0.1' }
  const note = () => noteFamiliar({ store, clock }, { ...seen, principalId: alice })
  await note()
  for (const [at, familiar] of [
    [start + 30 * day - 1, true],
    [start + 30 * day, false],
  ] as const) {
    clock.wall = at
    assert.equal(await isFamiliar({ store, clock }, seen), familiar)
  }
  assert.equal(await isFamiliar({ store, clock }, { ...seen, address: '10.0.0.2' }), false)
  for (const [at, written] of [
    [start + day - 1, start],
    [start + day, start + day],
  ] as const) {
    clock.wall = at
    await note()
    assert.equal(await store.familiarAddress('c', '10.0.0.1'), written)
  }
})

test('what a person may be called and may choose: the shortest and the longest', () => {
  const good = <Text>(work: (text: Text) => unknown, ...texts: Text[]) => texts.forEach((text) => work(text))
  const bad = <Text>(work: (text: Text) => unknown, ...texts: Text[]) =>
    texts.forEach((text) => assert.throws(() => work(text), { failure: 'request-invalid' }, String(text)))
  good(checkedDisplayName, 'a', 'x'.repeat(256))
  bad(checkedDisplayName, '', ' ', 'x'.repeat(257), 'a\nb', 'a\u2028b')
  good(checkedPassword, 'aA1aaaaa', 'aA!aaaaa', 'a'.repeat(16), `aA1${'a'.repeat(253)}`)
  bad(checkedPassword, 'aA1aaaa', 'aaAAaaAA', 'a'.repeat(15), 'aaaaaaa1aaaaaaa', 'a'.repeat(257), `aA1\n${'a'.repeat(20)}`)
  const login = (text: string) => checkedLogin(text, { id: tenant, domain: 'example.org' })
  assert.deepEqual(['Al', 'a.b@Example.ORG', `${'x'.repeat(64)}`].map(login), [
    'al@example.org',
    'a.b@example.org',
    `${'x'.repeat(64)}@example.org`,
  ])
  bad(login, '', '.a', 'a.', 'a..b', 'x'.repeat(65), 'a b', 'a@b@example.org', 'a@other.org')
  good(checkedIdentifierUri, 'api://a', `a:${'x'.repeat(1000)}`)
  bad(checkedIdentifierUri, 'api', 'a:', 'a: b', `a:${'x'.repeat(1001)}`, '1a:b')
  const path = (length: number) => `http://localhost/${'x'.repeat(length - 17)}`
  for (const text of ['http://localhost', 'http://127.0.0.1:5/x', 'http://[::1]/', path(1000)]) assert.ok(loopbackRedirect(text), text)
  for (const text of [
    'https://localhost',
    'http://example.org',
    'http://a@localhost',
    'http://:b@localhost',
    'http://localhost/#x',
    'http://localhost/#',
    path(1001),
    'x',
  ])
    assert.equal(loopbackRedirect(text), undefined, text)
})

test('a new secret ends after it begins; a certificate is within its own time, with a key of 2048 bits', () => {
  const client = (endsAt: number | null) => newClientSecret(deps(), { objectId: alice, name: null }, { startsAt: 10, endsAt }).secret.endsAt
  assert.deepEqual([client(11), client(null)], [11, null])
  for (const endsAt of [10, 9]) assert.throws(() => client(endsAt), { failure: 'request-invalid' })
  const certificate = { pem: 'P', sha256: 's', subject: 'CN=x', notBefore: 10, notAfter: 20, key: { type: 'rsa', bits: 2048 } }
  const made = (within?: object, change: object = {}, owner: object = {}) =>
    newCertificate(
      { ...deps(), certificates: { read: () => ({ ...certificate, ...change }) as never } },
      { objectId: alice, name: null, ...owner },
      'P',
      within,
    )
  const times = (within?: object) => {
    const { startsAt, endsAt } = made(within)
    return [startsAt, endsAt]
  }
  assert.deepEqual(
    [times(), times({ startsAt: 5, endsAt: 25 }), times({ startsAt: 12, endsAt: 15 })],
    [
      [10, 20],
      [10, 20],
      [12, 15],
    ],
  )
  assert.throws(() => made({ startsAt: 20 }), { failure: 'request-invalid' })
  for (const key of [
    { type: 'rsa', bits: 2047 },
    { type: 'ec', bits: 4096 },
  ])
    assert.throws(() => made({}, { key }), { failure: 'request-invalid' })
  assert.deepEqual(
    [made().name, made({}, {}, { name: 'n' }).name, made({}, { subject: null }).name, made({}, {}, { keyId: 'k' }).keyId],
    ['CN=x', 'n', null, 'k'],
  )
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => 200 + at * 2)
  assert.match(
    makePassword(() => bytes),
    /^(?:[a-km-zA-HJ-NP-Z2-9]{5}-){3}[a-km-zA-HJ-NP-Z2-9]{5}$/,
  )
})
