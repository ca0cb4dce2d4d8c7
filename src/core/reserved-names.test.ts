import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocation, normalLocation } from './location.ts'
import { isReservedName } from './reserved-names.ts'
import { systemScopeMap } from './system-scope-maps.ts'

test('names of our own hosts are reserved in whatever case, others are not', () => {
  for (const name of ['login', 'LOGIN', 'portal', 'oauth2', 'tasks', 'api']) assert.ok(isReservedName(name), name)
  for (const name of ['contoso', 'loginn', 'constructor', '']) assert.ok(!isReservedName(name), name)
})

test('a location is the same with and without its spaces and capitals', () => {
  assert.equal(normalLocation('West Europe'), 'westeurope')
  for (const text of ['local', 'westeurope', 'a-1']) assert.ok(isLocation(text), text)
  for (const text of ['', '1west', 'west europe', 'West', `a${'b'.repeat(60)}`]) assert.ok(!isLocation(text), text)
  assert.ok(isLocation(`a${'b'.repeat(59)}`))
})

test('a scope map of the system is found in whatever case, and allows what its name says', () => {
  const rights = (name: string) => systemScopeMap(name)?.actions.map((action) => action.replace('repositories/*/', ''))
  assert.deepEqual(rights('_Repositories_PULL'), ['content/read'])
  assert.deepEqual(rights('_repositories_push'), ['content/read', 'content/write'])
  assert.deepEqual(rights('_repositories_pull_metadata_read'), ['content/read', 'metadata/read'])
  assert.deepEqual(rights('_repositories_push_metadata_write'), ['metadata/read', 'metadata/write', 'content/read', 'content/write'])
  assert.equal(rights('_repositories_admin')?.length, 5)
  assert.equal(rights('pull'), undefined)
})
