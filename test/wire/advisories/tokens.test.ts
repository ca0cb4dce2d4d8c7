import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { claimsOf, pushImage, tokenFor } from '../../world/content.ts'
import { exchangeRaw } from '../../world/raw.ts'
import { basic, json, type Principal, send } from '../../world/send.ts'
import { exchanged } from '../../world/exchanged.ts'
import { Server } from '../../world/server.ts'

/** In milliseconds, on a machine that does much else: what these tokens cost who falls for them is minutes. */
const bearable = 20_000

interface Jwk {
  kid: string
  kty: string
  crv: string
  x: string
  y: string
}

let server: Server
/** A good token for `team/app`, its three parts, and the public key that the server shows. */
let good: string
let parts: [string, string, string]
let claims: Record<string, unknown>
let jwk: Jwk
let refresh: string
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })

before(async () => {
  server = await Server.start()
  refresh = await exchanged(server)
  await pushImage(server, 'team/app', 'v1')
  good = (await tokenFor(server, 'repository:team/app:pull,push')).token
  parts = good.split('.') as typeof parts
  claims = claimsOf(good)
  jwk = json<{ keys: Jwk[] }>(await send(server, 'GET', '/oauth2/keys', { as: 'nobody' })).keys[0] as Jwk
})
after(() => server.stop())

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const read = (as: Principal) => send(server, 'GET', '/v2/team/app/manifests/v1', { as })

async function refused(token: string, why: string): Promise<void> {
  for (const as of [{ token }, { user: '00000000-0000-0000-0000-000000000000', password: token }])
    assert.ok([401, 429].includes((await read(as)).status), why)
}

const ieee = (key: KeyObject, text: string) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')

function signed(header: object, body: object = claims, key: KeyObject = own.privateKey): string {
  const text = `${encode(header)}.${encode(body)}`
  return `${text}.${ieee(key, text)}`
}

test('the token that the others are made from is good', async () => {
  assert.equal((await read({ token: good })).status, 200)
})

test('C1 distribution CVE-2025-24976: a key inside the token is not believed, nor fetched', async () => {
  let fetched = 0
  const trap = createServer((_request, response) => {
    fetched++
    response.end(JSON.stringify({ keys: [own.publicKey.export({ format: 'jwk' })] }))
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`
  const mine = own.publicKey.export({ format: 'jwk' })
  const plain = { alg: 'ES256', typ: 'JWT', kid: jwk.kid }
  for (const more of [
    {},
    { jwk: mine },
    { x5c: ['MIIB'] },
    { x5u: url },
    { jku: url },
    { crit: ['exp'] },
    { b64: false, crit: ['b64'] },
    { zip: 'DEF' },
  ])
    await refused(signed({ ...plain, ...more }), JSON.stringify(more))
  await refused(signed({ ...plain, kid: 'unknown' }), 'unknown kid')
  await refused(signed({ alg: 'ES256', typ: 'JWT', jwk: mine }), 'no kid')
  assert.equal(fetched, 0, 'the server asks nobody')
  trap.close()
})

test('C2 jsonwebtoken CVE-2022-23540: no other algorithm than the key’s, in no spelling', async () => {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  const [, payload, signature] = parts
  const base = { typ: 'JWT', kid: jwk.kid }
  for (const alg of ['none', 'None', 'nOnE', 'NONE', '', 'es256', 'ES384', 'RS256', 'EdDSA', null, 0])
    for (const end of ['', signature]) await refused(`${encode({ ...base, alg })}.${payload}.${end}`, `alg ${alg}`)
  const secrets = [
    key.export({ type: 'spki', format: 'pem' }),
    key.export({ type: 'spki', format: 'der' }),
    JSON.stringify(jwk),
    Buffer.from(jwk.x, 'base64url'),
    '',
  ]
  for (const secret of secrets)
    for (const alg of ['HS256', 'ES256']) {
      const text = `${encode({ ...base, alg })}.${payload}`
      await refused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`, `HMAC with the public key, ${alg}`)
    }
  const text = `${encode({ ...base, alg: 'ES256' })}.${payload}`
  await refused(`${text}.${Buffer.alloc(64).toString('base64url')}`, 'r = s = 0 (CVE-2022-21449)')
  const der = sign('sha256', Buffer.from(text), own.privateKey).toString('base64url')
  await refused(`${text}.${der}`, 'DER')
  const changed = Buffer.from(signature, 'base64url')
  changed[10] = (changed[10] ?? 0) ^ 1
  await refused(`${parts[0]}.${payload}.${changed.toString('base64url')}`, 'one bit of the signature')
  await refused(
    `${parts[0]}.${encode({ ...claims, access: [{ type: 'repository', name: '*', actions: ['*'] }] })}.${signature}`,
    'other claims',
  )
})

