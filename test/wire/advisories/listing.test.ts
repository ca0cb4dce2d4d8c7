import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, makeImage, pushBlob, putManifest, pushImage, tokenFor } from '../../world/content.ts'
import { exchangeRaw, statusesOf } from '../../world/raw.ts'
import { authorizationOf, errorCode, header, json, type Principal, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'
import { nextOf } from '../../conformance/client.ts'

let server: Server
let alice: Principal
const names = Array.from({ length: 25 }, (_, index) => `team-${String(index).padStart(2, '0')}/app`)

before(async () => {
  server = await Server.start()
  const image = makeImage()
  for (const name of names) await pushImage(server, name, 'latest', image)
  alice = await tokenFor(server, `repository:${names[3]}:pull,push`)
})
after(() => server.stop())

test('B1 distribution CVE-2023-2253: n is capped or refused and allocates nothing', async () => {
  global.gc?.()
  const before = process.memoryUsage().rss
  for (const n of ['1000000000', '1000000000000000000', '999999999999999999'])
    for (const path of ['/v2/_catalog', `/v2/${names[0]}/tags/list`, `/v2/${names[0]}/referrers/${digestOf('x')}`])
      assert.equal((await send(server, 'GET', `${path}?n=${n}`)).status, n.length > 18 ? 400 : 200, `${path} ${n}`)
  for (const n of ['-1', '1.5', 'abc', '0x10', '1e3', '%20', '٣'])
    for (const path of ['/v2/_catalog', `/v2/${names[0]}/tags/list`]) {
      const answer = await send(server, 'GET', `${path}?n=${encodeURIComponent(decodeURIComponent(n))}`)
      assert.deepEqual([answer.status, errorCode(answer)], [400, 'PAGINATION_NUMBER_INVALID'], `${path} ${n}`)
    }
  const none = await send(server, 'GET', '/v2/_catalog?n=0')
  assert.deepEqual([none.status, json<{ repositories: unknown[] }>(none).repositories, nextOf(none)], [200, [], undefined])
  assert.ok([200, 400].includes((await send(server, 'GET', '/v2/_catalog?n=3&n=1000000000')).status))
  assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024)
})

test('B2 Harbor CVE-2020-29662: no spelling of the catalog opens it to nobody', async () => {
  for (const path of [
    '/v2/_catalog',
    '/v2/_catalog/',
    '//v2/_catalog',
    '/v2//_catalog',
    '/v2/./_catalog',
    '/v2/../v2/_catalog',
    '/v2/%5Fcatalog',
    '/v2/%5fcatalog',
    '/v2/%255Fcatalog',
    '/v2%2f_catalog',
    '/V2/_catalog',
    '/v2/_CATALOG',
    '/v2/_catalog;x=1',
    '/v2/_catalog%00',
    '/v2/_catalog?n=1',
    '/acr/v1/_catalog',
    '/oauth2/../v2/_catalog',
    'http://localhost/v2/_catalog',
  ])
    for (const as of ['nobody', alice] as const) {
      const answer = await send(server, 'GET', path, { as })
      assert.ok([400, 401, 404].includes(answer.status), `${path}: ${answer.status}`)
      assert.ok(!answer.body.toString().includes('team-'), path)
    }
})

test('B3 artifact-keeper#3269: the catalog needs registry:catalog:*, and its pages are the whole of it', async () => {
  const refused = await send(server, 'GET', '/v2/_catalog', { as: alice })
  assert.equal(refused.status, 401)
  assert.match(header(refused, 'www-authenticate'), /scope="registry:catalog:\*",error="insufficient_scope"$/)
  assert.equal(refused.headers.link, undefined)
  const lister = await tokenFor(server, 'registry:catalog:*')
  for (const n of [1, 2, 7, 24, 25, 26, 1000]) {
    const all: string[] = []
    for (let path: string | undefined = `/v2/_catalog?n=${n}`; path !== undefined; ) {
      const page: Awaited<ReturnType<typeof send>> = await send(server, 'GET', path, { as: lister })
      assert.equal(page.status, 200)
      all.push(...json<{ repositories: string[] }>(page).repositories)
      path = nextOf(page)
    }
    assert.deepEqual(all, names, `n=${n}`)
  }
  assert.equal((await send(server, 'GET', `/v2/${names[0]}/tags/list`, { as: lister })).status, 401, 'listing is not reading')
})

