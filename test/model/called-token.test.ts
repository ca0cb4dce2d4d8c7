import assert from 'node:assert/strict'
import { test } from 'node:test'
import { host, openSurfaces } from './called-surfaces.ts'

const scope = 'scope=repository:team/app:pull,push'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('a password gives an access token that opens what it was asked for', async (t) => {
  const surfaces = await openSurfaces()
  t.after(() => surfaces.close())
  const got = await surfaces.call('GET', `/oauth2/token?service=${host}&${scope}`)
  assert.deepEqual([got.status, got.headers['cache-control'], got.http.log.principal], [200, 'private, no-store', 'first'])
  const { access_token: token } = JSON.parse(got.text) as { access_token: string }
  assert.equal((await surfaces.call('POST', '/v2/team/app/blobs/uploads/', { as: `Bearer ${token}` })).status, 202)
  assert.equal((await surfaces.call('POST', '/v2/other/blobs/uploads/', { as: `Bearer ${token}` })).status, 401)
})

test('what is wrong is told with what its status owes', async (t) => {
  const surfaces = await openSurfaces()
  t.after(() => surfaces.close())
  const told = async (method: string, url: string, options = {}) => {
    const { status, headers, text } = await surfaces.call(method, url, options)
    return [status, (JSON.parse(text || '{"errors":[{}]}') as { errors: { code?: string }[] }).errors[0]?.code, headers.allow]
  }
  assert.deepEqual(await told('DELETE', '/oauth2/token'), [405, 'UNSUPPORTED', 'GET, HEAD, POST'])
  assert.deepEqual(await told('OPTIONS', '/oauth2/exchange'), [204, undefined, 'POST, OPTIONS'])
  assert.deepEqual(await told('GET', '/oauth2/nothing'), [404, 'NOT_FOUND', undefined])
  assert.deepEqual(await told('GET', '/oauth2/token?service=elsewhere'), [400, 'BAD_REQUEST', undefined])
  assert.deepEqual(await told('POST', '/oauth2/token', { headers: form, body: 'x'.repeat(70_000) }), [400, 'BAD_REQUEST', undefined])
  assert.deepEqual(await told('GET', '/oauth2/token', { as: 'Basic Zmlyc3Q6d3Jvbmc=' }), [401, 'UNAUTHORIZED', undefined])
})

test('a broken store is 503 with a time to come again, and nothing of it is told', async (t) => {
  const broken = { of: () => ({ keys: () => Promise.reject(new Error('/data/longshore.db: disk I/O error')) }) }
  const surfaces = await openSurfaces({}, [], { signers: broken })
  t.after(() => surfaces.close())
  const { status, headers, text, http } = await surfaces.call('GET', '/oauth2/keys')
  assert.deepEqual([status, headers['retry-after']], [503, 5])
  assert.doesNotMatch(text, /disk/)
  assert.match(String(http.unexpected), /disk I\/O error/)
})

test('refusals count for their address, and are told as too many in the end', async (t) => {
  const surfaces = await openSurfaces({ rateLimits: 'tier' })
  t.after(() => surfaces.close())
  const statuses = new Set<number>()
  for (let count = 0; count < 2500 && !statuses.has(429); count++) statuses.add((await surfaces.call('GET', '/oauth2/nothing')).status)
  assert.deepEqual([...statuses], [404, 429])
  assert.ok(Number((await surfaces.call('GET', '/oauth2/nothing')).headers['retry-after']) > 0)
})
