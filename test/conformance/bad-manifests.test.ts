import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, makeImage, mediaTypes, pushImage, putManifest, someBytes } from '../world/content.ts'
import { errorCode, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start({ sparse: 'off' })
})
after(() => server.stop())

const repository = 'conformance/bad'

for (const algorithm of ['sha256', 'sha512'] as const)
  test(`bad digest image: the ${algorithm} digest in the URL is not the body's`, async () => {
    const image = await pushImage(server, repository, 'good')
    const wrong = digestOf(someBytes(), algorithm)
    const answer = await putManifest(server, repository, wrong, image.manifest)
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'DIGEST_INVALID'])
    assert.equal((await send(server, 'HEAD', `/v2/${repository}/manifests/${wrong}`)).status, 404)
  })

for (const [name, digest] of [
  ['unknown algorithm', `blake3:${'0'.repeat(64)}`],
  ['too short', `sha256:${'0'.repeat(63)}`],
  ['too long', `sha256:${'0'.repeat(65)}`],
  ['not hex', `sha256:${'g'.repeat(64)}`],
  ['upper case', `sha256:${'A'.repeat(64)}`],
  ['sha512 with the length of sha256', `sha512:${'0'.repeat(64)}`],
] as const)
  test(`invalid manifest digest, ${name}: 400 on put, get and head; on a blob; on referrers; inside a manifest`, async () => {
    const put = await putManifest(server, repository, digest, makeImage().manifest)
    assert.equal(put.status, 400)
    for (const method of ['GET', 'HEAD'])
      assert.equal((await send(server, method, `/v2/${repository}/manifests/${digest}`)).status, 400, method)
    assert.equal((await send(server, 'GET', `/v2/${repository}/blobs/${digest}`)).status, 400)
    assert.equal((await send(server, 'GET', `/v2/${repository}/referrers/${digest}`)).status, 400)
    const inside = await putManifest(server, repository, 'inside', {
      schemaVersion: 2,
      mediaType: mediaTypes.image,
      config: { mediaType: mediaTypes.config, digest, size: 3 },
      layers: [],
    })
    assert.deepEqual([inside.status, errorCode(inside)], [400, 'MANIFEST_INVALID'])
  })

test('missing manifest: 404 by digest and by tag, for get, head and delete', async () => {
  await pushImage(server, repository, 'there')
  for (const reference of [digestOf(someBytes()), 'not-there'])
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      const answer = await send(server, method, `/v2/${repository}/manifests/${reference}`)
      assert.equal(answer.status, 404, `${method} ${reference}`)
      if (method !== 'HEAD') assert.equal(errorCode(answer), 'MANIFEST_UNKNOWN')
    }
})

test('a manifest that names a blob which is not there is refused with MANIFEST_BLOB_UNKNOWN', async () => {
  const image = makeImage()
  const answer = await putManifest(server, repository, 'dangling', image.manifest)
  assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_BLOB_UNKNOWN'])
  assert.equal((await send(server, 'HEAD', `/v2/${repository}/manifests/dangling`)).status, 404)
})

test('an index that names a manifest which is not there is refused with MANIFEST_BLOB_UNKNOWN when sparse is off', async () => {
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [makeImage().descriptor] }
  const answer = await putManifest(server, repository, 'dangling', index, { mediaType: mediaTypes.index })
  assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_BLOB_UNKNOWN'])
})
