import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTokenRequest } from './request.ts'

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
const token = { kind: 'token', presented: undefined, service: undefined, scopes: [], offline: false }

for (const [method, url, body, read] of [
  ['GET', '/oauth2/keys', undefined, { kind: 'keys' }],
  ['HEAD', '/oauth2/keys?x', undefined, { kind: 'keys' }],
  ['GET', '/oauth2/token', undefined, token],
  ['HEAD', '/oauth2/token?service=', undefined, token],
  ['GET', '/oauth2/token?service=a&scope=b&scope=c', undefined, { ...token, service: 'a', scopes: ['b', 'c'] }],
  ['GET', '/oauth2/token?offline_token=true', undefined, { ...token, offline: true }],
  ['GET', '/oauth2/token?access_type=offline', undefined, { ...token, offline: true }],
  ['GET', '/oauth2/token?offline_token=1&access_type=online', undefined, token],
  [
    'POST',
    '/oauth2/token',
    form({ grant_type: 'password', username: 'u', password: 'p' }),
    { ...token, presented: { kind: 'basic', username: 'u', password: 'p' } },
  ],
  ['POST', '/oauth2/token', form({ grant_type: 'password' }), { ...token, presented: { kind: 'none' } }],
  [
    'POST',
    '/oauth2/token',
    form({ grant_type: 'refresh_token', refresh_token: 'r', access_type: 'offline', service: 's' }),
    { ...token, presented: { kind: 'refresh', token: 'r' }, service: 's', offline: true },
  ],
  [
    'POST',
    '/oauth2/token',
    form({ grant_type: 'refresh_token', refresh_token: 'r', offline_token: 'true' }),
    { ...token, presented: { kind: 'refresh', token: 'r' }, offline: true },
  ],
  [
    'POST',
    '/oauth2/exchange',
    form({ grant_type: 'access_token', access_token: 'a', service: 's' }),
    { kind: 'exchange', service: 's', token: 'a' },
  ],
  [
    'POST',
    '/oauth2/exchange',
    form({ grant_type: 'access_token_refresh_token', access_token: 'a' }),
    { kind: 'exchange', service: undefined, token: 'a' },
  ],
] as const)
  test(`${method} ${url} ${body ?? ''}`, () => assert.deepEqual(parseTokenRequest(method, url, body), read))

for (const [method, url, body, failure] of [
  ['POST', '/oauth2/keys', undefined, 'method-unsupported'],
  ['GET', '/oauth2/exchange', undefined, 'method-unsupported'],
  ['PUT', '/oauth2/token', undefined, 'method-unsupported'],
  ['GET', '/oauth2/other', undefined, 'not-found'],
  ['POST', '/oauth2/token', undefined, 'request-invalid'],
  ['POST', '/oauth2/token', form({ grant_type: 'code' }), 'request-invalid'],
  ['POST', '/oauth2/token', form({ grant_type: 'password', username: 'u' }), 'request-invalid'],
  ['POST', '/oauth2/token', form({ grant_type: 'password', password: 'p' }), 'request-invalid'],
  ['POST', '/oauth2/token', form({ grant_type: 'refresh_token' }), 'request-invalid'],
  ['POST', '/oauth2/exchange', form({ grant_type: 'access_token' }), 'request-invalid'],
  ['POST', '/oauth2/exchange', form({ grant_type: 'password', access_token: 'a' }), 'request-invalid'],
] as const)
  test(`${method} ${url} ${body ?? ''} is refused: ${failure}`, () =>
    assert.throws(() => parseTokenRequest(method, url, body), { failure }))
