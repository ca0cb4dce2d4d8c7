import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, locationOf, makeImage, pushBlob, pushImage, putManifest, someBytes, startUpload } from '../../world/content.ts'
import { exchangeRaw, statusesOf } from '../../world/raw.ts'
import { authorizationOf, errorCode, header, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start()
  await pushImage(server, 'd', 'good')
})
after(() => server.stop())

const hex = 'a'.repeat(64)

test('D10 c/image CVE-2024-3727: only the two algorithms, in their one spelling, everywhere a digest may stand', async () => {
  for (const digest of [
    'sha256:../../x',
    `SHA256:${hex}`,
    `Sha256:${hex}`,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}a`,
    `sha256:${hex.toUpperCase()}`,
    `md5:${'a'.repeat(32)}`,
    `sha1:${'a'.repeat(40)}`,
    `sha384:${'a'.repeat(96)}`,
    `sha512:${hex}`,
    `sha256+b64:${hex}`,
    `sha256:${'x'.repeat(6000)}`,
    `sha256: ${hex}`,
    `sha256:${hex}\n`,
    `sha256:${hex}/..`,
    'sha256:',
    ':',
  ]) {
    const text = encodeURIComponent(digest)
    for (const [method, path] of [
      ['GET', `/v2/d/blobs/${text}`],
      ['HEAD', `/v2/d/blobs/${text}`],
      ['DELETE', `/v2/d/blobs/${text}`],
      ['GET', `/v2/d/manifests/${text}`],
      ['DELETE', `/v2/d/manifests/${text}`],
      ['GET', `/v2/d/referrers/${text}`],
      ['POST', `/v2/d/blobs/uploads/?digest=${text}`],
      ['POST', `/v2/d/blobs/uploads/?mount=${text}&from=d`],
      ['GET', `/v2/d/referrers/${digestOf('x')}?last=${text}`],
    ] as const) {
      const answer = await send(server, method, path)
      // A slash inside makes the path another one.
      const expected = digest.includes('/') && !path.includes('=') ? [400, 404] : [400]
      assert.ok(expected.includes(answer.status), `${method} ${path.slice(0, 120)}: ${answer.status}`)
      if (method !== 'HEAD' && answer.status === 400)
        assert.ok(['DIGEST_INVALID', 'NAME_INVALID', 'TAG_INVALID'].includes(errorCode(answer)), errorCode(answer))
    }
    const session = locationOf(await startUpload(server, 'd'), `digest=${text}`)
    assert.equal((await send(server, 'PUT', session, { body: 'x' })).status, 400)
  }
  for (const path of ['/v2/d/blobs/sha256:%2e%2e', `/v2/d/blobs/sha256:%252e%252e`, `/v2/d/blobs/..%2f..%2fetc`])
    assert.ok([400, 404].includes((await send(server, 'GET', path)).status), path)
})

test('D10 sha512 end to end; a manifest under another digest than its own is refused', async () => {
  const bytes = someBytes(100)
  const digest = digestOf(bytes, 'sha512')
  const session = await startUpload(server, 'd')
  assert.equal((await send(server, 'PUT', locationOf(session, `digest=${digest}`), { body: bytes })).status, 201)
  assert.ok((await send(server, 'GET', `/v2/d/blobs/${digest}`)).body.equals(bytes))
  assert.equal((await send(server, 'HEAD', `/v2/d/blobs/${digestOf(bytes)}`)).status, 404, 'not under the other algorithm')
  const image = makeImage()
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const answer = await putManifest(server, 'd', digestOf('other', algorithm), image.manifest)
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'DIGEST_INVALID'])
  }
})

test('D11 names that would reach a header, a path or a log as something else are refused', async () => {
  const long = 'a'.repeat(255)
  const good = ['a', 'a/b/c', 'a-b', 'a.b', 'a_b', 'a__b', 'a--b', '0', long, 'library/x/manifests', 'blobs/uploads', 'tags']
  for (const name of good) {
    const answer = await send(server, 'GET', `/v2/${name}/manifests/none`)
    assert.deepEqual([answer.status, errorCode(answer)], [404, 'MANIFEST_UNKNOWN'], name)
  }
  for (const name of [
    `${long}a`,
    'A',
    'a/B',
    '_a',
    '.a',
    '-a',
    'a-',
    'a..b',
    'a___b',
    'a._b',
    'a%20b',
    'a%00',
    'a%2500',
    'a%0d%0ab',
    'a%0ab',
    '..',
    'a/../b',
    'a/./b',
    'a//b',
    '%2e%2e/%2e%2e/etc',
    'a%252fb',
    'a%5cb',
    '%E2%80%AEa',
    '%F0%9F%98%80',
    '%ff',
    'a%',
    'a:b',
    'a@b',
    'a;b',
    'a?b'.replace('?', '%3f'),
    '$(id)',
  ])
    for (const [method, path] of [
      ['GET', `/v2/${name}/manifests/latest`],
      ['GET', `/v2/${name}/tags/list`],
      ['POST', `/v2/${name}/blobs/uploads/`],
    ] as const) {
      const answer = await send(server, method, path)
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`)
      assert.ok(['NAME_INVALID', 'NAME_UNKNOWN'].includes(errorCode(answer)), `${path}: ${errorCode(answer)}`)
    }
})

