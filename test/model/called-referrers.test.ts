// What the lists of a registry tell of each item, called without a socket.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openSurfaces } from './called-surfaces.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const imageType = 'application/vnd.oci.image.manifest.v1+json'
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 }
let surfaces: Awaited<ReturnType<typeof openSurfaces>>
before(async () => {
  surfaces = await openSurfaces()
})
after(() => surfaces.close())

async function put(repository: string, reference: string, change: object) {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: imageType, config: empty, layers: [], ...change })
  const { status, headers } = await surfaces.call('PUT', `/v2/${repository}/manifests/${reference || digestOf(body)}`, {
    body,
    headers: { 'content-type': imageType },
  })
  assert.equal(status, 201)
  return { digest: digestOf(body), size: body.length, subject: headers['oci-subject'] }
}

test('referrers: each with its type and annotations where it has any, and what the list was filtered by', async () => {
  await surfaces.call('POST', `/v2/a/blobs/uploads/?digest=${empty.digest}`, { body: '{}' })
  const { digest: of, size, subject: none } = await put('a', 'v1', {})
  const subject = { mediaType: imageType, digest: of, size }
  const typed = await put('a', '', { subject, artifactType: 'application/x', annotations: { a: 'b"c' } })
  const plain = await put('a', '', { subject })
  assert.deepEqual([none, typed.subject, plain.subject], [undefined, of, of])
  const listed = async (query = '') => {
    const { status, headers, text } = await surfaces.call('GET', `/v2/a/referrers/${of}${query}`)
    const { manifests, ...rest } = JSON.parse(text) as { manifests: { digest: string }[] }
    assert.deepEqual([status, rest], [200, { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }])
    return {
      manifests: Object.fromEntries(manifests.map((each) => [each.digest, each])),
      filtered: headers['oci-filters-applied'],
      link: headers.link,
    }
  }
  const { manifests, filtered, link } = await listed()
  assert.deepEqual([filtered, link], [undefined, undefined])
  const item = ({ digest, size: bytes }: typeof typed, more: object) => ({ mediaType: imageType, digest, size: bytes, ...more })
  assert.deepEqual(manifests, {
    [typed.digest]: item(typed, { artifactType: 'application/x', annotations: { a: 'b"c' } }),
    [plain.digest]: item(plain, { artifactType: empty.mediaType }),
  })
  const some = await listed('?artifactType=application/x')
  assert.deepEqual([Object.keys(some.manifests), some.filtered], [[typed.digest], 'artifactType'])
  const first = await listed('?n=1')
  assert.match(String(first.link), /^<\/v2\/a\/referrers\/sha256:[0-9a-f]{64}\?n=1&last=sha256%3A[0-9a-f]{64}>; rel="next"$/)
  const index = { mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [], subject, config: undefined, layers: undefined }
  const body = JSON.stringify({ schemaVersion: 2, ...index })
  await surfaces.call('PUT', `/v2/a/manifests/${digestOf(body)}`, { body, headers: { 'content-type': index.mediaType } })
  assert.deepEqual((await listed()).manifests[digestOf(body)], { mediaType: index.mediaType, digest: digestOf(body), size: body.length })
})

test('tags and repositories: in pages, with what comes next', async () => {
  for (const tag of ['b', 'c', 'a'])
    await put('tagged', tag, {}).catch(async () => {
      await surfaces.call('POST', `/v2/tagged/blobs/uploads/?digest=${empty.digest}`, { body: '{}' })
      await put('tagged', tag, {})
    })
  const tags = async (query = '') => {
    const { text, headers } = await surfaces.call('GET', `/v2/tagged/tags/list${query}`)
    return [JSON.parse(text), headers.link]
  }
  assert.deepEqual(await tags(), [{ name: 'tagged', tags: ['a', 'b', 'c'] }, undefined])
  assert.deepEqual(await tags('?n=2'), [{ name: 'tagged', tags: ['a', 'b'] }, '</v2/tagged/tags/list?last=b&n=2>; rel="next"'])
  assert.deepEqual(await tags('?n=2&last=b'), [{ name: 'tagged', tags: ['c'] }, undefined])
  assert.deepEqual(await tags('?n=3'), [{ name: 'tagged', tags: ['a', 'b', 'c'] }, undefined])
  const { text, headers } = await surfaces.call('GET', '/v2/_catalog?n=1')
  assert.deepEqual([JSON.parse(text), headers.link], [{ repositories: ['a'] }, '</v2/_catalog?last=a&n=1>; rel="next"'])
})
