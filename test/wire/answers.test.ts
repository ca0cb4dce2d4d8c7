import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { wire } from '#surfaces/distribution/errors.ts'
import { digestOf, locationOf, pushImage, startUpload } from './content.ts'
import { header, json, type Principal, send } from './send.ts'
import { Server } from './server.ts'

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
  ['POST', '/v2/a/blobs/uploads/', 'admin', 202],
  ['POST', '/v2/A/blobs/uploads/', 'admin', 400],
  ['GET', `/v2/a/blobs/uploads/${'0'.repeat(36)}`, 'admin', 404],
  ['PATCH', `/v2/a/blobs/uploads/${'0'.repeat(36)}`, 'admin', 404],
  ['GET', `/v2/a/referrers/${none}`, 'admin', 200],
  ['GET', '/v2/a/referrers/none', 'admin', 400],
  ['POST', '/v2/', 'admin', 405],
  ['GET', '/v2/a', 'admin', 404],
  ['GET', '/', 'admin', 404],
  ['GET', '/v3/', 'admin', 404],
  ['PROPFIND', '/v2/', 'admin', 501],
]

const codes = new Set<string>(Object.values(wire).map(([, code]) => code))

for (const [method, path, as, status] of requests)
  test(`${method} ${path} by ${typeof as === 'string' ? as : 'a stranger'}: ${status}, with the headers of every answer`, async () => {
    const answer = await send(server, method, path, { as })
    assert.equal(answer.status, status)
    assert.equal(header(answer, 'docker-distribution-api-version'), 'registry/2.0')
    assert.match(header(answer, 'x-ms-correlation-request-id'), uuid)
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
  assert.equal(header(started, 'location'), `/v2/a/blobs/uploads/${id}`)
  for (const answer of [
    started,
    await send(server, 'PATCH', locationOf(started), { body: 'abc' }),
    await send(server, 'GET', locationOf(started)),
  ]) {
    assert.equal(header(answer, 'docker-upload-uuid'), id)
    assert.equal(header(answer, 'range'), answer === started ? '0-0' : '0-2')
  }
})
