import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenResponse } from '#app/identity/token-endpoint.ts'
import { plainRequest } from '#http/plain-request.ts'
import { Parameters, readForm } from './form.ts'
import { forgetBrowser, readTicket, type Ticket, writeTicket } from './ticket.ts'
import { formatAnswer, parseClient, parseGrant, parseScopeParameters } from './token.ts'

const start = 1_800_000_000_000
const life = 15 * 60_000
let now = start
const deps = {
  clock: { now: () => now, elapsed: () => 0 },
  random: (bytes: number) => new Uint8Array(bytes).fill(7),
  secrets: {
    seal: (text: string, context: string) => `${context}|${text}`,
    open: (text: string, context: string) => {
      if (!text.startsWith(`${context}|`)) throw new Error('another key')
      return text.slice(context.length + 1)
    },
  },
}
const browser = Buffer.alloc(32, 7).toString('base64url')
const other = Buffer.alloc(32, 8).toString('base64url')
const request = (headers: Record<string, string> = {}, scheme: 'http' | 'https' = 'https') => ({
  ...plainRequest({ method: 'POST', url: '/', headers }),
  scheme,
})
const cookie = (value: string, name = '__Host-longshore-sign-in') => ({ cookie: `a=b; ${name}=${value}; c` })
const ticket: Ticket = { kind: 'device', userCode: 'X' }
const stale = { reason: 'form-stale' }

test('a ticket is good in the browser that it was shown to, for a quarter of an hour, for its own form', () => {
  now = start
  const { sealed, headers } = writeTicket(deps, request(), ticket)
  const read = (
    headersOf: Record<string, string> = cookie(browser),
    { text = sealed, kinds = ['device'] as Ticket['kind'][], scheme = 'https' as 'http' | 'https' } = {},
  ) => readTicket(deps, request(headersOf, scheme), text, kinds)
  assert.deepEqual(headers, [['Set-Cookie', `__Host-longshore-sign-in=${browser}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure`]])
  assert.deepEqual(read(), ticket)
  assert.deepEqual(read({ ...cookie(browser), 'sec-fetch-site': 'same-origin' }), ticket)
  for (const site of ['same-site', 'cross-site', 'none'])
    assert.throws(() => read({ ...cookie(browser), 'sec-fetch-site': site }), stale, site)
  for (const headersOf of [
    {},
    cookie(other),
    cookie('short'),
    cookie(browser, 'longshore-sign-in'),
    cookie(browser, 'x__Host-longshore-sign-in'),
  ])
    assert.throws(() => read(headersOf), stale)
  for (const text of ['', 'x', `another|${JSON.stringify({})}`]) assert.throws(() => read(cookie(browser), { text }), stale)
  assert.throws(() => read(cookie(browser), { kinds: ['code', 'device-code'] }), stale)
  now = start + life - 1
  assert.deepEqual(read(), ticket)
  now = start + life
  assert.throws(() => read(), stale)
})

test('a browser keeps its name from page to page; without HTTPS the cookie has another name and is not Secure', () => {
  now = start
  assert.match(String(writeTicket(deps, request(cookie(other)), ticket).headers[0]?.[1]), new RegExp(`=${other}; `))
  const plain = writeTicket(deps, request(cookie(other), 'http'), ticket)
  assert.deepEqual(plain.headers, [['Set-Cookie', `longshore-sign-in=${browser}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax`]])
  assert.deepEqual(readTicket(deps, request(cookie(browser, 'longshore-sign-in'), 'http'), plain.sealed, ['device']), ticket)
  assert.deepEqual(forgetBrowser(request()), [
    ['Set-Cookie', '__Host-longshore-sign-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure'],
  ])
  assert.deepEqual(forgetBrowser(request({}, 'http')), [['Set-Cookie', 'longshore-sign-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax']])
})

const form = (text: string) => new Parameters(new URLSearchParams(text))

test('a parameter comes once; an empty one is as if it were not there; a form has 64 KiB', async () => {
  assert.throws(() => form('a=1&a=1'), { reason: 'parameter-repeated', detail: { because: 'parameter-repeated', parameter: 'a' } })
  assert.deepEqual([form('a=1').get('a'), form('a=').get('a'), form('a=1').need('a')], ['1', undefined, '1'])
  for (const text of ['', 'a='])
    assert.throws(() => form(text).need('a'), { reason: 'parameter-missing', detail: { because: 'parameter-missing', parameter: 'a' } })
  const read = (body: string) => readForm(plainRequest({ method: 'POST', url: '/', body }))
  assert.equal((await read(`a=${'x'.repeat(64 * 1024 - 2)}`)).get('a')?.length, 64 * 1024 - 2)
  await assert.rejects(read(`a=${'x'.repeat(64 * 1024 - 1)}`), {
    reason: 'parameter-wrong',
    detail: { because: 'parameter-wrong', parameter: 'body' },
  })
})

