import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from '#http/json-body.ts'
import { parseChange } from './change.ts'

const changeOf = (text: string) => parseChange(parseJson(Buffer.from(text)))

for (const [text, expected] of [
  ['', {}],
  ['{}', {}],
  ['{"writeEnabled": false}', { writeEnabled: false }],
  [
    '{"deleteEnabled":true,"writeEnabled":false,"readEnabled":true,"listEnabled":false}',
    { deleteEnabled: true, writeEnabled: false, readEnabled: true, listEnabled: false },
  ],
  ['{"quarantineState":"Passed","quarantineDetails":"{}"}', { quarantineState: 'Passed', quarantineDetails: '{}' }],
  ['{"teleportEnabled":true,"writeenabled":"x","listEnabled":null}', {}],
  ['{"__proto__":{"deleteEnabled":false}}', {}],
] as const)
  test(`a change of ${text === '' ? 'nothing' : text.slice(0, 60)} is read`, () => assert.deepEqual(changeOf(text), expected))

for (const [text, message] of [
  ['{"writeEnabled":"false"}', /writeEnabled must be a boolean/],
  ['{"deleteEnabled":0}', /deleteEnabled/],
  ['{"quarantineState":true}', /quarantineState must be a string/],
  ['{"quarantineDetails":{}}', /quarantineDetails must be a string/],
  ['[]', /object/],
  ['null', /object/],
] as const)
  test(`a change of ${text} is refused and named`, () =>
    assert.throws(() => changeOf(text), { name: 'RegistryError', failure: 'request-invalid', message }))
