import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessTo, accessToCatalog, type Operation } from './operations.ts'

const needs = {
  'content.read': ['pull'],
  'content.write': ['push'],
  'content.delete': ['delete'],
  'tags.list': ['metadata_read'],
  'metadata.read': ['metadata_read'],
  'metadata.write': ['metadata_write'],
} satisfies Record<Operation, string[]>

for (const [operation, actions] of Object.entries(needs))
  test(`${operation} needs ${actions.join(', ')} on the repository`, () =>
    assert.deepEqual(accessTo(operation as Operation)({ repository: 'a' }), { kind: 'scope', type: 'repository', name: 'a', actions }))

test('another right that is as good is named beside it', () =>
  assert.deepEqual(accessTo('metadata.read', 'content.read', 'content.write')({ repository: 'a' }), {
    kind: 'scope',
    type: 'repository',
    name: 'a',
    actions: ['metadata_read'],
    instead: ['pull', 'push'],
  }))

test('the catalog is a scope of the registry', () =>
  assert.deepEqual(accessToCatalog(), { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] }))