test('C3 golang-jwt CVE-2025-30204: a header of dots is refused at once', async () => {
  for (const dots of [10, 1000, 15_000]) {
    const started = performance.now()
    const { text } = await exchangeRaw(
      server.address,
      `GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'.'.repeat(dots)}\r\nConnection: close\r\n\r\n`,
    )
    assert.match(text, /^HTTP\/1\.1 (?:401|431) /, String(dots))
    assert.ok(performance.now() - started < bearable)
  }
  const { text } = await exchangeRaw(
    server.address,
    `GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'.'.repeat(1e6)}\r\n\r\n`,
  )
  assert.match(text, /^(?:HTTP\/1\.1 431 |$)/)
})

test('C4 jose GHSA-jv3g-j58f-9mq9: an encrypted token is refused at once', async () => {
  for (const head of [
    { alg: 'PBES2-HS256+A128KW', enc: 'A128CBC-HS256', p2c: 2 ** 31 - 1, p2s: 'AAAA' },
    { alg: 'dir', enc: 'A256GCM', zip: 'DEF' },
    { alg: 'ECDH-ES', enc: 'A256GCM', kid: jwk.kid, epk: jwk },
  ]) {
    const started = performance.now()
    await refused(`${encode(head)}.${encode('key')}.${encode('iv')}.${encode('text')}.${encode('tag')}`, head.alg)
    assert.ok(performance.now() - started < bearable)
  }
})

/** Signs with the server's own key what the server would never write. */
async function forge(changes: readonly object[]): Promise<string[]> {
  return server.change(async (deps, registry) => {
    const tokens: string[] = []
    for (const each of changes) {
      const body = { ...claims, ...each }
      tokens.push(await deps.signers.of(registry.id).sign(body))
    }
    return tokens
  })
}

test('C6 CVE-2026-42602: each claim must be there, of its type, and right', async () => {
  const now = Math.floor(Date.now() / 1000)
  const [asItIs, ...wrong] = [
    {},
    ...['iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'jti', 'pid', 'seq', 'grant_type', 'access', 'cver'].map((name) => ({
      [name]: undefined,
    })),
    ...['iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'jti', 'pid', 'seq', 'grant_type'].flatMap((name) =>
      [['x'], { a: 1 }, true, null, -1, 1.5].map((value) => ({ [name]: value })),
    ),
    ...['exp', 'nbf', 'iat', 'seq'].flatMap((name) => ['9999999999', Number.MAX_VALUE, 2 ** 60].map((value) => ({ [name]: value }))),
    { iss: 'azure container registry' },
    { aud: 'other.example' },
    { aud: [claims.aud] },
    { aud: `${String(claims.aud)}.evil.example` },
    { exp: now - 120 },
    { nbf: now + 3600 },
    { grant_type: 'refresh_token' },
    { cver: 99 },
    { cid: 'unknown' },
    { access: { type: 'repository' } },
    { access: [{ type: 'repository', name: 'team/app', actions: 'pull' }] },
    { access: [null] },
    { access: [{ type: 'repository', name: 'other', actions: ['pull'] }] },
  ] as const
  const [good, ...tokens] = await forge([asItIs, ...wrong])
  assert.equal((await read({ token: good ?? '' })).status, 200)
  for (const [index, token] of tokens.entries())
    assert.equal(
      (await read({ token })).status,
      401,
      JSON.stringify(wrong[index], (_, value) => (value === undefined ? 'absent' : value)),
    )
})

