import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mergePatch } from './merge-patch.ts'
import { RegistryError } from './registry-error.ts'
import { type Known, readShape, type Shape } from './shape.ts'

const shape: Shape = {
  is: 'object',
  needs: ['name'],
  fields: {
    name: { is: 'text', longest: 5, pattern: /^[a-z]+$/, like: 'letters' },
    on: { is: 'flag' },
    days: { is: 'integer', least: 0, most: 365 },
    tier: { is: 'choice', of: ['Basic', 'Premium'] },
    until: { is: 'time' },
    list: { is: 'list', most: 2, of: { is: 'object', fields: { value: { is: 'text', longest: 3 } }, needs: ['value'] } },
    tags: { is: 'map', of: { is: 'text', longest: 3 }, most: 2, longestKey: 4, keyPattern: /^[^<]+$/ },
    zone: { is: 'fixed', value: 'Disabled' },
    vault: { is: 'fixed', value: null },
  },
}

test('what is known is kept in its own spelling, what is not is left out, null stays for who merges', () => {
  assert.deepEqual(
    readShape(
      shape,
      {
        name: 'abc',
        on: null,
        tier: 'PREMIUM',
        until: '2027-01-31T12:00:00+01:00',
        list: [{ value: 'x', more: 1 }],
        tags: { a: 'b' },
        zone: 'disabled',
        vault: {},
        other: 1,
      },
      '',
    ),
    {
      name: 'abc',
      on: null,
      tier: 'Premium',
      until: '2027-01-31T11:00:00.000Z',
      list: [{ value: 'x' }],
      tags: { a: 'b' },
      zone: 'Disabled',
      vault: null,
    },
  )
})

const wrong: readonly [what: string, body: unknown, code: string, target: string][] = [
  ['no object', [], 'InvalidRequestContent', '$'],
  ['what is needed is missing', {}, 'InvalidRequestContent', 'name'],
  ['what is needed is null', { name: null }, 'InvalidRequestContent', 'name'],
  ['a number for a text', { name: 5 }, 'InvalidRequestContent', 'name'],
  ['a text too long', { name: 'abcdef' }, 'InvalidResourceProperties', 'name'],
  ['a text of another form', { name: 'A1' }, 'InvalidResourceProperties', 'name'],
  ['a text for a flag', { name: 'a', on: 'true' }, 'InvalidRequestContent', 'on'],
  ['a fraction', { name: 'a', days: 1.5 }, 'InvalidResourceProperties', 'days'],
  ['a number too large', { name: 'a', days: 366 }, 'InvalidResourceProperties', 'days'],
  ['another choice', { name: 'a', tier: 'Gold' }, 'InvalidResourceProperties', 'tier'],
  ['a day for a time', { name: 'a', until: '2027-01-31' }, 'InvalidResourceProperties', 'until'],
  ['no list', { name: 'a', list: {} }, 'InvalidRequestContent', 'list'],
  ['too many', { name: 'a', list: [{}, {}, {}] }, 'InvalidResourceProperties', 'list'],
  ['an entry that lacks something', { name: 'a', list: [{ value: 'x' }, {}] }, 'InvalidRequestContent', 'list[1].value'],
  ['a tag of another type', { name: 'a', tags: { a: 1 } }, 'InvalidRequestContent', 'tags.a'],
  ['a name of a tag that is not allowed', { name: 'a', tags: { '<': 'x' } }, 'InvalidResourceProperties', 'tags'],
  ['what is not available', { name: 'a', zone: 'Enabled' }, 'FeatureNotAvailable', 'zone'],
  ['what is not available at all', { name: 'a', vault: { key: 'x' } }, 'FeatureNotAvailable', 'vault'],
  ['another type of what is not available', { name: 'a', zone: 5 }, 'InvalidRequestContent', 'zone'],
]
for (const [what, body, code, target] of wrong)
  test(`refused, with the property's name: ${what}`, () => {
    assert.throws(
      () => readShape(shape, body, ''),
      (error) => error instanceof RegistryError && error.detail.code === code && error.detail.target === target,
    )
  })

const json = () => fc.jsonValue({ maxDepth: 3 }).map((value) => value as Known)

test('a merge patch: what is given is there afterwards, null takes away, a second time changes nothing (RFC 7396)', () => {
  assert.deepEqual(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } }), { a: 'z', c: { d: 'e' } })
  assert.deepEqual(mergePatch({ a: [1, 2] }, { a: [3] }), { a: [3] })
  assert.deepEqual(mergePatch({ e: null }, { a: 1 }), { e: null, a: 1 })
  assert.deepEqual(mergePatch('text', { a: { b: null } }), { a: {} })
  fc.assert(
    fc.property(json(), json(), (target, patch) => {
      const once = mergePatch(target, patch)
      assert.deepEqual(mergePatch(once, patch), once)
    }),
  )
})
