import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDiscoveryPath, parseDiscovery } from './request.ts'

const at = (version: string) => `/metadata/endpoints?api-version=${version}`

for (const [version, form] of [
  ['2015-01-01', 'endpoints'],
  ['2014-01-01', 'endpoints'],
  ['2019-04-30', 'endpoints'],
  ['2019-05-01', 'clouds'],
  ['2022-08-31', 'clouds'],
  ['2022-09-01', 'cloud'],
  ['2030-01-01-preview', 'cloud'],
] as const)
  test(`the version ${version} has the form ${form}`, () =>
    assert.deepEqual(parseDiscovery('GET', at(version)), { kind: 'endpoints', form }))

test('slashes and capitals that clients write', () => {
  for (const url of ['//metadata//endpoints/?API-Version=2022-09-01', '/METADATA/Endpoints?api-version=2022-09-01'])
    assert.equal(parseDiscovery('HEAD', url).form, 'cloud', url)
  for (const path of ['/metadata/', '//Metadata/x']) assert.equal(isDiscoveryPath(path), true, path)
  for (const path of ['/metadata', '/x/metadata/', '/']) assert.equal(isDiscoveryPath(path), false, path)
})

for (const [method, url, failure] of [
  ['POST', at('2022-09-01'), 'method-unsupported'],
  ['GET', '/metadata/endpoints', 'request-invalid'],
  ['GET', at('latest'), 'request-invalid'],
  ['GET', at('2022-09-01-beta'), 'request-invalid'],
  ['GET', '/metadata/other?api-version=2022-09-01', 'not-found'],
  ['POST', '/metadata/endpoints/more', 'not-found'],
] as const)
  test(`${method} ${url} is refused: ${failure}`, () => assert.throws(() => parseDiscovery(method, url), { failure }))
