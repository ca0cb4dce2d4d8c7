// What each route of a registry's dialects asks for, and what it counts as: told by who holds nothing, and by limits that only write down.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { RegistryError } from '#core/registry-error.ts'
import { host, openSurfaces } from './called-surfaces.ts'

const left = 'X-Ms-Ratelimit-Remaining-Calls-Per-Second'
const counted: string[] = []
let refusesUnproven = false
const rateLimits = {
  count: (_: unknown, identity: string, category: string) => counted.push(`${category} ${identity.replace(/^admin-\d+$/, 'admin')}`),
  countUnproven: (_: unknown, address: string) => {
    counted.push(`unproven ${address}`)
    if (refusesUnproven) throw new RegistryError('too-many-requests', 'too many', { retryAfter: 9 })
  },
  leftPerSecond: (_: unknown, category: string) => (category === 'delete' ? 1.234 : 5),
}
let surfaces: Awaited<ReturnType<typeof openSurfaces>>
let address = ''
before(async () => {
  surfaces = await openSurfaces({}, [], { rateLimits })
  address = (await surfaces.call('GET', '/v2/')).http.address
})
after(() => surfaces.close())
beforeEach(() => {
  counted.length = 0
  refusesUnproven = false
})

const digest = `sha256:${'a'.repeat(64)}`
const upload = '/v2/a/blobs/uploads/00000000-0000-4000-8000-000000000001'
const routes: readonly (readonly [method: string, url: string, scope: string, rate: string])[] = [
  ['GET', '/v2/_catalog', 'registry:catalog:*', 'read'],
  ['GET', `/v2/a/blobs/${digest}`, 'repository:a:pull', 'read'],
  ['HEAD', `/v2/a/blobs/${digest}`, 'repository:a:pull', 'read'],
  ['DELETE', `/v2/a/blobs/${digest}`, 'repository:a:delete', 'delete'],
  ['GET', '/v2/a/manifests/v1', 'repository:a:pull', 'read'],
  ['HEAD', '/v2/a/manifests/v1', 'repository:a:pull', 'read'],
  ['PUT', '/v2/a/manifests/v1', 'repository:a:pull,push', 'write'],
  ['DELETE', `/v2/a/manifests/${digest}`, 'repository:a:delete', 'delete'],
  ['POST', '/v2/a/blobs/uploads/', 'repository:a:pull,push', 'write'],
  ['PATCH', upload, 'repository:a:pull,push', 'write'],
  ['PUT', `${upload}?digest=${digest}`, 'repository:a:pull,push', 'write'],
  ['GET', upload, 'repository:a:pull,push', 'read'],
  ['DELETE', upload, 'repository:a:pull,push', 'delete'],
  ['GET', '/v2/a/tags/list', 'repository:a:metadata_read', 'read'],
  ['GET', `/v2/a/referrers/${digest}`, 'repository:a:pull', 'referrers'],
  ['GET', '/acr/v1/_catalog', 'registry:catalog:*', 'read'],
  ['GET', '/acr/v1/a', 'repository:a:metadata_read', 'read'],
  ['PATCH', '/acr/v1/a', 'repository:a:metadata_write', 'write'],
  ['DELETE', '/acr/v1/a', 'repository:a:delete', 'delete'],
  ['GET', '/acr/v1/a/_tags', 'repository:a:metadata_read', 'read'],
  ['GET', '/acr/v1/a/_tags/v1', 'repository:a:metadata_read', 'read'],
  ['PATCH', '/acr/v1/a/_tags/v1', 'repository:a:metadata_write', 'write'],
  ['DELETE', '/acr/v1/a/_tags/v1', 'repository:a:delete', 'delete'],
  ['GET', '/acr/v1/a/_manifests', 'repository:a:metadata_read', 'read'],
  ['GET', `/acr/v1/a/_manifests/${digest}`, 'repository:a:metadata_read', 'read'],
  ['PATCH', `/acr/v1/a/_manifests/${digest}`, 'repository:a:metadata_write', 'write'],
]

for (const [method, url, scope, rate] of routes)
  test(`${method} ${url.replace(digest, '<digest>')} asks for ${scope} and counts as ${rate}`, async () => {
    const refused = await surfaces.call(method, url, { as: '' })
    assert.equal(refused.status, 401)
    assert.match(String(refused.headers['www-authenticate']), new RegExp(`scope="${scope.replaceAll('*', '\\*')}"`))
    assert.deepEqual(counted, [], 'who is refused uses nothing up')
    const { http } = await surfaces.call(method, url, { body: '{}' })
    assert.deepEqual(counted, [`${rate} admin`])
    assert.deepEqual(http.moreHeaders, method === 'DELETE' ? [[left, '1.23']] : [])
  })

test('the token endpoint counts who proved something by name, and everybody else by address', async () => {
  const asked = async (method: string, url: string, options = {}) => {
    counted.length = 0
    const { status, http } = await surfaces.call(method, url, options)
    assert.deepEqual(http.moreHeaders, [[left, '5.00']])
    return [status, ...counted]
  }
  const unproven = `unproven ${address}`
  assert.deepEqual(await asked('GET', `/oauth2/token?service=${host}`), [200, 'oauth admin'])
  assert.deepEqual(await asked('GET', `/oauth2/token?service=${host}`, { as: '' }), [200, unproven])
  assert.deepEqual(await asked('GET', '/oauth2/token', { as: 'Basic Zmlyc3Q6d3Jvbmc=' }), [401, unproven])
  assert.deepEqual(await asked('GET', '/oauth2/keys', { as: '' }), [200, unproven])
  assert.deepEqual(await asked('GET', '/oauth2/nothing'), [404, unproven])
  assert.deepEqual(await asked('GET', '/oauth2/token?service=elsewhere'), [400, unproven])
  const exchange = (service: string) => {
    const body = `grant_type=access_token&service=${service}&access_token=x`
    return asked('POST', '/oauth2/exchange', { as: '', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  }
  assert.deepEqual(await exchange('elsewhere'), [400, unproven])
  assert.deepEqual(await exchange(host), [401, unproven])
  refusesUnproven = true
  assert.deepEqual(await asked('GET', '/oauth2/nothing'), [429, unproven])
  assert.deepEqual(await asked('GET', '/oauth2/keys'), [429, unproven], 'counted once')
})
