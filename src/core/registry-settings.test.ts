import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultSettings, formatSettings, parseSettings, type RegistrySettings } from './registry-settings.ts'

const chosen: RegistrySettings = {
  adminEnabled: true,
  anonymousPull: true,
  sku: 'Basic',
  rateLimits: 'off',
  indexChildren: 'free',
  network: { publicAccess: false, defaultAction: 'Deny', allowed: ['10.0.0.0/8'] },
  armAudience: false,
  dataLocation: 'westeurope',
  keepDeleted: true,
}

test('settings are read as they were written, and nothing else of the object is', () => {
  assert.deepEqual(parseSettings(formatSettings(chosen)), chosen)
  assert.deepEqual(parseSettings(formatSettings({ ...chosen, id: 1, name: 'first' } as RegistrySettings)), chosen)
})

test('what is absent has its default', () => {
  assert.deepEqual(parseSettings('{}'), defaultSettings)
  assert.deepEqual(parseSettings('{"sku":"Basic"}'), { ...defaultSettings, sku: 'Basic' })
})

for (const text of [
  '',
  'null',
  '[]',
  '"x"',
  '{"adminEnabled":1}',
  '{"anonymousPull":"true"}',
  '{"sku":"Classic"}',
  '{"rateLimits":true}',
  '{"indexChildren":null}',
  '{"network":{"publicAccess":true,"defaultAction":"Allow"}}',
  '{"network":{"publicAccess":true,"defaultAction":"Perhaps","allowed":[]}}',
  '{"network":{"publicAccess":true,"defaultAction":"Deny","allowed":[1]}}',
  '{"armAudience":null}',
  '{"dataLocation":7}',
  '{"keepDeleted":"yes"}',
  '{"another":true}',
  '{"__proto__":{}}',
])
  test(`a damaged row is not guessed at: ${text}`, () => {
    assert.throws(() => parseSettings(text))
  })

test('a registry is closed until somebody opens it: no admin user, nobody without a login, nothing kept that was deleted', () => {
  const { adminEnabled, anonymousPull, keepDeleted, rateLimits, indexChildren, network } = defaultSettings
  assert.deepEqual([adminEnabled, anonymousPull, keepDeleted, rateLimits, indexChildren], [false, false, false, 'tier', 'kept'])
  assert.deepEqual(network, { publicAccess: true, defaultAction: 'Allow', allowed: [] })
})