test('C6 a refresh token is no access token, and an access token no refresh token', async () => {
  const grant = (form: Record<string, string>) =>
    send(server, 'POST', '/oauth2/token', {
      as: 'nobody',
      body: new URLSearchParams({ service: server.loginServer, scope: 'repository:team/app:pull', ...form }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  assert.equal((await read({ token: refresh })).status, 401)
  assert.equal((await grant({ grant_type: 'refresh_token', refresh_token: refresh })).status, 200)
  assert.equal((await grant({ grant_type: 'refresh_token', refresh_token: good })).status, 401)
})

test('C6 a token of another installation is refused', async () => {
  const other = await Server.start()
  try {
    const { token } = await tokenFor(other, 'repository:team/app:pull')
    assert.equal((await read({ token })).status, 401)
  } finally {
    await other.stop()
  }
})

test('C7 docker wildcard scopes: what is granted is asked and understood; the rest is dropped', async () => {
  const granted = async (scopes: string[], as: Principal = 'admin') => {
    const query = new URLSearchParams([['service', server.loginServer], ...scopes.map((scope) => ['scope', scope] as [string, string])])
    const answer = await send(server, 'GET', `/oauth2/token?${query}`, { as })
    if (answer.status !== 200) return answer.status
    const access = claimsOf(json<{ access_token: string }>(answer).access_token).access as {
      name: string
      type: string
      actions: string[]
    }[]
    return access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`)
  }
  assert.deepEqual(await granted(['repository:A:pull']), [], 'upper case is no name')
  assert.deepEqual(await granted(['repository:a/../b:pull']), [])
  assert.deepEqual(await granted(['repository:a:pull,fly,,root']), ['repository:a:pull,metadata_read'])
  assert.deepEqual(await granted(['repository:a:pull repository:b:pull', 'repository:c:push']), [
    'repository:a:pull,metadata_read',
    'repository:b:pull,metadata_read',
    'repository:c:push',
  ])
  assert.deepEqual(
    await granted(['nonsense', 'repository', 'repository:a', ':::', 'registry:other:*', 'user:x:admin']),
    ['registry:other:*'].slice(1),
  )
  assert.equal(await granted(Array.from({ length: 65 }, (_, index) => `repository:r${index}:pull`)), 400)
  assert.equal(await granted([Array.from({ length: 500 }, () => 'repository:a:pull').join(' ')]), 400)
  assert.equal(((await granted(Array.from({ length: 64 }, (_, index) => `repository:r${index}:pull`))) as string[]).length, 64)
  // From a narrow token nothing wider can be had.
  const narrow = { user: '00000000-0000-0000-0000-000000000000', password: good }
  for (const scope of ['repository:*:*', 'repository:*:pull', 'registry:catalog:*', 'repository:team/app:delete', 'repository:team/*:pull'])
    assert.deepEqual(await granted([scope], narrow), [], scope)
  assert.deepEqual(await granted(['repository:team/app:*'], narrow), ['repository:team/app:pull,push,metadata_read'])
  assert.deepEqual(await granted(['repository:*:pull'], 'nobody'), [], 'nobody gets nothing while anonymous pull is off')
})

test('B4 a Basic header that is broken is refused, not taken for nobody', async () => {
  for (const authorization of [
    'Basic',
    'Basic !!!',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
    'Digest x',
    'bearer',
    basic('', ''),
  ])
    assert.equal(
      (await send(server, 'GET', '/v2/team/app/manifests/v1', { as: 'nobody', headers: { authorization } })).status,
      401,
      authorization,
    )
})