test('a grant needs what it is made of', () => {
  const device = 'urn:ietf:params:oauth:grant-type:device_code'
  const grants: readonly (readonly [text: string, grant: object])[] = [
    ['grant_type=client_credentials', { kind: 'client-credentials' }],
    ['grant_type=password&username=u&password=p', { kind: 'password', username: 'u', password: 'p' }],
    ['grant_type=refresh_token&refresh_token=t', { kind: 'refresh', token: 't' }],
    ['grant_type=authorization_code&code=c&redirect_uri=r&code_verifier=v', { kind: 'code', code: 'c', redirectUri: 'r', verifier: 'v' }],
    [`grant_type=${device}&device_code=d`, { kind: 'device', deviceCode: 'd' }],
    ['grant_type=device_code&code=d', { kind: 'device', deviceCode: 'd' }],
  ]
  for (const [text, grant] of grants) {
    assert.deepEqual(parseGrant(form(text)), grant)
    for (const part of text.split('&')) {
      const rest = text
        .split('&')
        .filter((each) => each !== part)
        .join('&')
      if (text.includes('&') || rest === '') assert.throws(() => parseGrant(form(rest)), { reason: 'parameter-missing' }, rest)
    }
  }
  assert.throws(() => parseGrant(form('grant_type=other')), {
    reason: 'grant-unsupported',
    detail: { because: 'grant-unsupported', grant: 'other' },
  })
  assert.deepEqual([parseScopeParameters(form('')), parseScopeParameters(form('scope=s&resource=r'))], [{}, { scope: 's', resource: 'r' }])
})

test('a client proves itself in one way', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const jwt = 'client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const cases: readonly (readonly [text: string, authorization: string | undefined, client: object])[] = [
    ['client_id=c', undefined, { clientId: 'c', proof: { kind: 'none' } }],
    ['', undefined, { clientId: undefined, proof: { kind: 'none' } }],
    ['client_id=c&client_secret=s', undefined, { clientId: 'c', proof: { kind: 'secret', secret: 's' } }],
    [`client_assertion=a&${jwt}`, undefined, { clientId: undefined, proof: { kind: 'assertion', assertion: 'a' } }],
    ['', basic('c%2B:s+t'), { clientId: 'c+', proof: { kind: 'secret', secret: 's t' } }],
    ['client_id=C', basic('c:100%'), { clientId: 'c', proof: { kind: 'secret', secret: '100%' } }],
  ]
  for (const [text, authorization, client] of cases) assert.deepEqual(parseClient(form(text), authorization), client, text)
  const wrong: readonly (readonly [text: string, authorization: string | undefined, parameter: string])[] = [
    ['client_secret=s', basic('c:s'), 'client_secret'],
    [`client_assertion=a&${jwt}`, basic('c:s'), 'client_assertion'],
    [`client_secret=s&client_assertion=a&${jwt}`, undefined, 'client_assertion'],
    ['client_id=d', basic('c:s'), 'client_id'],
    ['client_assertion=a&client_assertion_type=x', undefined, 'client_assertion_type'],
    ['', 'Bearer x', 'Authorization'],
    ['', 'Basic !', 'Authorization'],
  ]
  for (const [text, authorization, parameter] of wrong)
    assert.throws(
      () => parseClient(form(text), authorization),
      { reason: 'parameter-wrong', detail: { because: 'parameter-wrong', parameter } },
      text,
    )
  assert.throws(() => parseClient(form('client_assertion=a'), undefined), { reason: 'parameter-missing' })
})

test('an answer tells what was given, and the older endpoint when it ends', () => {
  const least = { accessToken: 'a', expiresIn: 60, resource: 'r' } as TokenResponse
  const always = { token_type: 'Bearer', expires_in: 60, ext_expires_in: 60, access_token: 'a' }
  assert.deepEqual(formatAnswer(least, { now: 1999, asked: {} }), always)
  assert.deepEqual(formatAnswer(least, { now: 1999, asked: { resource: 'x' } }), {
    ...always,
    resource: 'r',
    expires_on: '61',
    not_before: '1',
  })
  const more = { scopes: ['s', 't'], refreshToken: 'f', idToken: 'i', clientInfo: 'c' }
  assert.deepEqual(formatAnswer({ ...least, ...more } as TokenResponse, { now: 0, asked: {} }), {
    ...always,
    scope: 's t',
    refresh_token: 'f',
    id_token: 'i',
    client_info: 'c',
  })
})
