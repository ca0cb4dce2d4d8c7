import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Grant } from './permission.ts'
import { keyOf } from './resource-id.ts'
import { touches } from './visibility.ts'

const at = (scope: string): Grant => ({ scope: keyOf(scope), permissions: [] }) as unknown as Grant
const subscription = keyOf('/subscriptions/one')

test('a subscription is seen by who has a role at it, above it or below it', () => {
  for (const scope of ['/', '/subscriptions/one', '/subscriptions/one/resourceGroups/a'])
    assert.ok(touches([at(scope)], subscription), scope)
  assert.ok(touches([at('/subscriptions/two'), at('/subscriptions/one')], subscription))
})

test('and by nobody else', () => {
  for (const grants of [[], [at('/subscriptions/two')], [at('/subscriptions/onetwo')]]) assert.ok(!touches(grants, subscription))
})
