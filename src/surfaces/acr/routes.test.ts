import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AcrRequest } from './request.ts'
import { routeOf } from './routes.ts'

for (const [kind, rate] of Object.entries({
  'repository.get': 'read',
  'repository.update': 'write',
  'repository.delete': 'delete',
  'tags.list': 'read',
  'tag.get': 'read',
  'tag.update': 'write',
  'tag.delete': 'delete',
  'manifests.list': 'read',
  'manifest.get': 'read',
  'manifest.update': 'write',
}))
  test(`${kind} counts as ${rate}`, () => assert.equal(routeOf({ kind } as AcrRequest).rate, rate))
