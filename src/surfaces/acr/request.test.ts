import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import type { Failure } from '#core/registry-error.ts'
import { type AcrRequest, formatRequest, type OrderedPage, parseRequest } from './request.ts'

const digest = `sha256:${'a1'.repeat(32)}` as Digest
const repository = 'team/app' as RepositoryName
const tag = 'v1' as Tag
const first: OrderedPage = { n: undefined, order: 'name', after: undefined }
const escaped = encodeURIComponent(digest)

const table: readonly [line: string, request: AcrRequest][] = [
  ['GET /acr/v1/_catalog?orderby=', { kind: 'catalog.list', page: { n: undefined, last: '' } }],
  ['GET /acr/v1/_catalog?last=a%2Fb&n=1&orderby=', { kind: 'catalog.list', page: { n: 1, last: 'a/b' } }],
  ['GET /acr/v1/team/app', { kind: 'repository.get', repository }],
  ['PATCH /acr/v1/team/app', { kind: 'repository.update', repository }],
  ['DELETE /acr/v1/team/app', { kind: 'repository.delete', repository }],
  ['GET /acr/v1/team/app/_tags?orderby=', { kind: 'tags.list', repository, page: first }],
  ['GET /acr/v1/team/app/_tags?n=5&orderby=timedesc', { kind: 'tags.list', repository, page: { ...first, n: 5, order: 'timedesc' } }],
  [
    'GET /acr/v1/team/app/_tags?last=1800000000000%26v1&n=5&orderby=timeasc',
    { kind: 'tags.list', repository, page: { n: 5, order: 'timeasc', after: { key: 'v1', updatedAt: 1_800_000_000_000 } } },
  ],
  [
    'GET /acr/v1/team/app/_tags?last=v1&orderby=timedesc',
    { kind: 'tags.list', repository, page: { n: undefined, order: 'timedesc', after: { key: 'v1' } } },
  ],
  [
    `GET /acr/v1/team/app/_tags?last=v1&n=5&orderby=&digest=${escaped}`,
    { kind: 'tags.list', repository, digest, page: { n: 5, order: 'name', after: { key: 'v1' } } },
  ],
  ['GET /acr/v1/team/app/_tags/v1', { kind: 'tag.get', repository, tag }],
  ['PATCH /acr/v1/team/app/_tags/v1', { kind: 'tag.update', repository, tag }],
  ['DELETE /acr/v1/team/app/_tags/v1', { kind: 'tag.delete', repository, tag }],
  [
    `GET /acr/v1/team/app/_manifests?last=${escaped}&n=1&orderby=`,
    { kind: 'manifests.list', repository, page: { n: 1, order: 'name', after: { key: digest } } },
  ],
  [`GET /acr/v1/team/app/_manifests/${digest}`, { kind: 'manifest.get', repository, digest }],
  [`PATCH /acr/v1/team/app/_manifests/${digest}`, { kind: 'manifest.update', repository, digest }],
]
for (const [line, request] of table)
  test(`${line.slice(0, 90)} is read and written the same`, () => {
    const [method = '', url = ''] = line.split(' ')
    assert.deepEqual(parseRequest(method, url), request)
    assert.deepEqual(formatRequest(request), { method, url })
  })

for (const [line, request] of [
  ['GET /acr/v1/team%2Fapp?api-version=2021-07-01', { kind: 'repository.get', repository }],
  [`GET /acr/v1/team%2fapp/_manifests/${escaped}`, { kind: 'manifest.get', repository, digest }],
  ['GET /acr/v1/_catalog?api-version=2021-07-01&orderby=timedesc', { kind: 'catalog.list', page: { n: undefined, last: '' } }],
  ['GET /acr/v1/team/app/_tags?orderby=none&digest=&last=&n=5000', { kind: 'tags.list', repository, page: { ...first, n: 1000 } }],
  ['GET /acr/v1/team/app/_tags?orderby=TimeDesc', { kind: 'tags.list', repository, page: { ...first, order: 'timedesc' } }],
  ['GET /acr/v1/team/app/_tags?last=1%26v1', { kind: 'tags.list', repository, page: { ...first, after: { key: '1&v1' } } }],
] as const)
  test(`${line.slice(0, 90)} is read`, () => {
    const [method = '', url = ''] = line.split(' ')
    assert.deepEqual(parseRequest(method, url), request)
  })

