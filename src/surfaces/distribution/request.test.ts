import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Digest } from '#core/digest.ts'
import type { Failure } from '#core/registry-error.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import { type DistributionRequest, formatRequest, formatUrl, parseRequest } from './request.ts'

const digest = `sha256:${'a1'.repeat(32)}` as Digest
const longDigest = `sha512:${'b2'.repeat(64)}` as Digest
const uploadId = '0f8fad5b-d9cb-469f-a165-70867728950e'
const repository = 'team/app' as RepositoryName
const odd = [
  'blobs/uploads',
  'a/manifests/b',
  'a/blobs',
  'a/tags/list',
  'tags',
  'manifests',
  'x/blobs/uploads',
  'a/referrers',
  'v2',
  'uploads',
] as RepositoryName[]
const page = { n: undefined, last: '' }
const tag = 'v1' as Tag

const table: readonly [line: string, request: DistributionRequest][] = [
  ['GET /v2/', { kind: 'ping' }],
  ['GET /v2/_catalog', { kind: 'catalog.list', page }],
  ['GET /v2/_catalog?n=10&last=a%2Fb', { kind: 'catalog.list', page: { n: 10, last: 'a/b' } }],
  [`GET /v2/team/app/blobs/${digest}`, { kind: 'blob.get', repository, digest }],
  [`HEAD /v2/team/app/blobs/${longDigest}`, { kind: 'blob.head', repository, digest: longDigest }],
  [`DELETE /v2/team/app/blobs/${digest}`, { kind: 'blob.delete', repository, digest }],
  ['GET /v2/team/app/manifests/v1', { kind: 'manifest.get', repository, reference: { kind: 'tag', tag } }],
  [`HEAD /v2/team/app/manifests/${digest}`, { kind: 'manifest.head', repository, reference: { kind: 'digest', digest } }],
  ['PUT /v2/team/app/manifests/v1', { kind: 'manifest.put', repository, reference: { kind: 'tag', tag }, tags: [] }],
  [
    `PUT /v2/team/app/manifests/${digest}?tag=v1&tag=v2`,
    { kind: 'manifest.put', repository, reference: { kind: 'digest', digest }, tags: [tag, 'v2' as Tag] },
  ],
  ['DELETE /v2/team/app/manifests/v1', { kind: 'manifest.delete', repository, reference: { kind: 'tag', tag } }],
  ['POST /v2/team/app/blobs/uploads/', { kind: 'upload.start', repository }],
  [`POST /v2/team/app/blobs/uploads/?digest=${encodeURIComponent(digest)}`, { kind: 'upload.start', repository, digest }],
  ['POST /v2/team/app/blobs/uploads/?digest-algorithm=sha512', { kind: 'upload.start', repository, algorithm: 'sha512' }],
  [`POST /v2/team/app/blobs/uploads/?mount=${encodeURIComponent(digest)}`, { kind: 'upload.start', repository, mount: { digest } }],
  [
    `POST /v2/team/app/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=a%2Fb`,
    { kind: 'upload.start', repository, mount: { digest, from: 'a/b' as RepositoryName } },
  ],
  [`PATCH /v2/team/app/blobs/uploads/${uploadId}`, { kind: 'upload.append', repository, uploadId }],
  [`PATCH /v2/team/app/blobs/uploads/${uploadId}?offset=0`, { kind: 'upload.append', repository, uploadId, offset: 0 }],
  [`GET /v2/team/app/blobs/uploads/${uploadId}?offset=4096`, { kind: 'upload.status', repository, uploadId, offset: 4096 }],
  [`GET /v2/team/app/blobs/uploads/${uploadId}`, { kind: 'upload.status', repository, uploadId }],
  [`DELETE /v2/team/app/blobs/uploads/${uploadId}`, { kind: 'upload.cancel', repository, uploadId }],
  [
    `PUT /v2/team/app/blobs/uploads/${uploadId}?digest=${encodeURIComponent(digest)}`,
    { kind: 'upload.finish', repository, uploadId, digest },
  ],
  ['GET /v2/team/app/tags/list', { kind: 'tags.list', repository, page }],
  ['GET /v2/team/app/tags/list?n=0', { kind: 'tags.list', repository, page: { n: 0, last: '' } }],
  [
    `GET /v2/team/app/referrers/${digest}?artifactType=a%2Fb%2Bc`,
    { kind: 'referrers.list', repository, digest, artifactType: 'a/b+c', page },
  ],
]
for (const [line, request] of table)
  test(`${line.slice(0, 90)} is read and written the same`, () => {
    const [method = '', url = ''] = line.split(' ')
    assert.deepEqual(parseRequest(method, url), request)
    assert.deepEqual(formatRequest(request), { method, url })
  })

