import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { mediaTypes, pushBlob, pushImage, someBytes, startUpload } from '../../world/content.ts'
import { openDoor } from '../../world/door.ts'
import { exchangeRaw, statusesOf } from '../../world/raw.ts'
import { authorizationOf, errorCode, header, json, send, type Target } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

let server: Server
let authorization: string
before(async () => {
  server = await Server.start({ admin: '127.0.0.1:0' })
  authorization = authorizationOf(server, 'admin').authorization ?? ''
  for (let i = 0; i < 3; i++) await pushImage(server, `repo-${i}`, 'v1')
})
after(() => server.stop())

test('G1 Gitea CVE-2026-20896: headers that only a proxy may send change nothing when anybody sends them', async () => {
  const lies = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-port': '444',
    'x-forwarded-prefix': '/evil',
    forwarded: 'for=10.0.0.1;host=evil.example;proto=https',
    'x-real-ip': '10.0.0.1',
    'x-webauth-user': server.user,
    'x-remote-user': server.user,
    'x-original-url': '/v2/_catalog',
    'x-rewrite-url': '/v2/_catalog',
    'x-http-method-override': 'DELETE',
  }
  const challenge = await send(server, 'GET', '/v2/', { as: 'nobody', headers: lies })
  assert.equal(challenge.status, 401)
  assert.equal(
    header(challenge, 'www-authenticate'),
    `Bearer realm="${server.origin}/oauth2/token",service="${server.address.host}:${server.address.port}"`,
  )
  const started = await startUpload(server, 'a', { headers: lies })
  assert.match(header(started, 'location'), /^\/v2\/a\/blobs\/uploads\/[0-9a-f-]{36}\?offset=0$/)
  const page = await send(server, 'GET', '/v2/_catalog?n=1', { headers: lies })
  assert.match(header(page, 'link'), /^<\/v2\/_catalog\?/)
  assert.equal((await send(server, 'GET', '/v2/repo-0/manifests/v1', { headers: lies })).status, 200, 'still there')
})

test('G1 a proxy that the operator names is believed, and its last entry counts', async () => {
  const door = await openDoor({ proxies: ['127.0.0.0/8'], names: ['registry.example', '127.0.0.1'] })
  try {
    const challenge = async (headers: Record<string, string>) => {
      const answer = await send(door, 'GET', '/v2/', { as: 'nobody', headers })
      return answer.status === 401 ? /realm="([^"]+)"/.exec(header(answer, 'www-authenticate'))?.[1] : answer.status
    }
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'registry.example' }
    assert.equal(await challenge(forwarded), 'https://registry.example/oauth2/token')
    assert.equal(
      await challenge({ ...forwarded, 'x-forwarded-host': 'evil.example, registry.example' }),
      'https://registry.example/oauth2/token',
    )
    assert.equal(await challenge({ ...forwarded, 'x-forwarded-host': 'evil.example' }), 421)
    assert.match(String(await challenge({ 'x-forwarded-proto': 'javascript' })), /^http:\/\/127\.0\.0\.1/)
  } finally {
    await door.stop()
  }
})