for (const [line, failure] of [
  ['GET /acr/v1', 'not-found'],
  ['GET /acr/v1/', 'not-found'],
  ['GET /acr/v2/a', 'not-found'],
  ['GET /acr/v1/_deleted/_catalog', 'feature-unavailable'],
  ['GET /acr/v1/_deleted/a/_tags', 'feature-unavailable'],
  ['POST /acr/v1/_deleted/a/_manifests/x?force=False', 'feature-unavailable'],
  ['POST /acr/v1/a/_metadata/_query', 'feature-unavailable'],
  ['GET /acr/v1/a/b/_streaming', 'feature-unavailable'],
  ['GET /acr/v1/_deletedthings', 'not-found'],
  ['GET /acr/v1/a/_tags/', 'not-found'],
  ['GET /acr/v1/a/_tags/v1/x', 'not-found'],
  ['GET /acr/v1/a/_tags/_tags', undefined],
  ['GET /acr/v1/a%252Fb', 'not-found'],
  ['GET /acr/v1/%ff', 'not-found'],
  ['GET /acr/v1/A', 'name-invalid'],
  ['GET /acr/v1/a//b', 'name-invalid'],
  ['DELETE /acr/v1/a/', 'name-invalid'],
  ['GET /acr/v1/../v2/a', 'name-invalid'],
  ['GET /acr/v1/a/_tags/-v1', 'tag-invalid'],
  [`GET /acr/v1/a/_tags/${digest}`, 'tag-invalid'],
  ['GET /acr/v1/a/_manifests/v1', 'digest-invalid'],
  ['GET /acr/v1/a/_tags?digest=v1', 'digest-invalid'],
  ['GET /acr/v1/a/_tags?n=-1', 'page-invalid'],
  ['GET /acr/v1/a/_tags?orderby=size', 'request-invalid'],
  [`GET /acr/v1/${'a'.repeat(9000)}`, 'url-too-long'],
  ['PUT /acr/v1/a', 'method-unsupported'],
  ['POST /acr/v1/a/_tags', 'method-unsupported'],
  [`DELETE /acr/v1/a/_manifests/${digest}`, 'method-unsupported'],
] as readonly [string, Failure | undefined][])
  test(`${line.slice(0, 60)}: ${failure ?? 'read'}`, () => {
    const [method = '', url = ''] = line.split(' ')
    if (failure === undefined) assert.equal(parseRequest(method, url).kind, 'tag.get')
    else assert.throws(() => parseRequest(method, url), { name: 'RegistryError', failure })
  })

test('whatever can be asked is written so that it is read back the same', () => {
  const repositories = fc
    .array(fc.constantFrom('a', 'b0', 'tags', 'manifests', 'catalog', 'v1', 'x-y', 'x__y'), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join('/') as RepositoryName)
  const keys = fc.string({ unit: 'grapheme', minLength: 1 }).filter((key) => !/^[0-9]{1,15}&/.test(key))
  const positions = fc.record({ key: keys, updatedAt: fc.nat() }, { requiredKeys: ['key'], noNullPrototype: true })
  const pages = fc
    .record({ n: fc.option(fc.nat(1000), { nil: undefined }), order: fc.constantFrom('timeasc', 'timedesc'), after: positions })
    .map((page) => ({ ...page }))
  fc.assert(
    fc.property(repositories, pages, (name, page) => {
      const request = { kind: 'tags.list', repository: name, page } as AcrRequest
      const { method, url } = formatRequest(request)
      assert.deepEqual(parseRequest(method, url), request)
    }),
  )
})
