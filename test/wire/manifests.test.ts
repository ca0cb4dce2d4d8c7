import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { describeBytes, digestOf, makeImage, mediaTypes, pushBlob, pushImage, putManifest } from '../world/content.ts'
import { errorCode, header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start({ sparse: 'index' })
})
after(() => server.stop())

const docker = 'application/vnd.docker.distribution.manifest.v2+json'
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json'
const get = (reference: string, headers: Record<string, string> = {}, method = 'GET') =>
  send(server, method, `/v2/m/manifests/${reference}`, { headers })

test('Accept: the stored type or a refusal, never a conversion', async () => {
  await pushImage(server, 'm', 'v1')
  for (const [accept, status] of [
    ['', 200],
    ['*/*', 200],
    ['application/*', 200],
    [mediaTypes.image, 200],
    [mediaTypes.image.toUpperCase(), 200],
    [`${docker}, ${mediaTypes.image}`, 200],
    [`${docker};q=0.9,${mediaTypes.image};q=0.1`, 200],
    [`${mediaTypes.image};q=0`, 404],
    [docker, 404],
    ['text/html', 404],
    ['application/vnd.oci.image', 404],
  ] as const)
    for (const method of ['GET', 'HEAD']) {
      const answer = await get('v1', accept === '' ? {} : { accept }, method)
      assert.equal(answer.status, status, `${method} ${accept}`)
      if (status === 404 && method === 'GET') assert.equal(errorCode(answer), 'MANIFEST_UNKNOWN')
    }
  // Docker sends one header for each type.
  const several = await send(server, 'GET', '/v2/m/manifests/v1', { headers: { accept: [docker, dockerList, mediaTypes.image] } })
  assert.equal(several.status, 200)
})

test('If-None-Match: 304 for the digest, by tag and by digest, and no more once the tag has moved', async () => {
  const image = await pushImage(server, 'm', 'etag')
  const tag = `"${image.digest}"`
  for (const reference of ['etag', image.digest])
    for (const method of ['GET', 'HEAD']) {
      assert.equal(header(await get(reference, {}, method), 'etag'), tag)
      const answer = await get(reference, { 'if-none-match': tag }, method)
      assert.deepEqual([answer.status, answer.body.length, header(answer, 'docker-content-digest')], [304, 0, image.digest])
    }
  await pushImage(server, 'm', 'etag')
  assert.equal((await get('etag', { 'if-none-match': tag })).status, 200)
})

test('Docker’s own types are stored under their own name', async () => {
  const image = makeImage({ mediaType: docker })
  for (const blob of [image.config, ...image.layers]) await pushBlob(server, 'm', blob)
  assert.equal((await putManifest(server, 'm', 'docker', image.manifest, { mediaType: docker })).status, 201)
  assert.equal(header(await get('docker'), 'content-type'), docker)
  const list = { schemaVersion: 2, mediaType: dockerList, manifests: [describeBytes(docker, image.manifest)] }
  assert.equal((await putManifest(server, 'm', 'list', list, { mediaType: dockerList })).status, 201)
  assert.equal(header(await get('list'), 'content-type'), dockerList)
})

test('Content-Type: its parameters are ignored; without one the body tells', async () => {
  const image = await pushImage(server, 'm', 'typed')
  for (const type of [`${mediaTypes.image}; charset=utf-8`, mediaTypes.image.toUpperCase(), 'application/json']) {
    const answer = await putManifest(server, 'm', 'typed', image.manifest, { mediaType: type })
    assert.ok([201, 400].includes(answer.status), type)
    if (type !== 'application/json') assert.equal(answer.status, 201, type)
    assert.equal(header(await get('typed'), 'content-type'), mediaTypes.image)
  }
  const bare = await send(server, 'PUT', '/v2/m/manifests/bare', { body: image.manifest })
  assert.equal(bare.status, 201)
  assert.equal(header(await get('bare'), 'content-type'), mediaTypes.image)
})

test('schema 1 is refused with a sentence that helps', async () => {
  for (const [type, body] of [
    ['application/vnd.docker.distribution.manifest.v1+json', { schemaVersion: 1, name: 'm', tag: 'v1', fsLayers: [], history: [] }],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', { schemaVersion: 1, signatures: [] }],
    [docker, { schemaVersion: 1, fsLayers: [] }],
  ] as const) {
    const answer = await putManifest(server, 'm', 'schema1', body, { mediaType: type })
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'UNSUPPORTED'])
    assert.match(answer.body.toString(), /schema 2 or an OCI manifest/)
  }
})

test('the message of a refused manifest names the field', async () => {
  const image = makeImage()
  const good = JSON.parse(image.manifest.toString()) as { config: object; layers: object[] }
  for (const [more, pattern] of [
    [{ config: undefined }, /config is missing/],
    [{ layers: {} }, /layers must be a list/],
    [{ layers: [{ ...good.layers[0], digest: 'sha256:x' }] }, /layers\[0\]\.digest/],
    [{ config: { ...good.config, size: '1' } }, /config\.size/],
    [{ subject: { digest: digestOf('x') } }, /subject\.mediaType/],
    [{ annotations: { a: 1 } }, /annotations must hold strings/],
    [{ artifactType: 'none' }, /artifactType is not a media type/],
  ] as const) {
    const answer = await putManifest(server, 'm', 'refused', { ...good, ...more })
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_INVALID'])
    assert.match(json<{ errors: { message: string }[] }>(answer).errors[0]?.message ?? '', pattern)
  }
})

