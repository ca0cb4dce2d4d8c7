import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, makeImage, mediaTypes, pushBlob, someBytes } from '../../world/content.ts'
import { exchangeRaw, openRaw, statusesOf } from '../../world/raw.ts'
import { authorizationOf, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

// RFC 9112: messages, and what people, probes and old programs really send. Every line is written to a socket as it stands here.

let server: Server
let admin: string
before(async () => {
  server = await Server.start()
  admin = `Authorization: ${authorizationOf(server, 'admin').authorization}\r\n`
})
after(() => server.stop())

const host = 'Host: localhost\r\n'
const as = '{admin}'

/** What is sent, what is answered, and whether the connection goes on afterwards. */
type Row = readonly [why: string, bytes: string, statuses: readonly number[], goesOn: boolean]

const targets: readonly Row[] = [
  ['origin form', `GET /v2/ HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['absolute form', `GET http://localhost/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['absolute form in capitals', `GET HTTP://LOCALHOST:5000/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['the target’s host counts, not Host', `GET http://localhost/v2/ HTTP/1.1\r\nHost: evil.example\r\n${as}\r\n`, [200], true],
  ['and another’s is refused', `GET http://evil.example/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [421], true],
  ['absolute form for https here', `GET https://localhost/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [421], true],
  ['absolute form of another scheme', `GET ftp://localhost/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [400], false],
  ['a name before the host', `GET http://localhost@evil.example/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [400], false],
  ['absolute form without a path', `GET http://localhost HTTP/1.1\r\n${host}${as}\r\n`, [404], true],
  ['absolute form with a query', `GET http://localhost?a=b HTTP/1.1\r\n${host}${as}\r\n`, [404], true],
  ['asterisk for OPTIONS', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, [204], true],
  ['asterisk through a proxy', `OPTIONS http://localhost HTTP/1.1\r\n${host}\r\n`, [204], true],
  ['asterisk for GET', `GET * HTTP/1.1\r\n${host}\r\n`, [400], false],
  ['authority form', `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`, [501], false],
  ['a fragment', `GET /v2/#top HTTP/1.1\r\n${host}${as}\r\n`, [400], false],
  ['no slash', `GET v2/ HTTP/1.1\r\n${host}\r\n`, [400], false],
  ['a space', `GET /v2/ x HTTP/1.1\r\n${host}\r\n`, [400], false],
  ['a byte that is no character', `GET /v2/\xe9 HTTP/1.1\r\n${host}\r\n`, [400], false],
  ['a base URL that ends with a slash', `GET //v2/ HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['a path without its slash', `GET /v2 HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['letters that are percent-encoded', `GET /%76%32/%5fcatalog HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['a slash behind a list', `GET /v2/_catalog/ HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
  ['dots', `GET /x/../v2/ HTTP/1.1\r\n${host}${as}\r\n`, [404], true],
  ['dots that are percent-encoded', `GET /x/%2e%2e/v2/ HTTP/1.1\r\n${host}${as}\r\n`, [404], true],
  ['a URL of 8,500', `GET /v2/${'a'.repeat(8500)} HTTP/1.1\r\n${host}${as}\r\n`, [414], true],
  ['a URL of 20,000', `GET /v2/${'a'.repeat(20_000)} HTTP/1.1\r\n${host}${as}\r\n`, [414], false],
  ['a method that there is not', `FETCH /v2/ HTTP/1.1\r\n${host}\r\n`, [501], false],
  ['a method in lower case', `get /v2/ HTTP/1.1\r\n${host}\r\n`, [501], false],
  ['empty lines before', `\r\n\r\nGET /v2/ HTTP/1.1\r\n${host}${as}\r\n`, [200], true],
]

const hosts: readonly Row[] = [
  ['no Host', `GET /v2/ HTTP/1.1\r\n${as}\r\n`, [400], false],
  ['no Host beside absolute form', `GET http://localhost/v2/ HTTP/1.1\r\n${as}\r\n`, [400], false],
  ['two Hosts', `GET /v2/ HTTP/1.1\r\n${host}${host}${as}\r\n`, [400], false],
  ['an empty Host', `GET /v2/ HTTP/1.1\r\nHost:\r\n${as}\r\n`, [400], false],
  ['a Host with a space', `GET /v2/ HTTP/1.1\r\nHost: local host\r\n${as}\r\n`, [400], false],
  ['a Host with a path', `GET /v2/ HTTP/1.1\r\nHost: localhost/v2\r\n${as}\r\n`, [400], false],
  ['a port of letters', `GET /v2/ HTTP/1.1\r\nHost: localhost:http\r\n${as}\r\n`, [400], false],
  ['a list of Hosts', `GET /v2/ HTTP/1.1\r\nHost: localhost, localhost\r\n${as}\r\n`, [400], false],
  ['a Host without the port behind its colon', `GET /v2/ HTTP/1.1\r\nHost: localhost:\r\n${as}\r\n`, [200], true],
  ['an IPv6 Host', `GET /v2/ HTTP/1.1\r\nHost: [::1]:5000\r\n${as}\r\n`, [200], true],
  ['a name that is not ours', `GET /v2/ HTTP/1.1\r\nHost: evil.example\r\n${as}\r\n`, [421], true],
]

const versions: readonly Row[] = [
  ['HTTP/1.0 without Host', `GET /v2/ HTTP/1.0\r\n${as}\r\n`, [200], false],
  ['HTTP/1.0 with Host', `GET /v2/ HTTP/1.0\r\n${host}${as}\r\n`, [200], false],
  ['HTTP/1.0 that wants to stay', `GET /v2/ HTTP/1.0\r\n${host}${as}Connection: keep-alive\r\n\r\n`, [200], true],
  ['HTTP/1.0 with two Hosts', `GET /v2/ HTTP/1.0\r\n${host}${host}${as}\r\n`, [400], false],
  ['HTTP/1.1 that wants to go', `GET /v2/ HTTP/1.1\r\n${host}${as}Connection: close\r\n\r\n`, [200], false],
  ['HTTP/1.2', `GET /v2/ HTTP/1.2\r\n${host}\r\n`, [505], false],
  ['HTTP/2.0', `GET /v2/ HTTP/2.0\r\n${host}\r\n`, [505], false],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [505], false],
  [
    'an offer of HTTP/2',
    `GET /v2/ HTTP/1.1\r\n${host}${as}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    [200],
    false,
  ],
  [
    'an offer of HTTP/2 with a request behind it, which is to be sent again',
    `GET /v2/ HTTP/1.1\r\n${host}${as}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET /v2/ HTTP/1.1\r\n${host}${as}\r\n`,
    [200],
    false,
  ],
  ['a protocol that is named and not asked for', `GET /v2/ HTTP/1.1\r\n${host}${as}Upgrade: h2c\r\n\r\n`, [200], true],
  ['a probe of HAProxy', 'OPTIONS / HTTP/1.0\r\n\r\n', [204], false],
]

const post = `POST /v2/f/blobs/uploads/ HTTP/1.1\r\n${host}${as}`
const framing: readonly Row[] = [
  ['gzip, chunked', `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, [501], false],
  ['gzip', `${post}Transfer-Encoding: gzip\r\n\r\n`, [501], false],
  ['Chunked', `${post}Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n`, [202], true],
  ['chunked in HTTP/1.0', `POST /v2/f/blobs/uploads/ HTTP/1.0\r\n${host}${as}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400], false],
  ['a length and chunks', `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400], false],
  ['two lengths', `${post}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`, [400], false],
  ['a length below nothing', `${post}Content-Length: -1\r\n\r\n`, [400], false],
  ['a folded header', `GET /v2/ HTTP/1.1\r\n${host}X-Folded: a\r\n b\r\n\r\n`, [400], false],
  ['a space before the colon', `GET /v2/ HTTP/1.1\r\nHost : localhost\r\n\r\n`, [400], false],
  ['bare line feeds', 'GET /v2/ HTTP/1.1\nHost: localhost\n\n', [400], false],
  ['a bare carriage return', `GET /v2/ HTTP/1.1\r\n${host}X: a\rb\r\n\r\n`, [400], false],
  ['a NUL', `GET /v2/ HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, [400], false],
  ['headers of 20,000', `GET /v2/ HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`, [431], false],
  ['300 headers', `GET /v2/ HTTP/1.1\r\n${host}${'X: a\r\n'.repeat(300)}\r\n`, [431], false],
  ['what is no request behind one that is', `GET /v2/ HTTP/1.1\r\n${host}${as}\r\nGARBAGE\r\n\r\n`, [200, 501], false],
  [
    'a line end too many behind a body',
    `POST /v2/f/blobs/uploads/?digest=${digestOf('hello')} HTTP/1.1\r\n${host}${as}Content-Length: 5\r\n\r\nhello\r\nGET /v2/ HTTP/1.1\r\n${host}${as}\r\n`,
    [201, 200],
    true,
  ],
  ['three requests at once', `GET /v2/ HTTP/1.1\r\n${host}${as}\r\n`.repeat(3), [200, 200, 200], true],
]

for (const [section, rows] of Object.entries({
  '§3.2 target': targets,
  '§3.2 Host': hosts,
  '§2.3 version': versions,
  '§5–§7 framing': framing,
}))
  for (const [why, bytes, statuses, goesOn] of rows)
    test(`${section}: ${why}: ${statuses.join(', ')}`, async () => {
      const connection = await openRaw(server.address)
      connection.socket.write(Buffer.from(bytes.replaceAll(as, admin), 'latin1'))
      await connection.until(new RegExp(`(?:HTTP/1\\.1 [2-5][^]*?\\r\\n\\r\\n[^]*?){${statuses.length}}$`))
      // Whoever may go on gets the next answer; who may not gets the end.
      if (goesOn) {
        connection.socket.write(`GET /v2/ HTTP/1.1\r\n${host}${admin}\r\n`)
        await connection.until(new RegExp(`(?:HTTP/1\\.1 [2-5][^]*?){${statuses.length + 1}}\\r\\n\\r\\n\\{\\}$`))
      } else assert.notEqual(await connection.ended(3000), 'open')
      connection.socket.destroy()
      const text = connection.text()
      assert.deepEqual(statusesOf(text), goesOn ? [...statuses, 200] : statuses)
      // RFC 9110 §6.6.1: a clock is there, so each answer has its date; §7.6.1: and says when it is the last one.
      assert.equal([...text.matchAll(/\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/g)].length, statusesOf(text).length)
      if (!goesOn) assert.equal([...text.matchAll(/\r\nConnection: close\r\n/gi)].length, 1)
      assert.ok(!text.includes('.ts:') && !text.includes(server.dataDir))
    })

/** Expect and codings (RFC 9110 §10.1.1, §8.4), as a body is announced and as it is then asked for. */
const announced = (headers: string, version = '1.1', path = `/v2/e/blobs/uploads/?digest=${digestOf('hello')}`) =>
  `POST ${path} HTTP/${version}\r\n${host}${as}${headers}Content-Length: 5\r\n\r\n`
const invitations: readonly (readonly [string, string, number[], number[]])[] = [
  ['an expectation', announced('Expect: 100-continue\r\n'), [100], [100, 201]],
  ['an expectation in capitals', announced('Expect: 100-Continue\r\n'), [100], [100, 201]],
  ['another expectation', announced('Expect: 200-ok\r\n'), [417], [417]],
  ['an expectation in HTTP/1.0', announced('Expect: 100-continue\r\n', '1.0'), [], [201]],
  ['an expectation of who may not', announced('Expect: 100-continue\r\nX: y\r\n').replace(as, ''), [401], [401]],
  ['an expectation for what is not there', announced('Expect: 100-continue\r\n', '1.1', '/v2/e/blobs/x/'), [404], [404]],
  ['a coded body', announced('Content-Encoding: gzip\r\n'), [415], [415]],
  ['a coded body with an expectation', announced('Content-Encoding: zstd\r\nExpect: 100-continue\r\n'), [415], [415]],
  ['a body that is coded as itself', announced('Content-Encoding: identity\r\n'), [], [201]],
]
for (const [why, head, before, after] of invitations)
  test(`§10.1.1, §8.4 ${why}: ${after.join(', ')}`, async () => {
    const connection = await openRaw(server.address)
    connection.socket.write(head.replaceAll(as, admin))
    await connection.until(/HTTP\/1\.1 [^]*?\r\n\r\n/, before.length > 0 ? 3000 : 150)
    assert.deepEqual(statusesOf(connection.text()), before)
    connection.socket.write('hello')
    await connection.until(/HTTP\/1\.1 [2-5][^]*?\r\n\r\n/, 3000)
    assert.deepEqual(statusesOf(connection.text()), after)
    // RFC 9110 §15.5.16.
    if (after.includes(415)) assert.match(connection.text(), /\r\nAccept-Encoding: identity\r\n/)
    connection.socket.destroy()
  })

test('§8.4 a coding is refused on every surface that takes a body, and says nothing of a request without one', async () => {
  for (const [method, path] of [
    ['PUT', '/v2/e/manifests/v1'],
    ['PATCH', '/acr/v1/e'],
    ['POST', '/oauth2/token'],
    ['POST', '/adfs/oauth2/token'],
    ['PUT', '/subscriptions/x?api-version=2025-11-01'],
    ['POST', '/graph/v1.0/users'],
  ] as const)
    assert.equal((await send(server, method, path, { body: '{}', headers: { 'content-encoding': 'gzip' } })).status, 415, path)
  assert.equal((await send(server, 'POST', '/v2/e/blobs/uploads/', { headers: { 'content-encoding': 'gzip' } })).status, 202)
})

test('what comes behind a request is never written into its answer', async () => {
  const bytes = someBytes(8 * 1024 * 1024)
  const digest = await pushBlob(server, 'big', bytes)
  const connection = await openRaw(server.address)
  connection.socket.pause()
  connection.socket.write(`GET /v2/big/blobs/${digest} HTTP/1.1\r\n${host}${admin}\r\n`)
  connection.socket.write('GARBAGE\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 50))
  connection.socket.resume()
  await connection.ended(10_000)
  const text = connection.text()
  const body = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1')
  assert.ok(body.subarray(0, bytes.length).equals(bytes), 'all of it, and nothing else')
  assert.deepEqual(statusesOf(body.subarray(bytes.length).toString('latin1')), [501])
})

/** RFC 9110 §12: what is stored is given or refused, never converted. */
const accepted: readonly (readonly [string | undefined, number])[] = [
  [undefined, 200],
  ['', 200],
  ['*/*', 200],
  ['application/*', 200],
  [mediaTypes.image, 200],
  [`${mediaTypes.image.toUpperCase()};q=0.3`, 200],
  ['text/html, image/gif, *; q=.2', 200],
  [`text/html, ${mediaTypes.image}`, 200],
  [`*/*;q=0, ${mediaTypes.image}`, 200],
  [`${mediaTypes.image};q=0, */*`, 404],
  ['text/html', 404],
  [mediaTypes.index, 404],
]
test('§12.5.1 Accept of a manifest, by the most specific range; §12.5.5 the answer says that it depends on it', async () => {
  const { manifest, config, layers } = makeImage()
  for (const each of [config, ...layers]) await pushBlob(server, 'n', each)
  await send(server, 'PUT', '/v2/n/manifests/v1', { body: manifest, headers: { 'content-type': mediaTypes.image } })
  for (const [accept, status] of accepted)
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(server, method, '/v2/n/manifests/v1', { headers: accept === undefined ? {} : { accept } })
      assert.equal(answer.status, status, `${method} ${accept}`)
      assert.equal(answer.headers.vary, 'Accept', `${method} ${accept}`)
    }
})

test('§12.5.2–4 charsets, codings and languages that are asked for change no byte', async () => {
  const headers = { 'accept-encoding': 'gzip, br, identity;q=0', 'accept-charset': 'utf-16', 'accept-language': 'fr', te: 'trailers' }
  for (const path of ['/v2/n/manifests/v1', '/v2/_catalog', '/acr/v1/_catalog']) {
    const [plain, asked] = [await send(server, 'GET', path), await send(server, 'GET', path, { headers })]
    assert.ok(asked.body.equals(plain.body))
    assert.deepEqual([asked.headers['content-encoding'], asked.headers['transfer-encoding']], [undefined, undefined])
  }
})

test('what is no HTTP at all is told so in words, and HTTP/0.9 is', async () => {
  for (const bytes of [
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'GET /v2/\r\n\r\n',
    'SSH-2.0-OpenSSH_9.2\r\n',
    '{"json":true}\r\n\r\n',
  ]) {
    const { text, ended } = await exchangeRaw(server.address, Buffer.from(bytes, 'latin1'))
    assert.ok([400, 501, 505].includes(statusesOf(text)[0] ?? 0), JSON.stringify(bytes))
    assert.match(text, /\{"errors":\[\{"code":"UNSUPPORTED","message":".+"/)
    assert.notEqual(ended, 'open')
  }
})
