import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DistributionRequest } from './request.ts'
import { routeOf } from './routes.ts'

/** How an operation counts against the rates of a tier: what changes something is a write, what takes away a delete. */
const rates = {
  'blob.get': 'read',
  'blob.head': 'read',
  'blob.delete': 'delete',
  'manifest.get': 'read',
  'manifest.head': 'read',
  'manifest.put': 'write',
  'manifest.delete': 'delete',
  'upload.start': 'write',
  'upload.append': 'write',
  'upload.finish': 'write',
  'upload.status': 'read',
  'upload.cancel': 'delete',
  'tags.list': 'read',
  'referrers.list': 'referrers',
} as const

for (const [kind, rate] of Object.entries(rates))
  test(`${kind} counts as ${rate}`, () => assert.equal(routeOf({ kind } as DistributionRequest).rate, rate))
