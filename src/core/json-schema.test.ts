import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { jsonSchemaOf } from './json-schema.ts'
import { readShape } from './read-shape.ts'
import { anyObject, fixed, flag, integer, list, name, object, oneOf, text, time } from './shape.ts'

const shape = object(
  {
    name: name(5),
    on: flag,
    days: integer(0, 365),
    tier: oneOf('Basic', 'Premium'),
    until: time,
    list: list(object({ value: text(3) }, ['value']), 2),
    tags: { is: 'map', of: text(3), most: 2, longestKey: 4, keyPattern: /^[^<]+$/ },
    zone: fixed('Disabled'),
    vault: fixed(null),
    web: anyObject,
  },
  ['name'],
)

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT/)
const validate = ajv.compile(jsonSchemaOf(shape))

const reads = (body: unknown): boolean => {
  try {
    readShape(shape, body, ({ why }) => new Error(why))
    return true
  } catch {
    return false
  }
}

const bodies: readonly unknown[] = [
  { name: 'a' },
  {
    name: 'a',
    on: true,
    days: 7,
    tier: 'Basic',
    until: '2027-01-31T12:00:00Z',
    list: [{ value: 'x' }],
    tags: { a: 'b' },
    zone: 'Disabled',
  },
  { name: 'a', vault: {}, web: { any: [1] }, other: 1 },
  {},
  [],
  { name: '' },
  { name: 'abcdef' },
  { name: 'a', on: 'true' },
  { name: 'a', days: 366 },
  { name: 'a', days: 1.5 },
  { name: 'a', tier: 'Gold' },
  { name: 'a', until: 5 },
  { name: 'a', list: [{}] },
  { name: 'a', list: [{ value: 'x' }, { value: 'y' }, { value: 'z' }] },
  { name: 'a', tags: { '<': 'b' } },
  { name: 'a', tags: { toolong: 'b' } },
  { name: 'a', zone: 'Enabled' },
  { name: 'a', vault: { key: 'x' } },
  { name: 'a', web: 'x' },
]
for (const body of bodies)
  test(`the schema of a shape takes what its reader takes: ${JSON.stringify(body)}`, () => assert.equal(validate(body), reads(body)))

test('a closed object says so', () => {
  assert.deepEqual(jsonSchemaOf({ is: 'object', fields: { a: flag }, closed: true }), {
    type: 'object',
    properties: { a: { type: 'boolean' } },
    additionalProperties: false,
  })
})
