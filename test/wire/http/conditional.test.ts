import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, type Image, makeImage, mediaTypes, pushBlob, pushImage, putManifest, someBytes } from '../../world/content.ts'
import { errorCode, header, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

// RFC 9110 §13: conditional requests. Nothing here has a date of change, so conditions on dates are not read (§13.1.3, §13.1.4).

let server: Server
let image: Image
let other: Image
const tag = '/v2/c/manifests/v1'
before(async () => {
  server = await Server.start()
  image = await pushImage(server, 'c', 'v1')
  other = await pushImage(server, 'c', 'other')
})
after(() => server.stop())

const quoted = (digest: string) => `"${digest}"`
const none = quoted(digestOf('none'))
const past = 'Tue, 01 Jan 1980 00:00:00 GMT'
const future = 'Tue, 01 Jan 2999 00:00:00 GMT'

/** Conditions on a representation with this entity tag, and what a GET of it is answered. */
const reads = (etag: string): readonly (readonly [Record<string, string>, number])[] => [
  [{ 'if-none-match': quoted(etag) }, 304],
  [{ 'if-none-match': `W/${quoted(etag)}` }, 304],
  [{ 'if-none-match': etag }, 304],
  [{ 'if-none-match': `${none}, ${quoted(etag)}` }, 304],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-none-match': none }, 200],
  [{ 'if-none-match': quoted(etag.toUpperCase()) }, 200],
  [{ 'if-match': quoted(etag) }, 200],
  [{ 'if-match': '*' }, 200],
  [{ 'if-match': `${none},${quoted(etag)}` }, 200],
  [{ 'if-match': none }, 412],
  [{ 'if-match': `W/${quoted(etag)}` }, 412],
  [{ 'if-match': none, 'if-none-match': quoted(etag) }, 412],
  [{ 'if-match': quoted(etag), 'if-none-match': quoted(etag) }, 304],
  [{ 'if-modified-since': future }, 200],
  [{ 'if-unmodified-since': past }, 200],
  [{ 'if-none-match': none, 'if-modified-since': future }, 200],
  [{ 'if-match': quoted(etag), 'if-unmodified-since': past }, 200],
]

test('§13.2.2 a GET and a HEAD of a manifest and of a blob are judged in the order of precedence', async () => {
  const blob = digestOf(image.config)
  for (const [path, etag] of [
    [tag, image.digest],
    [`/v2/c/manifests/${image.digest}`, image.digest],
    [`/v2/c/blobs/${blob}`, blob],
  ] as const)
    for (const [headers, status] of reads(etag))
      for (const method of ['GET', 'HEAD']) {
        const answer = await send(server, method, path, { headers })
        const what = `${method} ${path} ${JSON.stringify(headers)}`
        assert.equal(answer.status, status, what)
        if (status !== 412) assert.equal(header(answer, 'etag'), quoted(etag), what)
        if (status === 412 && method === 'GET') assert.equal(errorCode(answer), 'PRECONDITION_FAILED', what)
        // §15.4.5: what a cache needs to find what it has, and nothing that describes a body.
        if (status === 304)
          assert.deepEqual(
            [answer.body.length, answer.headers['content-type'], answer.headers['content-length']],
            [0, undefined, undefined],
            what,
          )
      }
})

test('§13.2.1 what is not there, or may not be read, is told before any condition', async () => {
  for (const headers of [{ 'if-match': '*' }, { 'if-match': none }, { 'if-none-match': '*' }]) {
    assert.equal((await send(server, 'GET', '/v2/c/manifests/none', { headers })).status, 404)
    assert.equal((await send(server, 'DELETE', '/v2/c/manifests/none', { headers })).status, 404)
    assert.equal((await send(server, 'GET', tag, { headers, as: 'nobody' })).status, 401)
    assert.equal((await putManifest(server, 'c', 'v1', 'no manifest', { headers })).status, 400)
  }
})

/** Conditions on a tag that names `image`, and whether a PUT or a DELETE of it is done. */
const writes: readonly (readonly [Record<string, string>, boolean])[] = [
  [{ 'if-match': none }, false],
  [{ 'if-none-match': '*' }, false],
  [{ 'if-match': '"v1"' }, false],
  [{ 'if-match': '*' }, true],
  [{ 'if-none-match': none }, true],
  [{ 'if-unmodified-since': past }, true],
]

test('§13.1 a PUT of a tag is done or 412, and then nothing has moved', async () => {
  for (const [headers, done] of [
    ...writes,
    [{ 'if-match': quoted(image.digest) }, true],
    [{ 'if-none-match': quoted(image.digest) }, false],
    [{ 'if-match': `W/${quoted(image.digest)}` }, false],
    [{ 'if-match': quoted(image.digest), 'if-none-match': quoted(image.digest) }, false],
  ] as typeof writes) {
    await putManifest(server, 'c', 'moves', image.manifest)
    const answer = await putManifest(server, 'c', 'moves', other.manifest, { headers })
    assert.equal(answer.status, done ? 201 : 412, JSON.stringify(headers))
    assert.equal(header(await send(server, 'HEAD', '/v2/c/manifests/moves'), 'etag'), quoted(done ? other.digest : image.digest))
  }
})

test('§13.1 a PUT of what is not there: If-Match fails, If-None-Match: * holds once', async () => {
  const fresh = makeImage()
  for (const bytes of [fresh.config, ...fresh.layers]) await pushBlob(server, 'c', bytes)
  for (const reference of ['fresh', fresh.digest]) {
    for (const match of ['*', none, quoted(fresh.digest)])
      assert.equal((await putManifest(server, 'c', reference, fresh.manifest, { headers: { 'if-match': match } })).status, 412, match)
    assert.equal((await send(server, 'HEAD', `/v2/c/manifests/${reference}`)).status, 404)
    const once = () => putManifest(server, 'c', reference, fresh.manifest, { headers: { 'if-none-match': '*' } })
    assert.deepEqual([(await once()).status, (await once()).status], [201, 412])
    assert.equal((await send(server, 'DELETE', `/v2/c/manifests/${fresh.digest}`)).status, 202)
  }
  const more = await putManifest(server, 'c', `${image.digest}?tag=v1`, image.manifest, { headers: { 'if-match': none } })
  assert.equal(more.status, 412, 'of a digest, its own state counts')
  const inNew = await putManifest(
    server,
    'c/new',
    'v1',
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
    {
      mediaType: mediaTypes.index,
      headers: { 'if-match': '*' },
    },
  )
  assert.equal(inNew.status, 412)
  assert.ok(!(await send(server, 'GET', '/v2/_catalog')).body.includes('c/new'))
})

test('§13.1 a DELETE of a tag, by either dialect, of a manifest and of a blob is done or 412', async () => {
  for (const [headers, done] of [...writes, [{ 'if-match': quoted(image.digest) }, true] as const])
    for (const path of ['/v2/c/manifests/goes', '/acr/v1/c/_tags/goes']) {
      await putManifest(server, 'c', 'goes', image.manifest)
      assert.equal((await send(server, 'DELETE', path, { headers })).status, done ? 202 : 412, `${path} ${JSON.stringify(headers)}`)
      assert.equal((await send(server, 'HEAD', '/v2/c/manifests/goes')).status, done ? 404 : 200)
    }
  const bytes = someBytes()
  const blob = await pushBlob(server, 'c', bytes)
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] })
  assert.equal((await putManifest(server, 'c', digestOf(index), index, { mediaType: mediaTypes.index })).status, 201)
  for (const [path, etag] of [
    [`/v2/c/blobs/${blob}`, blob],
    [`/v2/c/manifests/${digestOf(index)}`, digestOf(index)],
  ] as const) {
    for (const headers of [{ 'if-match': none }, { 'if-none-match': '*' }, { 'if-none-match': quoted(etag) }])
      assert.equal((await send(server, 'DELETE', path, { headers })).status, 412, path)
    assert.equal((await send(server, 'DELETE', path, { headers: { 'if-match': quoted(etag) } })).status, 202)
    assert.equal((await send(server, 'DELETE', path, { headers: { 'if-match': none } })).status, 404)
  }
})

