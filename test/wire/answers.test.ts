import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { wire } from '#surfaces/distribution/errors.ts'
import { digestOf, locationOf, pushImage, startUpload } from '../world/content.ts'
import { header, json, type Principal, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start()
  await pushImage(server, 'a', 'v1')
})
after(() => server.stop())

const none = digestOf('none')
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** One request of each kind, and how it ends for whom. */
const requests: readonly (readonly [string, string, Principal, number])[] = [
  ['GET', '/v2/', 'admin', 200],
  ['GET', '/v2', 'admin', 200],
  ['HEAD', '/v2/', 'admin', 200],
  ['GET', '/v2/', 'nobody', 401],
  ['GET', '/v2/_catalog', 'admin', 200],
  ['GET', '/v2/a/tags/list', 'admin', 200],
  ['GET', '/v2/a/tags/list?n=x', 'admin', 400],
  ['GET', '/v2/none/tags/list', 'admin', 404],
  ['GET', '/v2/a/manifests/v1', 'admin', 200],
  ['HEAD', '/v2/a/manifests/v1', 'admin', 200],
  ['GET', '/v2/a/manifests/none', 'admin', 404],
  ['HEAD', '/v2/a/manifests/none', 'admin', 404],
  ['PUT', '/v2/a/manifests/v1', 'admin', 400],
  ['PUT', '/v2/a/manifests/v1', { user: 'x', password: 'y' }, 401],
  ['DELETE', '/v2/a/manifests/none', 'admin', 404],
  ['GET', `/v2/a/blobs/${none}`, 'admin', 404],
  ['HEAD', `/v2/a/blobs/${none}`, 'admin', 404],
  ['DELETE', `/v2/a/blobs/${none}`, 'admin', 404],
  ['GET', '/v2/a/blobs/sha256:x', 'admin', 400],
  ['GET', '/v2/A/tags/list', 'admin', 404],
  ['HEAD', '/v2/A/manifests/v1', 'admin', 404],
  ['DELETE', '/v2/A/manifests/v1', 'admin', 404],
  ['GET', '/v2/a/manifests/-v1', 'admin', 404],
  ['PUT', '/v2/a/manifests/-v1', 'admin', 400],
  ['PUT', '/v2/A/manifests/v1', 'admin', 400],
  ['POST', '/v2/a/blobs/uploads/', 'admin', 202],
  ['POST', '/v2/A/blobs/uploads/', 'admin', 400],
  ['GET', `/v2/a/blobs/uploads/${'0'.repeat(36)}`, 'admin', 404],
  ['PATCH', `/v2/a/blobs/uploads/${'0'.repeat(36)}`, 'admin', 404],
  ['GET', `/v2/a/referrers/${none}`, 'admin', 200],
  ['GET', '/v2/a/referrers/none', 'admin', 400],
  ['POST', '/v2/', 'admin', 405],
  ['GET', '/v2/a', 'admin', 404],
  ['PROPFIND', '/v2/', 'admin', 501],
]

const codes = new Set<string>(Object.values(wire).map(([, code]) => code))

for (const [method, path, as, status] of requests)
  test(`${method} ${path} by ${typeof as === 'string' ? as : 'a stranger'}: ${status}, with the headers of every answer`, async () => {
    const answer = await send(server, method, path, { as })
    assert.equal(answer.status, status)
    assert.equal(header(answer, 'docker-distribution-api-version'), 'registry/2.0')
    assert.match(header(answer, 'x-ms-correlation-request-id'), uuid)
    const exposed = 'Docker-Content-Digest, WWW-Authenticate, Link, X-Ms-Correlation-Request-Id'
    // A method that nobody knows is refused before anybody looks whose it would be.
    assert.equal(header(answer, 'access-control-expose-headers'), status === 501 ? '' : exposed)
    assert.equal(header(answer, 'x-content-type-options'), 'nosniff')
    assert.equal(answer.headers['x-powered-by'], undefined)
    assert.ok(header(answer, 'content-length') !== '', 'a length, so that the connection goes on')
    if (status < 400) return
    assert.match(header(answer, 'content-type'), /^application\/json/)
    if (method === 'HEAD') return assert.equal(answer.body.length, 0)
    const { errors } = json<{ errors: { code: string; message: string; detail?: unknown }[] }>(answer)
    assert.equal(errors.length, 1)
    const [error] = errors
    assert.ok(error)
    assert.ok(codes.has(error.code), error.code)
    assert.match(error.message, /^\S.{5,}/)
    for (const secret of [server.dataDir, server.password, 'node:', '.ts:', '\n    at ']) assert.ok(!answer.body.includes(secret), secret)
  })

test('two answers have two correlation ids', async () => {
  const [one, other] = [await send(server, 'GET', '/v2/'), await send(server, 'GET', '/v2/')]
  assert.notEqual(header(one, 'x-ms-correlation-request-id'), header(other, 'x-ms-correlation-request-id'))
})

