import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEntra, isTokenEndpoint, parseEntraRequest } from './request.ts'

const tenant = { id: '22222222-2222-2222-2222-222222222222', domain: 'Contoso.example' }
const adfs = { shape: 'adfs', tenant: 'adfs' }
const of = (name: string) => ({ shape: 'entra', tenant: name })

for (const [method, url, kind, more] of [
  ['POST', '/common/login', 'sign-in', {}],
  ['GET', '/devicelogin?x=1', 'device-page', {}],
  ['POST', '/devicelogin/answer', 'device-answer', {}],
  ['GET', '/common/discovery/instance?x', 'instance', {}],
  ['GET', '/common/userrealm/alice%40contoso.example/', 'realm', { user: 'alice@contoso.example' }],
  ['GET', '/adfs/.well-known/openid-configuration', 'configuration', { authority: adfs, version: 'v1' }],
  ['HEAD', '/common/v2.0/.well-known/openid-configuration', 'configuration', { authority: of('common'), version: 'v2' }],
  ['GET', '/adfs/discovery/keys', 'keys', {}],
  ['POST', '/adfs/oauth2/token', 'token', { authority: adfs, version: 'v1' }],
  ['POST', `/${tenant.id}/oauth2/v2.0/token/`, 'token', { authority: of(tenant.id), version: 'v2' }],
  ['POST', '/CONTOSO.example/oauth2/devicecode', 'device-code', { authority: of('contoso.example'), version: 'v1' }],
  ['GET', '/organizations/oauth2/v2.0/authorize?a=b', 'authorize', { authority: of('organizations') }],
  ['GET', '/adfs/oauth2/logout', 'sign-out', {}],
  ['POST', '/adfs/oauth2/logout', 'sign-out', {}],
] as const)
  test(`${method} ${url} is ${kind}`, () => {
    assert.equal(isEntra(url, tenant), true)
    const request = parseEntraRequest(method, url, tenant)
    assert.equal(request.kind, kind)
    assert.partialDeepStrictEqual(request, more)
  })

for (const [method, url, reason] of [
  ['GET', '/common/login', 'method-wrong'],
  ['GET', '/adfs/oauth2/token', 'method-wrong'],
  ['POST', '/adfs/oauth2/authorize', 'method-wrong'],
  ['DELETE', '/adfs/oauth2/logout', 'method-wrong'],
  ['GET', '/adfs/oauth2/other', 'url-unknown'],
  ['POST', '/fabrikam.example/oauth2/token', 'tenant-unknown'],
] as const)
  test(`${method} ${url} is refused: ${reason}`, () => assert.throws(() => parseEntraRequest(method, url, tenant), { reason }))

test('what is the authority’s on a host that others share', () => {
  for (const url of [
    '/adfs',
    '/common/anything',
    `/${tenant.id}/x`,
    '/contoso.example/',
    '/fabrikam.example/oauth2/token',
    '/fabrikam.example/oauth2/token?q',
  ])
    assert.equal(isEntra(url, tenant), true, url)
  for (const url of [
    '/',
    '/v2/oauth2/token',
    '/oauth2/token',
    '/subscriptions/oauth2/token',
    '/graph/oauth2/authorize',
    '/fabrikam.example/other',
  ])
    assert.equal(isEntra(url, tenant), false, url)
})

test('the audience of an assertion is our token endpoint, in any shape, under one of our origins', () => {
  const origins = ['https://registry.example.org', 'https://localhost:5443']
  for (const url of ['https://localhost:5443/adfs/oauth2/token', `https://registry.example.org/${tenant.id}/oauth2/v2.0/token`])
    assert.equal(isTokenEndpoint(url, origins, tenant), true, url)
  for (const url of [
    'https://localhost:5443/adfs/oauth2/authorize',
    'https://localhost/adfs/oauth2/token',
    'http://localhost:5443/adfs/oauth2/token',
    'https://localhost:5443/fabrikam.example/oauth2/token',
    '/adfs/oauth2/token',
    '',
  ])
    assert.equal(isTokenEndpoint(url, origins, tenant), false, url)
})