for (const name of odd)
  test(`each deed in a repository named "${name}" is read as that deed in that repository`, () => {
    for (const [, request] of table) {
      if (!('repository' in request)) continue
      const inside = { ...request, repository: name } as DistributionRequest
      const { method, url } = formatRequest(inside)
      assert.deepEqual(parseRequest(method, url), inside)
    }
  })

test('whatever can be asked is written so that it is read back the same', () => {
  const flat = { noNullPrototype: true } as const
  const repositories = fc
    .array(fc.constantFrom('a', 'b0', 'blobs', 'uploads', 'manifests', 'tags', 'list', 'referrers', 'v2', 'x-y', 'x__y'), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join('/') as RepositoryName)
  const digests = fc.constantFrom(digest, longDigest)
  const tags = fc.constantFrom('v1', 'list', 'uploads', '_x', 'a.b-c', 'x'.repeat(128)) as fc.Arbitrary<Tag>
  const references = fc.oneof(
    tags.map((tag) => ({ kind: 'tag' as const, tag })),
    digests.map((digest) => ({ kind: 'digest' as const, digest })),
  )
  const pages = fc.record({ n: fc.option(fc.nat(1000), { nil: undefined }), last: fc.string({ unit: 'grapheme' }) }, flat)
  const ids = fc.uuid()
  const maybe = <T>(name: string, values: fc.Arbitrary<T>) =>
    fc.option(
      values.map((value) => ({ [name]: value })),
      { nil: {} },
    )
  const one = (kind: string, more: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record({ kind: fc.constant(kind), repository: repositories, ...more }, flat)
  const starts = fc
    .tuple(
      repositories,
      maybe('digest', digests),
      maybe('algorithm', fc.constantFrom('sha256', 'sha512')),
      maybe(
        'mount',
        fc.tuple(digests, maybe('from', repositories)).map(([digest, from]) => ({ digest, ...from })),
      ),
    )
    .map(([name, ...parts]) => Object.assign({ kind: 'upload.start', repository: name }, ...parts) as unknown)
  const requests = fc.oneof(
    fc.constant({ kind: 'ping' }),
    fc.record({ kind: fc.constant('catalog.list'), page: pages }, flat),
    starts,
    ...['blob.get', 'blob.head', 'blob.delete'].map((kind) => one(kind, { digest: digests })),
    ...['manifest.get', 'manifest.head', 'manifest.delete'].map((kind) => one(kind, { reference: references })),
    one('manifest.put', { reference: references, tags: fc.array(tags, { maxLength: 5 }) }),
    ...['upload.append', 'upload.status', 'upload.cancel'].map((kind) => one(kind, { uploadId: ids })),
    one('upload.finish', { uploadId: ids, digest: digests }),
    one('tags.list', { page: pages }),
    fc
      .tuple(one('referrers.list', { digest: digests, page: pages }), maybe('artifactType', fc.string({ minLength: 1, unit: 'grapheme' })))
      .map(([list, type]) => ({ ...(list as object), ...type })),
  ) as fc.Arbitrary<DistributionRequest>
  fc.assert(
    fc.property(requests, (request) => {
      const { method, url } = formatRequest(request)
      assert.deepEqual(parseRequest(method, url), request)
      assert.match(url, /^\/v2\/[\x21-\x7e]*$/)
    }),
    { numRuns: 1500 },
  )
})

const refused: readonly [failure: Failure, line: string, why: string][] = [
  ['not-found', 'GET /', 'the root'],
  ['not-found', 'GET /V2/', 'upper case'],
  ['not-found', 'GET /V2/_catalog', 'upper case before the catalog'],
  ['not-found', 'GET //v2/', 'two slashes before'],
  ['not-found', 'GET /v1/_catalog', 'another version'],
  ['not-found', 'GET /v2/./_catalog', 'a dot before the catalog'],
  ['name-invalid', 'GET /v2//tags/list', 'no name'],
  ['name-invalid', 'GET /v2//a/tags/list', 'two slashes before the name'],
  ['name-invalid', 'GET /v2/a//b/tags/list', 'two slashes in the name'],
  ['name-invalid', 'GET /v2/a/../b/tags/list', 'a walk upwards'],
  ['name-invalid', 'GET /v2/a/%2e%2e/b/tags/list', 'an escaped walk upwards'],
  ['name-invalid', 'GET /v2/a%2f..%2fb/tags/list', 'a walk upwards between escaped slashes'],
  ['name-invalid', 'GET /v2/a/./b/tags/list', 'a dot in the name'],
  ['name-invalid', 'GET /v2/a%5cb/tags/list', 'a backslash'],
  ['not-found', 'GET /v2/a%0d%0ab/tags/list', 'a line break'],
  ['name-invalid', 'GET /v2/A/tags/list', 'an upper-case name'],
  ['name-invalid', 'GET /v2/%C5%BF/tags/list', 'a letter that folds'],
  ['not-found', 'GET /v2/a%252fb/tags/list', 'a slash escaped twice'],
  ['not-found', 'GET /v2/a/%252e%252e/b/tags/list', 'a walk upwards escaped twice'],
  ['not-found', 'GET /v2/a%00b/tags/list', 'a NUL'],
  ['not-found', 'GET /v2/%ff/tags/list', 'an escape that is no UTF-8'],
  ['not-found', 'GET /v2/%/tags/list', 'half an escape'],
  ['not-found', 'GET /v2/%zz/tags/list', 'an escape of no digits'],
  ['not-found', 'GET /v2/a', 'a name alone'],
  ['not-found', 'GET /v2/a/tags', 'tags without a list'],
  ['not-found', 'GET /v2/a/tags/other', 'another list of tags'],
  ['not-found', `GET /v2/blobs/${digest}`, 'a blob of no repository'],
  ['digest-invalid', 'GET /v2/a/blobs/', 'no digest'],
  ['not-found', 'GET /v2/a/blobs/sha256:..%2f..%2fx', 'a path as a digest'],
  ['digest-invalid', `GET /v2/a/blobs/${digest.toUpperCase()}`, 'an upper-case digest'],
  ['digest-invalid', 'GET /v2/a/referrers/latest', 'referrers of a tag'],
  ['digest-invalid', 'GET /v2/a/manifests/sha256:abc', 'a short digest of a manifest'],
  ['tag-invalid', 'GET /v2/a/manifests/', 'no reference'],
  ['tag-invalid', 'GET /v2/a/manifests/..', 'two dots as a tag'],
  ['tag-invalid', 'GET /v2/a/manifests/%0d%0aX', 'a line break in a tag'],
  ['tag-invalid', `PUT /v2/a/manifests/${digest}?tag=-x`, 'a wrong tag beside a digest'],
  ['request-invalid', `PUT /v2/a/manifests/x?${Array.from({ length: 101 }, () => 'tag=y').join('&')}`, '101 tags'],
  ['digest-invalid', 'POST /v2/a/blobs/uploads/?digest=x', 'a wrong digest of an upload'],
  ['digest-invalid', 'POST /v2/a/blobs/uploads/?mount=x', 'a wrong digest to mount'],
  ['digest-invalid', 'POST /v2/a/blobs/uploads/?digest-algorithm=md5', 'another algorithm'],
  ['name-invalid', `POST /v2/a/blobs/uploads/?mount=${digest}&from=..`, 'a wrong name to mount from'],
  ['digest-invalid', `PUT /v2/a/blobs/uploads/${uploadId}`, 'the end of an upload without a digest'],
  ['upload-unknown', 'PATCH /v2/a/blobs/uploads/1', 'an id that is not ours'],
  ['upload-unknown', `GET /v2/a/blobs/uploads/${uploadId.toUpperCase()}`, 'an id in upper case'],
  ['upload-unknown', 'GET /v2/a/blobs/uploads/..', 'two dots as an id'],
  ['not-found', `PATCH /v2/a/blobs/uploads/${uploadId}/`, 'a slash behind an id that is written to'],
  ['page-invalid', 'GET /v2/_catalog?n=-1', 'a negative page'],
  ['page-invalid', 'GET /v2/_catalog?n=1.5', 'half a page'],
  ['page-invalid', 'GET /v2/_catalog?n=abc', 'a page of letters'],
  ['page-invalid', 'GET /v2/_catalog?n=1e3', 'a page in scientific notation'],
  ['page-invalid', `GET /v2/_catalog?n=${'9'.repeat(19)}`, 'a page of nineteen digits'],
  ['method-unsupported', 'POST /v2/', 'a POST to the front door'],
  ['method-unsupported', 'DELETE /v2/_catalog', 'a DELETE of the catalog'],
  ['method-unsupported', `PUT /v2/a/blobs/${digest}`, 'a PUT of a blob'],
  ['method-unsupported', 'PATCH /v2/a/manifests/x', 'a PATCH of a manifest'],
  ['method-unsupported', 'GET /v2/a/blobs/uploads/', 'a GET of the list of uploads'],
  ['method-unsupported', 'OPTIONS /v2/', 'OPTIONS'],
  ['method-unsupported', 'constructor /v2/', 'an inherited name as a method'],
  ['method-unsupported', 'get /v2/', 'a method in lower case'],
  ['url-too-long', `GET /v2/${'a/'.repeat(5000)}tags/list`, 'a URL of ten kilobytes'],
]
for (const [failure, line, why] of refused)
  test(`${why} is refused as ${failure}`, () => {
    const [method = '', url = ''] = line.split(' ')
    assert.throws(() => parseRequest(method, url), { name: 'RegistryError', failure })
  })

test('B1 a page of a billion is the largest page', () => {
  for (const n of ['1001', '1000000000', '999999999999999999'])
    assert.deepEqual(parseRequest('GET', `/v2/_catalog?n=${n}`), { kind: 'catalog.list', page: { n: 1000, last: '' } })
})

test('an escape that needs none is read as what it stands for', () => {
  assert.deepEqual(parseRequest('GET', '/v2/%5Fcatalog'), { kind: 'catalog.list', page })
  assert.deepEqual(parseRequest('GET', `/v2/a/blobs/${digest.replace(':', '%3A')}`), { kind: 'blob.get', repository: 'a', digest })
})

test('a slash at the end of what is read says nothing', () => {
  for (const url of ['/v2/_catalog', '/v2/a/tags/list', `/v2/a/blobs/${digest}`, '/v2/a/manifests/x', `/v2/a/blobs/uploads/${uploadId}`])
    assert.deepEqual(parseRequest('GET', `${url}/`), parseRequest('GET', url))
})

test('HEAD asks as GET does, where no kind of its own is', () => {
  for (const url of ['/v2/_catalog', '/v2/a/tags/list', `/v2/a/referrers/${digest}`, `/v2/a/blobs/uploads/${uploadId}`])
    assert.deepEqual(parseRequest('HEAD', url), parseRequest('GET', url))
})

test('the refusal of a method tells the ones that would do', () => {
  assert.throws(() => parseRequest('POST', `/v2/a/blobs/${digest}`), { detail: { allowed: ['GET', 'HEAD', 'DELETE'] } })
})

test('no request line does anything but be read or be refused by name', () => {
  const pieces = fc.constantFrom(
    '/',
    'v2',
    'a',
    'blobs',
    'uploads',
    'manifests',
    'tags',
    'list',
    'referrers',
    '_catalog',
    '..',
    '.',
    '%2f',
    '%252f',
    '%',
    '?',
    '&',
    'n=1',
    'tag=',
    digest,
    uploadId,
    '//',
    '%00',
    'é',
    ':',
    '#',
  )
  const methods = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', '__proto__')
  fc.assert(
    fc.property(methods, fc.array(pieces, { maxLength: 12 }), (method, parts) => {
      let request: DistributionRequest
      try {
        request = parseRequest(method, `/v2/${parts.join('')}`)
      } catch (error) {
        assert.equal((error as Error).name, 'RegistryError')
        return
      }
      assert.doesNotMatch('repository' in request ? request.repository : '', /\.\.|\/\/|%/)
      assert.deepEqual(parseRequest(formatRequest(request).method, formatUrl(request)), request)
    }),
    { numRuns: 3000 },
  )
})