test('G2 nezha CVE-2026-53523: a Host that is not ours is answered by 421 and named nowhere else', async () => {
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    '169.254.169.254',
    '[::ffff:1.2.3.4]',
    'localhost@evil.example',
  ]) {
    const answer = await send(server, 'GET', '/v2/', { as: 'nobody', headers: { host } })
    assert.ok([400, 421].includes(answer.status), `${host}: ${answer.status}`)
    assert.equal(answer.headers['www-authenticate'], undefined)
    assert.equal(answer.headers.location, undefined)
  }
  for (const host of [
    'localhost',
    'LOCALHOST',
    'localhost:1',
    '127.0.0.1',
    'Longshore.Localhost:5000',
    'local.longshore.localhost',
    'localhost.',
  ])
    assert.equal((await send(server, 'GET', '/v2/', { as: 'nobody', headers: { host } })).status, 401, host)
  const absent = await send(server, 'GET', '/v2/', { as: 'nobody', headers: { host: 'team.longshore.localhost' } })
  assert.deepEqual([absent.status, absent.headers['www-authenticate']], [404, undefined], 'a registry that there is not')
  for (const head of [
    'GET /v2/ HTTP/1.1\r\n\r\n',
    'GET /v2/ HTTP/1.1\r\nHost:\r\n\r\n',
    'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
    'GET http://evil.example/v2/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  ]) {
    const { text } = await exchangeRaw(server.address, head, 300)
    assert.ok([400, 421, 404].includes(statusesOf(text)[0] ?? 0), text.slice(0, 40))
    assert.ok(!/evil\.example[^"]*\/oauth2/.test(text))
  }
})

/** Two requests for the price of one: the second is the smuggled one. */
const smuggled = 'GET /v2/smuggled/tags/list HTTP/1.1\r\nHost: localhost\r\n\r\n'

test('G3 CVE-2022-1705: what two parsers could read differently is refused with 400 and the connection closes', async () => {
  const start = `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n`
  for (const [why, bytes] of [
    ['CL and TE', `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['TE and CL', `${start}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${smuggled}`],
    ['TE chunked, identity', `${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ['TE identity', `${start}Transfer-Encoding: identity\r\n\r\n${smuggled}`],
    ['TE xchunked', `${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['TE twice', `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ['space before the colon', `${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['folded header', `${start}X-A: 1\r\n folded\r\nContent-Length: 0\r\n\r\n`],
    ['two lengths', `${start}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['a list of lengths', `${start}Content-Length: 0, 5\r\n\r\n${smuggled}`],
    ['a signed length', `${start}Content-Length: +0\r\n\r\n${smuggled}`],
    ['a hex length', `${start}Content-Length: 0x5\r\n\r\n${smuggled}`],
    ['bare LF', `${start.replaceAll('\r\n', '\n')}\n`],
    ['bare CR', `GET /v2/ HTTP/1.1\r\nHost: localhost\rX: 1\r\n\r\n`],
    ['NUL in a header', `${start}X-A: a\0b\r\n\r\n`],
    ['a chunk size that is none', `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    ['a chunk size beyond 2^64', `${start}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n`],
    ['a version to come', 'GET /v2/ HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ] as const) {
    const { text, ended } = await exchangeRaw(server.address, bytes)
    const statuses = statusesOf(text)
    assert.ok(statuses.length <= 1 || (statuses.length === 2 && statuses[1] === 400), `${why}: ${statuses.join()}`)
    assert.ok(!text.includes('smuggled'), why)
    assert.ok(statuses.includes(400) || statuses.length === 0 || statuses[0] === 501 || statuses[0] === 505, `${why}: ${statuses.join()}`)
    assert.notEqual(ended, 'open', why)
  }
})

test('G3 a chunk extension of a megabyte is refused, and the errors are OCI JSON', async () => {
  const start = `PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Type: ${mediaTypes.image}\r\n`
  const { text, ended } = await exchangeRaw(
    server.address,
    `${start}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(1024 * 1024)}\r\na\r\n0\r\n\r\n`,
  )
  assert.ok(
    statusesOf(text).every((status) => status === 400 || status === 413),
    text.slice(0, 100),
  )
  assert.notEqual(ended, 'open')
  const bad = await exchangeRaw(server.address, 'NOT HTTP\r\n\r\n')
  assert.match(bad.text, /"errors":\[\{"code":"UNSUPPORTED"/)
})

test('G3 headers: at most 16 KiB in all', async () => {
  const { text } = await exchangeRaw(server.address, `GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`)
  assert.deepEqual(statusesOf(text), [431])
  const url = await send(server, 'GET', `/v2/${'a/'.repeat(4200)}a/tags/list`)
  assert.equal(url.status, 414)
})

test('G8 a Range is one range or none: never more bytes than the blob has', async () => {
  const bytes = someBytes(1000)
  const digest = await pushBlob(server, 'g8', bytes)
  for (const [range, status] of [
    [`bytes=${Array.from({ length: 1000 }, () => '0-').join(',')}`, 200],
    ['bytes=0-1,2-3', 200],
    ['bytes=0-0,-1', 200],
    ['bytes=0-', 206],
    ['bytes=-0', 416],
    ['bytes=5-2', 416],
    ['bytes=1000-', 416],
    ['bytes=999-', 206],
    ['bytes=-1001', 206],
    ['bytes=-', 200],
    ['bytes=a-b', 200],
    ['octets=0-1', 200],
    ['bytes=0-99999999999999999999999', 206],
    ['bytes=99999999999999999999999-', 416],
    ['bytes = 0-1', 200],
  ] as const)
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(server, method, `/v2/g8/blobs/${digest}`, { headers: { range } })
      // Ranges are GET's alone (RFC 9110 §14.2).
      assert.equal(answer.status, method === 'HEAD' ? 200 : status, range)
      if (method === 'HEAD') continue
      if (answer.status === 416) assert.equal(header(answer, 'content-range'), 'bytes */1000')
      else assert.ok(answer.body.length <= bytes.length && answer.body.equals(bytes.subarray(bytes.length - answer.body.length)), range)
    }
})

test('G9 zot bfc59ad1: no origin is allowed by name, and none with credentials', async () => {
  for (const origin of ['https://evil.example', 'null', 'http://localhost', server.origin])
    for (const [method, path] of [
      ['GET', '/v2/'],
      ['OPTIONS', '/v2/'],
      ['GET', '/v2/_catalog'],
      ['GET', `/oauth2/token?service=${server.loginServer}`],
      ['OPTIONS', '/oauth2/token'],
      ['GET', '/oauth2/keys'],
    ] as const)
      for (const as of ['admin', 'nobody'] as const) {
        const answer = await send(server, method, path, { as, headers: { origin, 'access-control-request-method': 'DELETE' } })
        assert.equal(answer.headers['access-control-allow-origin'], undefined, `${method} ${path}`)
        assert.equal(answer.headers['access-control-allow-credentials'], undefined)
      }
})

const onAdmin = (): Target => ({
  ...server,
  user: server.user,
  password: server.password,
  address: server.started.admin ?? server.address,
  agent: server.agent,
})

test('G10 timestamp-authority CVE-2026-49835: figures do not grow with what clients send', async () => {
  const series = async () =>
    (await send(onAdmin(), 'GET', '/metrics')).body
      .toString()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')).length
  await send(server, 'GET', '/v2/none/tags/list')
  const methods = ['PROPFIND', 'PURGE', 'LINK', 'M-SEARCH', 'COPY', 'LOCK', 'TRACE']
  for (let i = 0; i < 300; i++)
    await send(server, methods[i % methods.length] ?? '', `/v2/random-${i}/${i}?q=${i}`, {
      headers: { 'user-agent': `agent-${i}`, host: i % 3 ? 'localhost' : `h${i}.example` },
    })
  const before = await series()
  for (let i = 0; i < 300; i++)
    await send(server, methods[i % methods.length] ?? '', `/v2/other-${i}/tags/list`, {
      as: { user: `user-${i}`, password: 'x' },
      headers: { 'user-agent': `agent-${i}` },
    })
  const after = await series()
  assert.ok(after - before < 20 && after < 1000, `${before} → ${after}`)
})

test('G11 zot a345ba08: health and figures are on the admin listener only, and tell no names', async () => {
  for (const path of [
    '/metrics',
    '/debug',
    '/debug/pprof',
    '/healthz',
    '/healthz?verbose',
    '/readyz',
    '/v2/metrics',
    '/',
    '/index.html',
    '/.env',
    '/control.sock',
  ])
    for (const as of ['nobody', 'admin'] as const) {
      const answer = await send(server, 'GET', path, { as })
      assert.equal(answer.status, 404, path)
      // What is nobody's on the control origin is answered as ARM does.
      const code = path.startsWith('/v2/') ? errorCode(answer) : json<{ error: { code: string } }>(answer).error.code
      assert.equal(code, path.startsWith('/v2/') ? 'NAME_UNKNOWN' : 'MissingSubscription', path)
    }
  for (const [path, status] of [
    ['/healthz', 200],
    ['/readyz', 200],
    ['/metrics', 200],
    ['/healthz?verbose', 404],
    ['/debug', 404],
    ['/v2/', 404],
  ] as const) {
    const answer = await send(onAdmin(), 'GET', path, { as: 'nobody' })
    assert.equal(answer.status, status, path)
    for (const name of ['repo-0', server.user, server.password, server.dataDir, 'evil'])
      assert.ok(!answer.body.toString().includes(`${name}"`) && !answer.body.toString().includes(server.password), path)
  }
  assert.equal((await send(onAdmin(), 'POST', '/metrics', { as: 'nobody', body: 'x' })).status, 405)
})

test('a method that nobody asked for is answered by 405 with what is allowed, never by an echo', async () => {
  for (const [method, path] of [
    ['TRACE', '/v2/'],
    ['POST', '/v2/'],
    ['PUT', '/v2/repo-0/tags/list'],
    ['PATCH', '/v2/repo-0/manifests/v1'],
    ['POST', '/v2/repo-0/manifests/v1'],
  ] as const) {
    const answer = await send(server, method, path, { headers: { 'x-secret': 'mirror' } })
    assert.deepEqual([answer.status, errorCode(answer)], [405, 'UNSUPPORTED'], `${method} ${path}`)
    assert.match(header(answer, 'allow'), /^[A-Z]+(?:, [A-Z]+)*$/)
    assert.ok(!answer.body.toString().includes('mirror'))
  }
  const { text } = await exchangeRaw(server.address, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 500)
  assert.ok(!text.startsWith('HTTP/1.1 200'))
})
