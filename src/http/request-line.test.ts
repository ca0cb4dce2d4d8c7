import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asRead, chooseMethod, decodePath, formatQuery, splitUrl, withHead } from './request-line.ts'

test('a URL of 8,192 characters is read, a longer one refused', () => {
  assert.equal(splitUrl(`/${'a'.repeat(8191)}`).path.length, 8192)
  assert.throws(() => splitUrl(`/${'a'.repeat(8192)}`), { failure: 'url-too-long' })
})

test('path and query are told apart at the first question mark', () => {
  const { path, query } = splitUrl('/a?b=c?d')
  assert.deepEqual([path, query?.get('b')], ['/a', 'c?d'])
  assert.deepEqual(splitUrl('/a'), { path: '/a', query: undefined })
})

test('one decoding reaches the end of a path', () => {
  assert.equal(decodePath('/a%2Fb%20c'), '/a/b c')
  for (const path of ['/%', '/%zz', '/%252f', '/%00', '/%ff']) assert.throws(() => decodePath(path), { failure: 'not-found' }, path)
})

for (const [method, path, read] of [
  ['GET', '/v2/', '/v2'],
  ['HEAD', '/v2/a/tags/list/', '/v2/a/tags/list'],
  ['PUT', '/v2/a/', '/v2/a/'],
  ['GET', '/v2/a/manifests/', '/v2/a/manifests/'],
  ['GET', '/v2/a/blobs/', '/v2/a/blobs/'],
  ['GET', '/acr/v1/a/_tags/', '/acr/v1/a/_tags/'],
] as const)
  test(`${method} ${path} is read as ${read}`, () => assert.equal(asRead(method, path), read))

test('HEAD is wherever GET is; another method is refused with those that there are', () => {
  const choices = { GET: { kind: 'read' }, DELETE: () => ({ kind: 'delete' }) }
  assert.deepEqual(chooseMethod('GET', choices), { kind: 'read' })
  assert.deepEqual(chooseMethod('HEAD', choices), { kind: 'read' })
  assert.deepEqual(chooseMethod('DELETE', choices), { kind: 'delete' })
  assert.deepEqual(chooseMethod('HEAD', { ...choices, HEAD: { kind: 'head' } }), { kind: 'head' })
  for (const method of ['PUT', 'constructor'])
    assert.throws(() => chooseMethod(method, choices), { failure: 'method-unsupported', detail: { allowed: ['GET', 'HEAD', 'DELETE'] } })
  assert.throws(() => chooseMethod('HEAD', { PUT: { kind: 'write' } }), { failure: 'method-unsupported' })
  assert.deepEqual(withHead(['HEAD', 'GET']), ['HEAD', 'GET'])
})

test('what has no value is left out of a query', () => {
  assert.equal(formatQuery([]), '')
  assert.equal(formatQuery([['a', undefined]]), '')
  assert.equal(
    formatQuery([
      ['a', ''],
      ['b', 'c&d'],
      ['e', undefined],
    ]),
    '?a=&b=c%26d',
  )
})