test('D11 tags: up to 128 of the characters that the specification allows', async () => {
  const image = await pushImage(server, 'tags', 'first')
  for (const tag of ['a', 'A.b-c_d', '_x', 'v1.0', 'a'.repeat(128), 'sha256-abc', `sha256-${hex}`, '0', 'latest', '__proto__'])
    assert.equal((await putManifest(server, 'tags', tag, image.manifest)).status, 201, tag)
  for (const tag of [
    '.a',
    '-a',
    'a'.repeat(129),
    'a%20',
    'a%00',
    'a%0d%0a',
    'a%2fb',
    'ä',
    'a+b',
    'a%25',
    '%F0%9F%98%80',
    '%E2%80%AEa',
    'sha256:abc',
    `sha1:${hex}`,
    'a*',
  ]) {
    const answer = await putManifest(
      server,
      'tags',
      encodeURI(decodeURISafe(tag)) === tag ? tag : tag.includes('%') ? tag : encodeURIComponent(tag),
      image.manifest,
    )
    assert.ok([400, 404].includes(answer.status), `${tag}: ${answer.status}`)
    const query = await putManifest(
      server,
      'tags',
      `${image.digest}?tag=ok&tag=${tag.includes('%') ? tag : encodeURIComponent(tag)}`,
      image.manifest,
    )
    assert.equal(query.status, 400, `?tag=${tag}`)
  }
  assert.equal((await send(server, 'HEAD', '/v2/tags/manifests/ok')).status, 404, 'a request with one bad tag makes none')
})

function decodeURISafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

test('D13 zot 9ba59559: a Content-Range that is none is refused and the session stands', async () => {
  const bytes = someBytes(10)
  const { authorization = '' } = authorizationOf(server, 'admin')
  const session = locationOf(await startUpload(server, 'd'))
  for (const range of [
    '',
    '-',
    '5',
    '0-',
    '-5',
    'a-b',
    '9-3',
    '0-18446744073709551616',
    '0-9,10-19',
    'bytes',
    'bytes 0-9/5x',
    '0 - 9',
    '0x0-0x9',
    '٠-٩',
    '1e0-1e1',
    '-1-5',
  ])
    for (const method of ['PATCH', 'PUT']) {
      const path = method === 'PUT' ? `${session}?digest=${digestOf(bytes)}` : session
      const { text } = await exchangeRaw(
        server.address,
        Buffer.concat([
          Buffer.from(
            `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Range: ${range}\r\nContent-Length: 10\r\nConnection: close\r\n\r\n`,
          ),
          bytes,
        ]),
      )
      assert.ok([400, 416].includes(statusesOf(text)[0] ?? 0), `${method} "${range}": ${text.split('\r\n')[0]}`)
    }
  const status = await send(server, 'GET', session)
  assert.deepEqual([status.status, header(status, 'range')], [204, '0-0'])
  assert.equal((await send(server, 'PUT', `${session}?digest=${digestOf(bytes)}`, { body: bytes })).status, 201)
})

test('E1 Nexus CVE-2024-4956: no spelling of a path leaves the API', async () => {
  const ups = [
    '..',
    '%2e%2e',
    '%252e%252e',
    '..%2f',
    '..%252f',
    '..;',
    '..%5c',
    '%c0%ae%c0%ae',
    '%uff0e%uff0e',
    '.%00.',
    '....//',
    '%2e%2e%2f%2e%2e',
  ]
  for (const up of ups)
    for (const path of [
      `/${up}/${up}/etc/passwd`,
      `/v2/${up}/${up}/longshore.db`,
      `/v2/d/blobs/${up}/${up}/keys/secret.key`,
      `/v2/d/manifests/${up}`,
      `/oauth2/${up}/v2/_catalog`,
      `/v2/d/blobs/uploads/${up}`,
    ]) {
      const answer = await send(server, 'GET', path)
      assert.ok([400, 404, 405].includes(answer.status), `${path}: ${answer.status}`)
      assert.ok(!answer.body.toString().includes('root:') && !answer.body.toString().includes('SQLite'))
    }
})

test('a manifest of a media type that is none of ours is refused, and blobs never come with their own type', async () => {
  const html = Buffer.from('<script>alert(1)</script>')
  const digest = await pushBlob(server, 'd', html)
  const answer = await send(server, 'GET', `/v2/d/blobs/${digest}`)
  assert.equal(header(answer, 'content-type'), 'application/octet-stream')
  assert.equal(header(answer, 'content-disposition'), 'attachment')
  assert.equal(header(answer, 'x-content-type-options'), 'nosniff')
  const refused = await putManifest(server, 'd', 'html', html, { mediaType: 'text/html' })
  assert.equal(refused.status, 400)
})