test('an upload’s answers carry Docker-Upload-UUID, Range and a relative Location', async () => {
  const started = await startUpload(server, 'a')
  const id = header(started, 'docker-upload-uuid')
  assert.match(id, uuid)
  for (const answer of [
    started,
    await send(server, 'PATCH', locationOf(started), { body: 'abc' }),
    await send(server, 'GET', locationOf(started)),
  ]) {
    const size = answer === started ? 0 : 3
    assert.equal(header(answer, 'docker-upload-uuid'), id)
    assert.equal(header(answer, 'range'), size === 0 ? '0-0' : '0-2')
    assert.equal(header(answer, 'location'), `/v2/a/blobs/uploads/${id}?offset=${size}`)
  }
})

test("whatever is nobody's on the control origin is answered as ARM does, whoever asks", async () => {
  for (const [method, path] of [
    ['GET', '/v3/'],
    ['GET', '/nowhere?api-version=2025-11-01'],
    ['PUT', '/resourceGroups/rg?api-version=2025-11-01'],
    ['DELETE', '/%2e%2e/x'],
  ] as const) {
    const answer = await send(server, method, path, { as: 'nobody' })
    assert.equal(answer.status, 404, path)
    assert.deepEqual(json(answer), {
      error: {
        code: 'MissingSubscription',
        message: 'The request did not have a subscription or a valid tenant level resource provider.',
      },
    })
    assert.match(header(answer, 'x-ms-request-id'), uuid)
  }
})

test('Helm 2 charts and deleted lists are refused by name, with a status that az does not try again', async () => {
  for (const [method, path, feature] of [
    ['GET', '/helm/v1/repo/_charts', 'Helm 2 charts'],
    ['PUT', '/helm/v1/repo/_blobs/a-1.tgz', 'Helm 2 charts'],
    ['GET', '/acr/v1/_deleted/_catalog?n=100', 'soft delete'],
    ['GET', '/acr/v1/_deleted/a/_tags?n=100', 'soft delete'],
    ['POST', `/acr/v1/_deleted/a/_manifests/${none}?force=False`, 'soft delete'],
    ['GET', '/acr/v1/a/_streaming', 'artifact streaming'],
    ['POST', '/acr/v1/a/_metadata/_query', 'metadata search'],
  ] as const) {
    const answer = await send(server, method, path)
    assert.equal(answer.status, 404, path)
    const [error] = json<{ errors: [{ code: string; message: string }] }>(answer).errors
    assert.deepEqual([error.code, error.message], ['FeatureNotAvailable', `'${feature}' is not available in this version of Longshore.`])
  }
})

test('the name is refused with its code, and never with a status that az tries again', async () => {
  for (const [method, path, code] of [
    ['GET', '/acr/v1/Team', 'NAME_INVALID'],
    ['DELETE', '/acr/v1/Team', 'NAME_INVALID'],
    ['PATCH', '/acr/v1/Team', 'NAME_INVALID'],
    ['GET', '/acr/v1/a/_tags/-v1', 'TAG_INVALID'],
    ['DELETE', '/acr/v1/a/_tags/-v1', 'TAG_INVALID'],
    ['GET', '/acr/v1/a/_manifests/sha256:x', 'DIGEST_INVALID'],
    ['GET', '/v2/Team/manifests/v1', 'NAME_INVALID'],
    ['GET', '/v2/a/manifests/-v1', 'TAG_INVALID'],
    ['DELETE', '/v2/Team/manifests/v1', 'NAME_INVALID'],
  ] as const) {
    const answer = await send(server, method, path)
    assert.deepEqual([answer.status, json<{ errors: [{ code: string }] }>(answer).errors[0].code], [404, code], `${method} ${path}`)
  }
})

test('who has only to sign in lacks nothing by name: detail is null at /v2/, and a list elsewhere', async () => {
  const details = async (path: string) =>
    json<{ errors: [{ detail: unknown }] }>(await send(server, 'GET', path, { as: 'nobody' })).errors[0].detail
  assert.equal(await details('/v2/'), null)
  assert.deepEqual(await details('/v2/a/manifests/v1'), [{ Type: 'repository', Name: 'a', Action: 'pull' }])
})

test('a delete tells how many more the registry takes each second', async () => {
  for (const path of ['/v2/a/manifests/none', '/acr/v1/none']) {
    const answer = await send(server, 'DELETE', path)
    assert.equal(answer.status, 404)
    const left = Number(header(answer, 'x-ms-ratelimit-remaining-calls-per-second'))
    assert.ok(left > 60 && left <= 67, `${left}: Premium has 4,000 a minute`)
  }
})

test("tokens are given with what is left of the registry's calls, and expose the correlation id alone", async () => {
  const answer = await send(server, 'GET', '/oauth2/token?scope=repository:a:pull')
  assert.equal(answer.status, 200)
  assert.equal(header(answer, 'access-control-expose-headers'), 'X-Ms-Correlation-Request-Id')
  const left = Number(header(answer, 'x-ms-ratelimit-remaining-calls-per-second'))
  assert.ok(left > 300 && left <= 334, `${left}: Premium has 20,000 a minute`)
})
