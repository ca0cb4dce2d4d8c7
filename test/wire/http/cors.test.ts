import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pushImage } from '../../world/content.ts'
import { type Door, openDoor } from '../../world/door.ts'
import { errorCode, header, json, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

// Fetch, "CORS protocol": pages of other origins, as a portal is one.

const portal = 'https://portal.example.org'
let door: Door
before(async () => {
  door = await openDoor({ corsOrigins: [portal] })
  await pushImage(door, 'c', 'v1')
})
after(() => door.stop())

const preflight = (origin: string, method: string, path: string, headers = 'authorization, content-type') =>
  send(door, 'OPTIONS', path, {
    as: 'nobody',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
  })

const calls = [
  ['GET', '/acr/v1/_catalog'],
  ['PATCH', '/acr/v1/c'],
  ['DELETE', '/acr/v1/c/_tags/v1'],
  ['DELETE', '/v2/c/manifests/v1'],
  ['GET', '/v2/_catalog'],
  ['POST', '/oauth2/token'],
  ['POST', '/oauth2/exchange'],
  // What the page asks is judged when it asks: the browser only wants to know whether it may.
  ['GET', '/acr/v1/A'],
] as const

test('the preflight of an origin that the operator named is let through, without signing in', async () => {
  for (const [method, path] of calls) {
    const answer = await preflight(portal, method, path)
    assert.equal(answer.status, 204, path)
    assert.equal(header(answer, 'access-control-allow-origin'), portal)
    assert.ok(header(answer, 'access-control-allow-methods').split(', ').includes(method))
    assert.equal(header(answer, 'access-control-allow-headers'), 'authorization, content-type')
    assert.match(header(answer, 'vary'), /Origin/)
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
  }
  const odd = await preflight(portal, 'GET', '/acr/v1/_catalog', 'x-ok, "no", x y, \u00ff')
  assert.equal(header(odd, 'access-control-allow-headers'), 'x-ok')
})

test('the preflight of any other origin is refused, never 405, and the refusal names the setting', async () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'http://portal.example.org',
    `${portal}:444`,
    `${portal}.evil.example`,
    portal.toUpperCase(),
  ])
    for (const [method, path] of calls) {
      const answer = await preflight(origin, method, path)
      assert.deepEqual([answer.status, errorCode(answer)], [403, 'DENIED'], `${origin} ${path}`)
      assert.match(json<{ errors: [{ message: string }] }>(answer).errors[0].message, /LONGSHORE_CORS_ORIGINS/)
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
    }
})

test('what the page then asks is readable to it, also a refusal; to others nothing is said', async () => {
  for (const [as, status] of [
    ['admin', 200],
    ['nobody', 401],
  ] as const)
    for (const path of ['/acr/v1/_catalog', '/v2/c/tags/list']) {
      const answer = await send(door, 'GET', path, { as, headers: { origin: portal } })
      assert.deepEqual([answer.status, header(answer, 'access-control-allow-origin')], [status, portal])
      assert.match(header(answer, 'access-control-expose-headers'), /WWW-Authenticate/)
      const other = await send(door, 'GET', path, { as, headers: { origin: 'https://evil.example' } })
      assert.deepEqual([other.status, other.headers['access-control-allow-origin']], [status, undefined])
      assert.match(header(other, 'vary'), /Origin/, 'a cache keeps them apart')
    }
})

test('OPTIONS that is no preflight tells the methods', async () => {
  const answer = await send(door, 'OPTIONS', '/acr/v1/c', { headers: { origin: portal } })
  assert.deepEqual([answer.status, header(answer, 'allow')], [204, 'GET, HEAD, PATCH, DELETE, OPTIONS'])
})

test('a server is told its origins by a setting, and refuses what is none', async () => {
  const server = await Server.start({ corsOrigins: `${portal}, http://localhost:3000` })
  try {
    const ask = (origin: string) =>
      send(server, 'OPTIONS', '/acr/v1/_catalog', { as: 'nobody', headers: { origin, 'access-control-request-method': 'GET' } }).then(
        ({ status }) => status,
      )
    assert.deepEqual([await ask(portal), await ask('http://localhost:3000'), await ask('http://localhost:3001')], [204, 204, 403])
  } finally {
    await server.stop()
  }
  for (const wrong of ['*', 'portal.example.org', `${portal}/page`])
    await assert.rejects(Server.start({ corsOrigins: wrong }), /--cors-origins/)
})