test('missing blobs are named, and nothing is stored', async () => {
  const image = makeImage({}, [10, 20])
  await pushBlob(server, 'm', image.config)
  const answer = await putManifest(server, 'm', 'dangling', image.manifest)
  assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_BLOB_UNKNOWN'])
  for (const layer of image.layers) assert.ok(answer.body.includes(digestOf(layer)))
  assert.equal((await get('dangling')).status, 404)
  assert.equal((await get(image.digest)).status, 404)
})

test('a repeated push changes nothing; one manifest under many tags is one', async () => {
  const image = await pushImage(server, 'many', 'one')
  for (const tag of ['one', 'two', 'two', image.digest]) assert.equal((await putManifest(server, 'many', tag, image.manifest)).status, 201)
  assert.deepEqual(json<{ tags: string[] }>(await send(server, 'GET', '/v2/many/tags/list')).tags, ['one', 'two'])
})

test('more than a hundred tags at once are refused', async () => {
  const image = await pushImage(server, 'm', 'tags')
  const query = (count: number) => Array.from({ length: count }, (_, index) => `tag=t${index}`).join('&')
  assert.equal((await putManifest(server, 'm', `${image.digest}?${query(100)}`, image.manifest)).status, 201)
  assert.equal((await putManifest(server, 'm', `${image.digest}?${query(101)}`, image.manifest)).status, 400)
})

test('a stored manifest keeps the media type of its first push, also under a lock, until it is deleted', async () => {
  // Without a type of its own the same bytes are an image of either kind.
  const image = makeImage({ mediaType: undefined })
  for (const blob of [image.config, ...image.layers]) await pushBlob(server, 'fixed', blob)
  assert.equal((await putManifest(server, 'fixed', 'v1', image.manifest)).status, 201)
  const lock = (enabled: boolean) =>
    send(server, 'PATCH', `/acr/v1/fixed/_manifests/${image.digest}`, {
      body: JSON.stringify({ writeEnabled: enabled }),
      headers: { 'content-type': 'application/json' },
    })
  const told = async () => {
    const { manifest } = json<{ manifest: object }>(await send(server, 'GET', `/acr/v1/fixed/_manifests/${image.digest}`))
    return manifest
  }
  for (const isOpen of [true, false]) {
    assert.equal((await lock(isOpen)).status, 200)
    const before = await told()
    for (const reference of ['v1', 'v2', image.digest]) {
      const answer = await putManifest(server, 'fixed', reference, image.manifest, { mediaType: docker })
      assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_INVALID'], reference)
      assert.match(
        answer.body.toString(),
        new RegExp(`is stored as \\\\"${mediaTypes.image.replaceAll('.', '\\.').replace('+', '\\+')}\\\\"`),
      )
    }
    assert.deepEqual(await told(), before)
    for (const reference of ['v1', image.digest])
      assert.equal(header(await send(server, 'GET', `/v2/fixed/manifests/${reference}`), 'content-type'), mediaTypes.image)
    assert.equal((await send(server, 'GET', '/v2/fixed/manifests/v2')).status, 404)
  }
  assert.equal((await lock(true)).status, 200)
  assert.equal((await putManifest(server, 'fixed', 'v2', image.manifest)).status, 201)
  // In another repository it is another manifest.
  for (const blob of [image.config, ...image.layers]) await pushBlob(server, 'fixed-too', blob)
  assert.equal((await putManifest(server, 'fixed-too', 'v1', image.manifest, { mediaType: docker })).status, 201)
  assert.equal((await send(server, 'DELETE', `/v2/fixed/manifests/${image.digest}`)).status, 202)
  assert.equal((await putManifest(server, 'fixed', 'v1', image.manifest, { mediaType: docker })).status, 201)
  assert.equal(header(await send(server, 'GET', '/v2/fixed/manifests/v1'), 'content-type'), docker)
})

test('as many annotations as anybody has, at each place; hundreds of thousands are refused', async () => {
  const annotations = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key-${at}`, 'value']))
  const most = makeImage({ annotations: annotations(10_000) })
  await pushImage(server, 'annotated', 'most', most)
  for (const [extra, where] of [
    [{ annotations: annotations(10_001) }, 'annotations'],
    [{ subject: { ...most.descriptor, annotations: annotations(10_001) } }, 'subject.annotations'],
  ] as const) {
    const answer = await putManifest(server, 'annotated', 'more', makeImage(extra).manifest)
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_INVALID'])
    assert.match(answer.body.toString(), new RegExp(`"manifest invalid: ${where} has more than 10000 entries"`))
  }
})