test('B4 Harbor CVE-2019-19030: an unknown user and an unknown repository look like a wrong password and a forbidden one', async () => {
  const shape = async (path: string, as: Principal) => {
    const answer = await send(server, 'GET', path, { as })
    const { 'x-ms-correlation-request-id': _, date: __, ...headers } = answer.headers
    return { status: answer.status, headers, body: answer.body.toString() }
  }
  const token = `/oauth2/token?service=${server.loginServer}&scope=repository:x:pull`
  for (const path of ['/v2/', token])
    assert.deepEqual(
      await shape(path, { user: server.user, password: 'wrong' }),
      await shape(path, { user: 'nobody-of-that-name', password: 'wrong' }),
    )
  const there = await shape(`/v2/${names[0]}/tags/list`, 'nobody')
  const absent = await shape('/v2/team-xx/app/tags/list', 'nobody')
  const forget = (value: object, name: string) => JSON.stringify(value).replaceAll(name, '…')
  assert.equal(forget(there, 'team-00/app'), forget(absent, 'team-xx/app'))
})

test('B5 Harbor CVE-2025-30086: names of columns, quotes and NUL in a query choose nothing and break nothing', async () => {
  const whole = json<{ repositories: string[] }>(await send(server, 'GET', '/v2/_catalog')).repositories
  for (const text of [
    'secret_hash',
    '__proto__',
    'constructor',
    "' OR 1=1 --",
    '";--',
    "x'); DROP TABLE repository;--",
    '%',
    '_',
    '\\',
    '\u0000',
  ]) {
    const value = encodeURIComponent(text)
    for (const name of ['orderby', '$filter', '$orderby', 'q', 'sort', '__proto__'])
      assert.deepEqual(json<{ repositories: string[] }>(await send(server, 'GET', `/v2/_catalog?${name}=${value}`)).repositories, whole)
    for (const path of ['/v2/_catalog', `/v2/${names[0]}/tags/list`]) {
      const answer = await send(server, 'GET', `${path}?last=${value}`)
      assert.equal(answer.status, 200, `${path} last=${text}`)
      assert.ok(!answer.body.toString().includes('secret_hash'))
    }
    const referrers = await send(server, 'GET', `/v2/${names[0]}/referrers/${digestOf('x')}?artifactType=${value}`)
    assert.ok([200, 400].includes(referrers.status))
  }
  assert.equal((await send(server, 'GET', `/v2/${names[0]}/manifests/latest`)).status, 200)
})

test('B6 Link: relative, percent-encoded, one header, whatever last and artifactType are', async () => {
  for (const last of ['"><script>', '\r\nX-Evil: 1', '\r\n\r\n<html>', 'ü', '<https://evil.example>; rel="next"', 'a'.repeat(7000)]) {
    const answer = await send(server, 'GET', `/v2/_catalog?n=1&last=${encodeURIComponent(last)}`)
    assert.ok([200, 400].includes(answer.status))
    assert.equal(answer.headers['x-evil'], undefined)
    const link = header(answer, 'link')
    if (link) assert.match(link, /^<\/v2\/_catalog\?[A-Za-z0-9%_.~&=!'()*-]+>; rel="next"$/)
  }
  const subject = await pushImage(server, 'linked', 'subject')
  const type = 'application/vnd.example+json'
  for (let i = 0; i < 2; i++) await pushImage(server, 'linked', `r${i}`, makeImage({ subject: subject.descriptor, artifactType: type }))
  const paged = await send(server, 'GET', `/v2/linked/referrers/${subject.digest}?n=1&artifactType=${encodeURIComponent(type)}`)
  const next = nextOf(paged)
  assert.match(next ?? '', /^\/v2\/linked\/referrers\/sha256:[0-9a-f]{64}\?artifactType=application%2Fvnd\.example%2Bjson&n=1&last=/)
  assert.equal(json<{ manifests: unknown[] }>(await send(server, 'GET', next ?? '')).manifests.length, 1)
})

test('B6 a header that would be split by the name of a repository or a tag is never written', async () => {
  const { authorization = '' } = authorizationOf(server, 'admin')
  for (const path of [
    '/v2/a%0d%0aX-Evil:%201/manifests/latest',
    '/v2/a/manifests/x%0d%0aX-Evil:1',
    '/v2/a/blobs/uploads/?mount=x%0d%0aX-Evil:1',
  ]) {
    const method = path.includes('uploads') ? 'POST' : 'GET'
    const { text } = await exchangeRaw(
      server.address,
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    )
    assert.match(statusesOf(text).join(), /^40[04]$/, path)
    assert.ok(!/^x-evil/im.test(text))
  }
})

test('the tags list of a repository with one image is not touched by a manifest that another holds', async () => {
  const image = makeImage()
  await pushBlob(server, 'other', image.config)
  for (const layer of image.layers) await pushBlob(server, 'other', layer)
  await putManifest(server, 'other', 'mine', image.manifest)
  assert.deepEqual(json<{ tags: string[] }>(await send(server, 'GET', `/v2/${names[0]}/tags/list`)).tags, ['latest'])
})