test('§13.2.1 a lock is told before any condition', async () => {
  await putManifest(server, 'c', 'locked', image.manifest)
  const lock = (enabled: boolean) =>
    send(server, 'PATCH', '/acr/v1/c/_tags/locked', { body: JSON.stringify({ writeEnabled: enabled }) }).then(({ status }) =>
      assert.equal(status, 200),
    )
  await lock(false)
  const headers = { 'if-match': none }
  assert.equal((await putManifest(server, 'c', 'locked', other.manifest, { headers })).status, 405)
  assert.equal((await send(server, 'DELETE', '/v2/c/manifests/locked', { headers })).status, 405)
  await lock(true)
})

test('of writers that all saw the same state exactly one wins, whatever they write', async () => {
  for (let round = 0; round < 5; round++) {
    await putManifest(server, 'c', 'raced', image.manifest)
    const candidates = await Promise.all(Array.from({ length: 6 }, () => pushImage(server, 'c', `candidate`)))
    const answers = await Promise.all([
      ...candidates.map(({ manifest }) => putManifest(server, 'c', 'raced', manifest, { headers: { 'if-match': quoted(image.digest) } })),
      send(server, 'DELETE', '/v2/c/manifests/raced', { headers: { 'if-match': quoted(image.digest) } }),
    ])
    const won = answers.filter(({ status }) => status === 201 || status === 202)
    assert.equal(won.length, 1)
    // Who comes behind a delete finds nothing there.
    assert.ok(answers.every(({ status }) => [201, 202, 412, 404].includes(status)))
    const now = await send(server, 'HEAD', '/v2/c/manifests/raced')
    if (won[0]?.status === 201) assert.equal(header(now, 'docker-content-digest'), header(won[0], 'docker-content-digest'))
    else assert.equal(now.status, 404)
    await send(server, 'DELETE', '/v2/c/manifests/raced')
    const firsts = await Promise.all(
      candidates.map(({ manifest }) => putManifest(server, 'c', 'raced', manifest, { headers: { 'if-none-match': '*' } })),
    )
    assert.deepEqual(firsts.map(({ status }) => status).sort(), [201, 412, 412, 412, 412, 412])
  }
})
