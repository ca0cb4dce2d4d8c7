import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Distribution } from '#app/distribution/distribution.ts'
import { RegistryError } from '#core/registry-error.ts'
import { openSurfaces } from './called-surfaces.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const config = '{"architecture":"amd64","os":"linux"}'
const imageType = 'application/vnd.oci.image.manifest.v1+json'
const image = JSON.stringify({
  schemaVersion: 2,
  mediaType: imageType,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
  layers: [],
})

let wrapped: (inner: Distribution) => Distribution = (inner) => inner
/** What stands in front is chosen by each test. */
const chosen = (inner: Distribution): Distribution => new Proxy(inner, { get: (_, name: keyof Distribution) => wrapped(inner)[name] })

let surfaces: Awaited<ReturnType<typeof openSurfaces>>
before(async () => {
  surfaces = await openSurfaces({}, [chosen])
})
after(() => surfaces.close())

const push = async (repository: string) => {
  const blob = await surfaces.call('POST', `/v2/${repository}/blobs/uploads/?digest=${digestOf(config)}`, { body: config })
  const manifest = await surfaces.call('PUT', `/v2/${repository}/manifests/v1`, { body: image, headers: { 'content-type': imageType } })
  return [blob.status, manifest.status]
}

test('an image is pushed, asked for and pulled, and no socket is open', async () => {
  assert.deepEqual(await push('team/app'), [201, 201])
  const pulled = await surfaces.call('GET', '/v2/team/app/manifests/v1')
  assert.deepEqual([pulled.status, pulled.text, pulled.headers['docker-content-digest']], [200, image, digestOf(image)])
  assert.deepEqual([pulled.headers.vary, pulled.headers['docker-distribution-api-version']], ['Accept', 'registry/2.0'])
  const blob = await surfaces.call('GET', `/v2/team/app/blobs/${digestOf(config)}`, { headers: { range: 'bytes=1-4' } })
  assert.deepEqual([blob.status, blob.text, blob.headers['content-range']], [206, config.slice(1, 5), `bytes 1-4/${config.length}`])
  const beyond = await surfaces.call('GET', `/v2/team/app/blobs/${digestOf(config)}`, { headers: { range: 'bytes=900-' } })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, `bytes */${config.length}`])
})

test('who is nobody is told which token to get; the log has who asked for what', async () => {
  const refused = await surfaces.call('PUT', '/v2/team/app/manifests/v2', { as: '', body: image })
  assert.equal(refused.status, 401)
  assert.match(String(refused.headers['www-authenticate']), /scope="repository:team\/app:pull,push"/)
  assert.deepEqual([refused.http.log.repository, refused.http.log.failure], ['team/app', 'unauthorized'])
  const mount = await surfaces.call('POST', `/v2/b/blobs/uploads/?mount=${digestOf(config)}&from=team/app`, { as: '' })
  assert.match(String(mount.headers['www-authenticate']), /scope="repository:b:pull,push repository:team\/app:pull"/)
})

test('what a lock closes is told with the methods that stay open', async () => {
  await push('locked/app')
  const locked = await surfaces.call('PATCH', '/acr/v1/locked/app/_tags/v1', { body: '{"deleteEnabled":false}' })
  assert.equal(locked.status, 200, locked.text)
  const refused = await surfaces.call('DELETE', '/v2/locked/app/manifests/v1')
  assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD, PUT'])
  const untagged = await surfaces.call('DELETE', '/acr/v1/locked/app/_tags/v1')
  assert.deepEqual([untagged.status, untagged.headers.allow], [405, 'GET, HEAD, PATCH'])
})

test('a registry that may only be read is a wrapper: every push and delete of both dialects meets it, every pull passes', async (t) => {
  assert.deepEqual(await push('only/read'), [201, 201])
  const { headers } = await surfaces.call('POST', '/v2/only/read/blobs/uploads/')
  const upload = String(headers.location)
  t.after(() => {
    wrapped = (inner) => inner
  })
  const refuse = async (): Promise<never> => {
    throw new RegistryError('denied', 'this registry is read only')
  }
  wrapped = (inner) => ({
    ...inner,
    putManifest: refuse,
    deleteManifest: refuse,
    deleteBlob: refuse,
    mountBlob: refuse,
    startUpload: refuse,
    appendToUpload: refuse,
    finishUpload: refuse,
  })
  const blob = `/v2/only/read/blobs/${digestOf(config)}`
  for (const [method, url] of [
    ['POST', '/v2/only/read/blobs/uploads/'],
    ['POST', `/v2/only/read/blobs/uploads/?digest=${digestOf(config)}`],
    ['POST', `/v2/only/other/blobs/uploads/?mount=${digestOf(config)}&from=only/read`],
    ['PATCH', upload],
    ['PUT', `${upload}&digest=${digestOf(config)}`],
    ['PUT', '/v2/only/read/manifests/v2'],
    ['DELETE', '/v2/only/read/manifests/v1'],
    ['DELETE', `/v2/only/read/manifests/${digestOf(image)}`],
    ['DELETE', blob],
    ['DELETE', '/acr/v1/only/read/_tags/v1'],
  ] as const) {
    const { status, text } = await surfaces.call(method, url, method === 'DELETE' ? {} : { body: image })
    assert.deepEqual([status, /read only/.test(text)], [403, true], `${method} ${url}`)
  }
  for (const url of [blob, '/v2/only/read/manifests/v1', '/v2/only/read/tags/list', '/v2/_catalog', '/acr/v1/only/read/_tags/v1'])
    assert.equal((await surfaces.call('GET', url)).status, 200, url)
  assert.equal((await surfaces.call('DELETE', upload)).status, 204, 'an upload may be given up')
})

test('a wrapper learns who reads: what is held back from one is served to another', async (t) => {
  await push('held/back')
  t.after(() => {
    wrapped = (inner) => inner
  })
  wrapped = (inner) => ({
    ...inner,
    async manifest(visit, reference) {
      if (visit.caller.kind === 'admin') throw new RegistryError('manifest-unknown', 'held back', {})
      return inner.manifest(visit, reference)
    },
  })
  assert.equal((await surfaces.call('GET', '/v2/held/back/manifests/v1')).status, 404)
})
